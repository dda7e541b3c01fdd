namespace ScaiDrive.Drive;

/// <summary>Every statement on the change log.</summary>
internal static class ChangeSql
{
    // Held until commit, and taken by everyone before a number is drawn: so numbers are committed in their order, and a
    // reader that has seen N cannot meet a smaller one later. Locks end after the commit is visible.
    internal const string LockLog = """
        SELECT pg_advisory_xact_lock(hashtextextended('drive.changes/' || $1, 0));
        """;

    // What this transaction writes has larger numbers.
    internal const string Floor = """
        SELECT nextval('change_number_seq');
        """;

    // One statement for all, because each has a price of its own. $1 tenant, $2 actor, $3 now, $4 interactive, $5 connector, then a list
    // for each column.
    internal const string Insert = """
        INSERT INTO changes (
            tenant_id, number, changed_by, changed_at, interactive, connector_id, share_id, resource_type, resource_id, change_type,
            old_path, new_path, folder_id, name, owner_id, created_by, modified_by, created_at, modified_at, is_deleted,
            mime_type, size_bytes, content_hash, version, version_id, vectorized_at, source_acl_id)
        SELECT $1, nextval('change_number_seq'), $2, $3, $4, $5, c.share_id, c.resource_type, c.resource_id, c.change_type,
               c.old_path, c.new_path, c.folder_id, c.name, c.owner_id, c.created_by, c.modified_by, c.created_at, c.modified_at, c.is_deleted,
               c.mime_type, c.size_bytes, c.content_hash, c.version, c.version_id, c.vectorized_at, c.source_acl_id
        FROM (
            SELECT *
            FROM unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) WITH ORDINALITY
                AS n (share_id, resource_type, resource_id, change_type, old_path, new_path, folder_id, name, owner_id, created_by, modified_by,
                      created_at, modified_at, is_deleted, mime_type, size_bytes, content_hash, version, version_id, vectorized_at, source_acl_id, place)
            ORDER BY place
        ) c;
        """;

    // $1 tenant, $2 writer, $3 and $4 first and last ordinal, $5 actor, $6 now, $7 interactive, $8 connector.
    internal const string InsertStaged = """
        INSERT INTO changes (
            tenant_id, number, share_id, resource_type, resource_id, change_type, changed_by, changed_at, interactive, connector_id,
            old_path, new_path, folder_id, name, owner_id, created_by, modified_by, created_at, modified_at, is_deleted,
            mime_type, size_bytes, content_hash, version, version_id, vectorized_at, source_acl_id)
        SELECT s.tenant_id, nextval('change_number_seq'), s.share_id, s.resource_type, s.resource_id, s.change_type, $5, $6, $7, $8,
               s.old_path, s.new_path, s.folder_id, s.name, s.owner_id, s.created_by, s.modified_by, s.created_at, s.modified_at,
               s.is_deleted, s.mime_type, s.size_bytes, s.content_hash, s.version, s.version_id, s.vectorized_at, s.source_acl_id
        FROM (
            SELECT * FROM staged_changes
            WHERE tenant_id = $1 AND writer_id = $2 AND ordinal BETWEEN $3 AND $4
            ORDER BY ordinal
        ) s;
        """;

    internal const string DeleteStaged = """
        DELETE FROM staged_changes WHERE tenant_id = $1 AND writer_id = $2;
        """;

    internal const string Last = "SELECT coalesce(max(number), 0) FROM changes WHERE tenant_id = $1;";

    internal const string Read = """
        SELECT number, tenant_id, share_id, resource_type, resource_id, change_type, changed_by, changed_at, interactive, connector_id,
               old_path, new_path, folder_id, name, owner_id, created_by, modified_by, created_at, modified_at, is_deleted,
               mime_type, size_bytes, content_hash, version, version_id, vectorized_at, source_acl_id
        FROM changes
        WHERE tenant_id = $1 AND number > $2
        ORDER BY number
        LIMIT $3;
        """;
}
