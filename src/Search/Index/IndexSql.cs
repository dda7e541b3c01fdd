namespace ScaiDrive.Search.Index;

/// <summary>Statements that write the index. Columns are described in <c>Migrations/</c>.</summary>
/// <remarks>
/// The row in <c>search.file</c> is the lock of everything that belongs to the file: whoever writes chunks, status or
/// stages holds it first. Many files are locked in the order of their ids.
/// </remarks>
internal static class IndexSql
{
    // Rows that would not change are left alone, so that a repeated delivery writes no log rows.
    internal const string UpsertFiles = """
        INSERT INTO search.file AS f (tenant_id, file_id, share_id, folder_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, acl_id)
        SELECT $1, n.file_id, n.share_id, n.folder_id, n.name, n.path, n.mime_type, n.size_bytes, n.modified_at, n.content_hash, n.version, n.acl_id
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::timestamptz[], $10::text[], $11::integer[], $12::bigint[])
            AS n(file_id, share_id, folder_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, acl_id)
        ORDER BY n.file_id
        ON CONFLICT (tenant_id, file_id) DO UPDATE
        SET share_id = EXCLUDED.share_id, folder_id = EXCLUDED.folder_id, name = EXCLUDED.name, path = EXCLUDED.path,
            mime_type = EXCLUDED.mime_type, size_bytes = EXCLUDED.size_bytes, modified_at = EXCLUDED.modified_at,
            content_hash = EXCLUDED.content_hash, version = EXCLUDED.version, acl_id = EXCLUDED.acl_id
        WHERE EXCLUDED.version >= f.version
          AND (f.share_id, f.folder_id, f.name, f.path, f.mime_type, f.size_bytes, f.modified_at, f.content_hash, f.version, f.acl_id)
              IS DISTINCT FROM
              (EXCLUDED.share_id, EXCLUDED.folder_id, EXCLUDED.name, EXCLUDED.path, EXCLUDED.mime_type, EXCLUDED.size_bytes,
               EXCLUDED.modified_at, EXCLUDED.content_hash, EXCLUDED.version, EXCLUDED.acl_id)
        """;

    // Every file known here has a status; new content starts again as pending. The rows of search.file are locked by now,
    // so that of several writers of one content exactly one is told that it is new.
    internal const string StartStatus = """
        INSERT INTO search.file_status AS s (tenant_id, file_id, content_hash, status)
        SELECT tenant_id, file_id, content_hash, 'pending'
        FROM search.file
        WHERE tenant_id = $1 AND file_id = ANY ($2)
        ORDER BY file_id
        ON CONFLICT (tenant_id, file_id) DO UPDATE
        SET content_hash = EXCLUDED.content_hash, status = 'pending', reason_code = NULL, vectors = 'none', updated_at = now()
        WHERE s.content_hash <> EXCLUDED.content_hash
        RETURNING file_id
        """;

    internal const string ForgetOldStages = """
        DELETE FROM search.file_stage g
        USING search.file_status s
        WHERE g.tenant_id = $1 AND g.file_id = ANY ($2)
          AND s.tenant_id = g.tenant_id AND s.file_id = g.file_id AND s.content_hash <> g.content_hash
        """;

    internal const string RemoveFiles = """
        WITH doomed AS (
            SELECT file_id FROM search.file
            WHERE tenant_id = $1 AND file_id = ANY ($2)
            ORDER BY file_id
            FOR UPDATE
        )
        DELETE FROM search.file f USING doomed WHERE f.tenant_id = $1 AND f.file_id = doomed.file_id
        """;

    internal const string LockFile = """
        SELECT content_hash FROM search.file WHERE tenant_id = $1 AND file_id = $2 FOR NO KEY UPDATE
        """;

    internal const string DeleteChunks = """
        DELETE FROM search.text_chunk WHERE tenant_id = $1 AND file_id = $2
        """;

    internal const string InsertChunks = """
        INSERT INTO search.text_chunk (tenant_id, file_id, chunk_index, page, last_page, section, text, overlap_length, hash, tokens, context)
        SELECT $1, $2, n.*
        FROM unnest($3::integer[], $4::integer[], $5::integer[], $6::text[], $7::text[], $8::integer[], $9::text[], $10::integer[], $11::text[]) AS n
        """;

    internal const string StampChunks = """
        WITH emptied AS (
            DELETE FROM search.file_vectors WHERE tenant_id = $1 AND file_id = $2
        )
        UPDATE search.file
        SET chunks_hash = content_hash, chunk_count = $3, language = $4, text_hash = $5, indexed_at = now(),
            embedded_at = NULL, revision = nextval('search.content_revision')
        WHERE tenant_id = $1 AND file_id = $2
        """;

    internal const string IsIndexed = """
        SELECT true FROM search.file
        WHERE tenant_id = $1 AND file_id = $2 AND content_hash = $3 AND chunks_hash = $3 AND text_hash = $4
        """;

    // The text of a replaced version must not outlive the verdict on the new one, and no text the verdict that there is none ($3).
    internal const string DropChunks = """
        WITH outdated AS (
            UPDATE search.file
            SET chunks_hash = NULL, chunk_count = 0, language = NULL, text_hash = NULL, indexed_at = NULL,
                embedded_at = NULL, revision = nextval('search.content_revision')
            WHERE tenant_id = $1 AND file_id = $2 AND (chunks_hash <> content_hash OR ($3 AND chunks_hash IS NOT NULL))
            RETURNING tenant_id, file_id
        ),
        emptied AS (
            DELETE FROM search.file_vectors v USING outdated o WHERE v.tenant_id = o.tenant_id AND v.file_id = o.file_id
        )
        DELETE FROM search.text_chunk c USING outdated o WHERE c.tenant_id = o.tenant_id AND c.file_id = o.file_id
        """;

    internal const string PendingVectors = """
        SELECT DISTINCT ON (c.hash) c.hash, c.context, c.text
        FROM search.file f
        JOIN search.text_chunk c ON c.tenant_id = f.tenant_id AND c.file_id = f.file_id
        WHERE f.tenant_id = $1 AND f.file_id = $2 AND f.content_hash = $3 AND f.chunks_hash = $3
          AND c.hash > $6
          AND NOT EXISTS (SELECT FROM search.vector v WHERE v.tenant_id = $1 AND v.model = $4 AND v.chunk_hash = c.hash)
        ORDER BY c.hash
        LIMIT $5
        """;

    // In the order of the keys, so that two jobs saving the same texts wait for each other instead of deadlocking.
    internal const string SaveVectors = """
        INSERT INTO search.vector (tenant_id, model, chunk_hash, vector)
        SELECT $1, $2, n.chunk_hash, n.vector
        FROM unnest($3::text[], $4::bytea[]) AS n(chunk_hash, vector)
        ORDER BY n.chunk_hash
        ON CONFLICT (tenant_id, model, chunk_hash) DO NOTHING
        """;

    // Shared: many jobs at once. Upkeep takes it alone, so that it cannot remove a vector between this check and the commit.
    internal const string HoldVectors = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('search.vector ' || $1, 0))
        """;

    internal const string MarkEmbedded = """
        WITH complete AS (
            UPDATE search.file f
            SET embedded_at = now(),
                -- Said again, it changes nothing that an index would have to follow.
                revision = CASE WHEN EXISTS (
                    SELECT FROM search.file_vectors v WHERE v.tenant_id = $1 AND v.file_id = $2 AND v.model = $4)
                    THEN f.revision ELSE nextval('search.content_revision') END
            WHERE f.tenant_id = $1 AND f.file_id = $2 AND f.content_hash = $3 AND f.chunks_hash = $3
              AND NOT EXISTS (
                  SELECT FROM search.text_chunk c
                  LEFT JOIN search.vector v ON v.tenant_id = c.tenant_id AND v.model = $4 AND v.chunk_hash = c.hash
                  WHERE c.tenant_id = $1 AND c.file_id = $2 AND v.chunk_hash IS NULL)
            RETURNING f.tenant_id, f.file_id
        ),
        noted AS (
            INSERT INTO search.file_vectors (tenant_id, file_id, model)
            SELECT tenant_id, file_id, $4 FROM complete
            ON CONFLICT (tenant_id, file_id, model) DO UPDATE SET embedded_at = now()
        )
        SELECT count(*) FROM complete
        """;
}
