namespace ScaiDrive.Drive;

/// <summary>Every statement on tenants, shares, folders, files and their versions. Columns are described in <c>Migrations/</c>.</summary>
/// <remarks>Who changes one item of a share holds the lock on its tree in shared mode; who moves or deletes a folder, and so
/// changes what lies below it, holds it exclusively. So paths are steady under the lock, and nothing is created in a
/// folder while it goes away. Each lock is a statement of its own: what follows must see what the earlier holder committed.</remarks>
internal static class ItemSql
{
    internal const string FileColumns =
        "id, tenant_id, share_id, folder_id, name, path, mime_type, size_bytes, content_hash, version, owner_id, created_by, modified_by, created_at, modified_at, is_deleted, vectorized_at, source_acl_id";

    internal const string FolderColumns =
        "id, tenant_id, share_id, parent_id, name, path, owner_id, created_by, modified_by, created_at, modified_at, is_deleted";

    internal const string ShareColumns =
        "id, tenant_id, name, description, share_type, owner_id, is_public, is_deleted, quota_bytes, created_at, modified_at";

    internal const string EnsureTenant = """
        INSERT INTO tenants (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING;
        """;

    internal const string EnsureUser = """
        INSERT INTO users (tenant_id, id, display_name, admin_role) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;
        """;

    internal const string FindTenant = """
        SELECT id, name, coalesce((settings->>'max_file_size_bytes')::bigint, 5368709120) FROM tenants WHERE id = $1;
        """;

    internal const string LockTreeShared = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('drive.tree/' || $1 || '/' || $2, 0));
        """;

    internal const string LockTreeOfItemShared = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('drive.tree/' || tenant_id || '/' || share_id, 0))
        FROM items WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string LockTreeOfItem = """
        SELECT pg_advisory_xact_lock(hashtextextended('drive.tree/' || tenant_id || '/' || share_id, 0))
        FROM items WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string LockItem = """
        SELECT 1 FROM items WHERE tenant_id = $1 AND id = $2 FOR UPDATE;
        """;

    internal const string FindShare = $"""
        SELECT {ShareColumns} FROM shares WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string ListShares = $"""
        SELECT {ShareColumns} FROM shares WHERE tenant_id = $1 AND NOT is_deleted ORDER BY name, id;
        """;

    internal const string FindCentralShare = $"""
        SELECT {ShareColumns} FROM shares
        WHERE tenant_id = $1 AND name = $2 AND share_type = 'central' AND NOT is_deleted;
        """;

    internal const string InsertShare = """
        INSERT INTO shares (tenant_id, id, name, share_type, owner_id, created_at, modified_at)
        VALUES ($1, $2, $3, 'central', $4, $5, $5)
        ON CONFLICT (tenant_id, name) WHERE share_type = 'central' AND NOT is_deleted DO NOTHING;
        """;

    internal const string FindFile = $"""
        SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string FindFileAndVersion = $"""
        SELECT f.*, (SELECT v.id FROM file_versions v WHERE v.tenant_id = $1 AND v.file_id = $2 AND v.version = f.version)
        FROM (SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id = $2) f;
        """;

    internal const string FindLiveFolders = $"SELECT {FolderColumns} FROM folders WHERE tenant_id = $1 AND id = ANY ($2) AND NOT is_deleted;";

    // One look per id, which OFFSET keeps the planner from turning into a join: without fresh statistics, as in the passes
    // right after a first sync, it would read the whole table for every page.
    internal const string FindLiveFiles = $"""
        SELECT f.*
        FROM (SELECT DISTINCT unnest($2) AS id) wanted
        CROSS JOIN LATERAL (SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id = wanted.id AND NOT is_deleted OFFSET 0) f;
        """;

    internal const string LiveFilesAfter = $"""
        SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id > $2 AND NOT is_deleted ORDER BY id LIMIT $3;
        """;

    // In one order, as everybody takes them.
    internal const string LockTreesOfItems = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('drive.tree/' || tenant_id || '/' || share_id, 0))
        FROM (SELECT DISTINCT tenant_id, share_id FROM items WHERE tenant_id = $1 AND id = ANY($2) ORDER BY share_id) shares;
        """;

    internal const string FindFolder = $"""
        SELECT {FolderColumns} FROM folders WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string FindFolders = $"""
        SELECT {FolderColumns} FROM folders WHERE tenant_id = $1 AND id = ANY ($2);
        """;

    // $2 the share, $3 the names from the root. Answers the deepest folder that exists, and at which step it was met.
    internal const string WalkFolders = $"""
        WITH RECURSIVE walk AS (
            SELECT $2 AS id, 0 AS step
            UNION ALL
            SELECT i.id, w.step + 1
            FROM walk w
            JOIN items i ON i.tenant_id = $1 AND i.parent_id = w.id AND i.name = $3[w.step + 1]
            WHERE NOT i.is_deleted AND i.kind = 'folder'
        )
        SELECT f.*, w.step
        FROM walk w
        CROSS JOIN LATERAL (SELECT {FolderColumns} FROM folders WHERE tenant_id = $1 AND id = w.id) f
        ORDER BY w.step DESC
        LIMIT 1;
        """;

    internal const string FindFileByPath = $"""
        WITH RECURSIVE walk AS (
            SELECT $2 AS id, 0 AS step
            UNION ALL
            SELECT i.id, w.step + 1
            FROM walk w
            JOIN items i ON i.tenant_id = $1 AND i.parent_id = w.id AND i.name = $3[w.step + 1]
            WHERE NOT i.is_deleted
        )
        SELECT f.*
        FROM walk w
        CROSS JOIN LATERAL (SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id = w.id) f
        WHERE w.step = cardinality($3);
        """;

    // As FindFileByPath, in the trash too; the newest first.
    internal const string FindTrashedByPath = $"""
        WITH RECURSIVE walk AS (
            SELECT $2 AS id, 0 AS step
            UNION ALL
            SELECT i.id, w.step + 1
            FROM walk w
            JOIN items i ON i.tenant_id = $1 AND i.parent_id = w.id AND i.is_deleted = ANY (ARRAY[false, true]) AND i.name = $3[w.step + 1]
        )
        SELECT f.*
        FROM walk w
        CROSS JOIN LATERAL (SELECT {FileColumns} FROM files WHERE tenant_id = $1 AND id = w.id AND is_deleted) f
        WHERE w.step = cardinality($3)
        ORDER BY f.modified_at DESC, f.id DESC
        LIMIT 1;
        """;

    internal const string DeletedAt = "SELECT deleted_at FROM items WHERE tenant_id = $1 AND id = $2;";

    internal const string FindUser = """
        SELECT admin_role IS NOT NULL FROM users WHERE tenant_id = $1 AND id = $2 AND is_active AND status IN ('active', 'pending');
        """;

    // The live child of that name, whichever kind: what a name is in conflict with.
    internal const string FindChildFolder = $"""
        SELECT {FolderColumns} FROM folders
        WHERE tenant_id = $1 AND id = (
            SELECT id FROM items WHERE tenant_id = $1 AND parent_id = $2 AND name = $3 AND NOT is_deleted);
        """;

    // Finds the page in the index alone, then fetches only its rows: OFFSET fetches what it passes over otherwise. An array
    // instead of a join, because a prepared plan takes the page for a tenth of the folder and would scan the table.
    internal const string ListLiveChildren = """
        SELECT id, name, kind, size_bytes, mime_type, modified_at, is_deleted
        FROM items
        WHERE tenant_id = $1 AND id = ANY (ARRAY(
            SELECT id
            FROM items
            WHERE tenant_id = $1 AND parent_id = $2 AND is_deleted = false
            ORDER BY kind DESC, name
            LIMIT $3 OFFSET $4))
        ORDER BY kind DESC, name;
        """;

    internal const string CountLiveChildren = """
        SELECT count(*) FROM items WHERE tenant_id = $1 AND parent_id = $2 AND is_deleted = false;
        """;

    internal const string ListAllChildren = """
        SELECT id, name, kind, size_bytes, mime_type, modified_at, is_deleted
        FROM items
        WHERE tenant_id = $1 AND parent_id = $2
        ORDER BY kind DESC, name, is_deleted, id
        LIMIT $3 OFFSET $4;
        """;

    internal const string CountAllChildren = """
        SELECT count(*) FROM items WHERE tenant_id = $1 AND parent_id = $2;
        """;

    // $5 whether an entry may be seen that $6 does not name; those it names are the opposite. $7 the lists of sources that let the caller in; null: all.
    private const string Visible = """
        $5 <> (id = ANY ($6)) AND ($7::bigint[] IS NULL OR source_acl_id IS NULL OR source_acl_id = ANY ($7))
        """;

    internal const string ListVisibleChildren = $"""
        SELECT id, name, kind, size_bytes, mime_type, modified_at, is_deleted
        FROM items
        WHERE tenant_id = $1 AND parent_id = $2 AND is_deleted = false AND {Visible}
        ORDER BY kind DESC, name
        LIMIT $3 OFFSET $4;
        """;

    internal const string ListAllVisibleChildren = $"""
        SELECT id, name, kind, size_bytes, mime_type, modified_at, is_deleted
        FROM items
        WHERE tenant_id = $1 AND parent_id = $2 AND {Visible}
        ORDER BY kind DESC, name, is_deleted, id
        LIMIT $3 OFFSET $4;
        """;

    // $3 whether those in the trash count, $4 false; the rest as above.
    internal const string CountVisibleChildren = $"""
        SELECT count(*) FROM items
        WHERE tenant_id = $1 AND parent_id = $2 AND ($3 OR is_deleted = $4) AND {Visible};
        """;

    // $1 tenant, $2 id, $3 share, $4 parent, $5 name, $6 path, $7 actor, $8 now. No row when the name is taken: an error
    // would end the caller's transaction.
    internal const string InsertFolder = """
        INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, path,
                           owner_id, created_by, modified_by, created_at, modified_at)
        VALUES ($1, $2, $3, $4, 'folder', $5, $6, $7, $7, $7, $8, $8)
        ON CONFLICT (tenant_id, parent_id, name) WHERE NOT is_deleted DO NOTHING;
        """;

    // $1 tenant, $2 id, $3 share, $4 parent, $5 name, $6 type, $7 size, $8 hash, $9 actor, $10 now, $11 modified,
    // $12 version id, $13 chunk hashes, $14 chunk sizes, $15 who may read at the source. Answers 0 when the name is taken.
    internal const string InsertFile = """
        WITH item AS (
            INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, mime_type, size_bytes, content_hash, version,
                               owner_id, created_by, modified_by, created_at, modified_at, source_acl_id)
            VALUES ($1, $2, $3, $4, 'file', $5, $6, $7, $8, 1, $9, $9, $9, $10, $11, $15)
            ON CONFLICT (tenant_id, parent_id, name) WHERE NOT is_deleted DO NOTHING
            RETURNING 1
        ), version AS (
            INSERT INTO file_versions (tenant_id, file_id, version, id, content_hash, size_bytes, mime_type, modified_at, created_by, created_at)
            SELECT $1, $2, 1, $12, $8, $7, $6, $11, $9, $10 FROM item
        ), chunk AS (
            INSERT INTO version_chunks (tenant_id, file_id, version, ordinal, chunk_hash, size_bytes)
            SELECT $1, $2, 1, c.ordinal, c.hash, c.size_bytes
            FROM item, unnest($13, $14) WITH ORDINALITY AS c (hash, size_bytes, ordinal)
        )
        SELECT count(*) FROM item;
        """;

    // As InsertFile for many of one share, in the order of the index so that two writers wait for each other instead of
    // deadlocking; of equal names the first given wins. $1 tenant, $2 share, $3 actor, $4 now, $5 source ACL; by file $6 ids, $7 parents,
    // $8 names, $9 types, $10 sizes, $11 hashes, $12 modified, $13 version ids; by chunk $14 file ids, $15 ordinals,
    // $16 hashes, $17 sizes. Answers the ids of those whose name was free.
    internal const string InsertFiles = """
        WITH given AS MATERIALIZED (
            SELECT *
            FROM unnest($6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY
                AS f (id, parent_id, name, mime_type, size_bytes, content_hash, modified_at, version_id, number)
        ), item AS (
            INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, mime_type, size_bytes, content_hash, version,
                               owner_id, created_by, modified_by, created_at, modified_at, source_acl_id)
            SELECT $1, id, $2, parent_id, 'file', name, mime_type, size_bytes, content_hash, 1, $3, $3, $3, $4, modified_at, $5
            FROM given
            ORDER BY parent_id, name COLLATE "C", number
            ON CONFLICT (tenant_id, parent_id, name) WHERE NOT is_deleted DO NOTHING
            RETURNING id
        ), version AS (
            INSERT INTO file_versions (tenant_id, file_id, version, id, content_hash, size_bytes, mime_type, modified_at, created_by, created_at)
            SELECT $1, id, 1, version_id, content_hash, size_bytes, mime_type, modified_at, $3, $4 FROM given JOIN item USING (id)
        ), chunk AS (
            INSERT INTO version_chunks (tenant_id, file_id, version, ordinal, chunk_hash, size_bytes)
            SELECT $1, c.file_id, 1, c.ordinal, c.hash, c.size_bytes
            FROM unnest($14, $15, $16, $17) AS c (file_id, ordinal, hash, size_bytes)
            JOIN item ON item.id = c.file_id
        )
        SELECT id FROM item;
        """;

    // $1 tenant, $2 id, $3 new version, $4 type, $5 size, $6 hash, $7 actor, $8 now, $9 modified, $10 version id,
    // $11 chunk hashes, $12 chunk sizes.
    internal const string InsertVersion = """
        WITH item AS (
            UPDATE items
            SET version = $3, mime_type = $4, size_bytes = $5, content_hash = $6, modified_by = $7, modified_at = $9, vectorized_at = NULL
            WHERE tenant_id = $1 AND id = $2
        ), version AS (
            INSERT INTO file_versions (tenant_id, file_id, version, id, content_hash, size_bytes, mime_type, modified_at, created_by, created_at)
            VALUES ($1, $2, $3, $10, $6, $5, $4, $9, $7, $8)
        )
        INSERT INTO version_chunks (tenant_id, file_id, version, ordinal, chunk_hash, size_bytes)
        SELECT $1, $2, $3, c.ordinal, c.hash, c.size_bytes
        FROM unnest($11, $12) WITH ORDINALITY AS c (hash, size_bytes, ordinal);
        """;

    internal const string UpdateFileProperties = """
        UPDATE items SET mime_type = $3, modified_at = $4, modified_by = $5 WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string RenameFile = """
        UPDATE items SET parent_id = $3, name = $4, modified_by = $5 WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string TrashFile = """
        UPDATE items SET is_deleted = true, deleted_at = $3, deleted_with = id, modified_by = $4
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string DeleteFile = """
        DELETE FROM items WHERE tenant_id = $1 AND id = $2;
        """;

    // $1 tenant, $2 folder, $3 new parent, $4 new name, $5 new path, $6 old path, $7 actor, $8 now. Folders in the trash
    // below it move along, so that their paths are right when they are restored.
    internal const string MoveFolder = """
        WITH RECURSIVE tree AS (
            SELECT $2 AS id
            UNION ALL
            SELECT c.id FROM tree t JOIN items c ON c.tenant_id = $1 AND c.parent_id = t.id AND c.kind = 'folder'
        )
        UPDATE items i
        SET path = $5 || substr(i.path, length($6) + 1),
            parent_id = CASE WHEN i.id = $2 THEN $3 ELSE i.parent_id END,
            name = CASE WHEN i.id = $2 THEN $4 ELSE i.name END,
            modified_by = CASE WHEN i.id = $2 THEN $7 ELSE i.modified_by END,
            modified_at = CASE WHEN i.id = $2 THEN $8 ELSE i.modified_at END
        FROM tree
        WHERE i.tenant_id = $1 AND i.id = tree.id;
        """;

    // What moved, in the order in which a reader can follow it: a folder before what is in it.
    // $1 tenant, $2 folder, $3 writer, $4 ordinal before the first, $5 change, $6 old path, $7 new path.
    internal const string StageMovedTree = """
        WITH RECURSIVE tree AS (
            SELECT i.id, i.kind, i.path, i.path AS own_path, 0 AS depth, NULL::text AS version_id
            FROM items i
            WHERE i.tenant_id = $1 AND i.id = $2
            UNION ALL
            SELECT c.id, c.kind, c.path, t.own_path || '/' || c.name, t.depth + 1, v.id
            FROM tree t
            JOIN items c ON c.tenant_id = $1 AND c.parent_id = t.id AND NOT c.is_deleted
            LEFT JOIN file_versions v ON v.tenant_id = $1 AND v.file_id = c.id AND v.version = c.version
            WHERE t.kind = 'folder'
        )
        INSERT INTO staged_changes (
            tenant_id, writer_id, ordinal, share_id, resource_type, resource_id, change_type, old_path, new_path, folder_id, name,
            owner_id, created_by, modified_by, created_at, modified_at, is_deleted, mime_type, size_bytes, content_hash, version,
            version_id, vectorized_at, source_acl_id)
        SELECT i.tenant_id, $3, $4 + row_number() OVER (ORDER BY t.depth, i.kind DESC, t.own_path), i.share_id, i.kind, i.id, $5,
               $6 || substr(t.own_path, length($7) + 1), t.own_path, nullif(i.parent_id, i.share_id), i.name,
               i.owner_id, i.created_by, i.modified_by, i.created_at, i.modified_at, i.is_deleted, i.mime_type, i.size_bytes,
               i.content_hash, i.version, t.version_id, i.vectorized_at, i.source_acl_id
        FROM tree t
        JOIN items i ON i.tenant_id = $1 AND i.id = t.id;
        """;

    // $1 tenant, $2 folder, $3 writer, $4 ordinal before the first, $5 actor, $6 now. Deepest first, so that a reader
    // never removes a folder that is not yet empty.
    internal const string TrashTree = """
        WITH RECURSIVE tree AS (
            SELECT i.id, i.kind, i.path AS own_path, 0 AS depth FROM items i WHERE i.tenant_id = $1 AND i.id = $2
            UNION ALL
            SELECT c.id, c.kind, t.own_path || '/' || c.name, t.depth + 1
            FROM tree t
            JOIN items c ON c.tenant_id = $1 AND c.parent_id = t.id AND NOT c.is_deleted
            WHERE t.kind = 'folder'
        ), gone AS (
            UPDATE items i SET is_deleted = true, deleted_at = $6, deleted_with = $2, modified_by = $5
            FROM tree t
            WHERE i.tenant_id = $1 AND i.id = t.id
            RETURNING i.*, t.own_path, t.depth
        )
        INSERT INTO staged_changes (
            tenant_id, writer_id, ordinal, share_id, resource_type, resource_id, change_type, old_path, new_path, folder_id, name,
            owner_id, created_by, modified_by, created_at, modified_at, is_deleted, mime_type, size_bytes, content_hash, version,
            version_id, vectorized_at, source_acl_id)
        SELECT g.tenant_id, $3, $4 + row_number() OVER (ORDER BY g.depth DESC, g.kind, g.own_path), g.share_id, g.kind, g.id, 'deleted',
               g.own_path, g.own_path, nullif(g.parent_id, g.share_id), g.name,
               g.owner_id, g.created_by, g.modified_by, g.created_at, g.modified_at, true, g.mime_type, g.size_bytes,
               g.content_hash, g.version, v.id, g.vectorized_at, g.source_acl_id
        FROM gone g
        LEFT JOIN file_versions v ON v.tenant_id = g.tenant_id AND v.file_id = g.id AND v.version = g.version;
        """;

    // As TrashTree, for good: what was in the trash below it goes too, but was announced before.
    internal const string DeleteTree = """
        WITH RECURSIVE tree AS (
            SELECT i.id, i.kind, i.path AS own_path, 0 AS depth FROM items i WHERE i.tenant_id = $1 AND i.id = $2
            UNION ALL
            SELECT c.id, c.kind, t.own_path || '/' || c.name, t.depth + 1
            FROM tree t
            JOIN items c ON c.tenant_id = $1 AND c.parent_id = t.id
            WHERE t.kind = 'folder'
        ), version AS (
            SELECT v.file_id, v.version, v.id
            FROM tree t
            JOIN file_versions v ON v.tenant_id = $1 AND v.file_id = t.id
        ), gone AS (
            DELETE FROM items i USING tree t
            WHERE i.tenant_id = $1 AND i.id = t.id
            RETURNING i.*, t.own_path, t.depth
        )
        INSERT INTO staged_changes (
            tenant_id, writer_id, ordinal, share_id, resource_type, resource_id, change_type, old_path, new_path, folder_id, name,
            owner_id, created_by, modified_by, created_at, modified_at, is_deleted, mime_type, size_bytes, content_hash, version,
            version_id, vectorized_at, source_acl_id)
        SELECT g.tenant_id, $3, $4 + row_number() OVER (ORDER BY g.depth DESC, g.kind, g.own_path), g.share_id, g.kind, g.id, 'deleted',
               g.own_path, g.own_path, nullif(g.parent_id, g.share_id), g.name,
               g.owner_id, g.created_by, $5, g.created_at, g.modified_at, true, g.mime_type, g.size_bytes,
               g.content_hash, g.version, v.id, g.vectorized_at, g.source_acl_id
        FROM gone g
        LEFT JOIN version v ON v.file_id = g.id AND v.version = g.version
        WHERE NOT g.is_deleted;
        """;

    // $1 tenant, $2 files, $3 their lists, $4 writer, $5 ordinal before the first. What is in the trash is not announced.
    internal const string SetSourceAcls = """
        WITH wanted AS (
            SELECT w.id, w.acl FROM unnest($2::text[], $3::bigint[]) AS w (id, acl)
        ), held AS (
            SELECT i.id, w.acl
            FROM items i
            JOIN wanted w ON w.id = i.id
            WHERE i.tenant_id = $1 AND i.kind = 'file' AND i.source_acl_id IS DISTINCT FROM w.acl
            ORDER BY i.id
            FOR NO KEY UPDATE OF i
        ), changed AS (
            UPDATE items i SET source_acl_id = h.acl
            FROM held h
            WHERE i.tenant_id = $1 AND i.id = h.id
            RETURNING i.*
        )
        INSERT INTO staged_changes (
            tenant_id, writer_id, ordinal, share_id, resource_type, resource_id, change_type, old_path, new_path, folder_id, name,
            owner_id, created_by, modified_by, created_at, modified_at, is_deleted, mime_type, size_bytes, content_hash, version,
            version_id, vectorized_at, source_acl_id)
        SELECT c.tenant_id, $4, $5 + row_number() OVER (ORDER BY c.id), c.share_id, 'file', c.id, 'permissions',
               coalesce(p.path, '') || '/' || c.name, coalesce(p.path, '') || '/' || c.name, nullif(c.parent_id, c.share_id), c.name,
               c.owner_id, c.created_by, c.modified_by, c.created_at, c.modified_at, false, c.mime_type, c.size_bytes,
               c.content_hash, c.version, v.id, c.vectorized_at, c.source_acl_id
        FROM changed c
        LEFT JOIN items p ON p.tenant_id = c.tenant_id AND p.id = c.parent_id
        LEFT JOIN file_versions v ON v.tenant_id = c.tenant_id AND v.file_id = c.id AND v.version = c.version
        WHERE NOT c.is_deleted;
        """;

    internal const string IsCurrent = """
        SELECT true FROM items
        WHERE tenant_id = $1 AND id = $2 AND kind = 'file' AND content_hash = $3 AND NOT is_deleted
        FOR NO KEY UPDATE;
        """;

    internal const string HoldLive = """
        SELECT id FROM items
        WHERE tenant_id = $1 AND id = ANY($2) AND kind = 'file' AND NOT is_deleted
        ORDER BY id
        FOR NO KEY UPDATE;
        """;

    internal const string MarkVectorized = """
        UPDATE items SET vectorized_at = $4
        WHERE tenant_id = $1 AND id = $2 AND kind = 'file' AND content_hash = $3 AND NOT is_deleted;
        """;

    // $3 the version, or NULL for the newest.
    internal const string FindVersionContent = """
        SELECT i.is_deleted,
               ARRAY(SELECT c.chunk_hash FROM version_chunks c
                     WHERE c.tenant_id = v.tenant_id AND c.file_id = v.file_id AND c.version = v.version ORDER BY c.ordinal),
               ARRAY(SELECT c.size_bytes FROM version_chunks c
                     WHERE c.tenant_id = v.tenant_id AND c.file_id = v.file_id AND c.version = v.version ORDER BY c.ordinal)
        FROM items i
        JOIN file_versions v ON v.tenant_id = i.tenant_id AND v.file_id = i.id AND v.version = coalesce($3, i.version)
        WHERE i.tenant_id = $1 AND i.id = $2;
        """;

    internal const string FindContentByHash = """
        SELECT false,
               ARRAY(SELECT c.chunk_hash FROM version_chunks c
                     WHERE c.tenant_id = v.tenant_id AND c.file_id = v.file_id AND c.version = v.version ORDER BY c.ordinal),
               ARRAY(SELECT c.size_bytes FROM version_chunks c
                     WHERE c.tenant_id = v.tenant_id AND c.file_id = v.file_id AND c.version = v.version ORDER BY c.ordinal)
        FROM file_versions v
        WHERE v.tenant_id = $1 AND v.content_hash = $2
        LIMIT 1;
        """;
}
