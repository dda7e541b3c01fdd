namespace ScaiDrive.Search.Index;

/// <summary>Statements with which an index follows the tables.</summary>
internal static class IndexFeedSql
{
    internal const string Tenants = UpkeepSql.Tenants;

    // One statement, so one snapshot: a number that is visible here has all smaller ones of its tenant before it.
    internal const string Position = """
        SELECT (SELECT id FROM search.index_identity),
               (SELECT last_value FROM search.index_number),
               coalesce((SELECT pruned_through FROM search.index_tenant WHERE tenant_id = $1), 0),
               greatest(
                   coalesce((SELECT max(number) FROM search.index_log WHERE tenant_id = $1), 0),
                   coalesce((SELECT pruned_through FROM search.index_tenant WHERE tenant_id = $1), 0))
        """;

    internal const string ReadLog = """
        SELECT number, file_id FROM search.index_log WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3
        """;

    internal const string CountAfter = """
        SELECT count(*) FROM search.index_log WHERE tenant_id = $1 AND number > $2
        """;

    internal const string FilesAfter = """
        SELECT file_id FROM search.file WHERE tenant_id = $1 AND file_id > $2 ORDER BY file_id LIMIT $3
        """;

    internal const string Files = """
        SELECT file_id, share_id, folder_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, revision, chunk_count, acl_id
        FROM search.file
        WHERE tenant_id = $1 AND file_id = ANY ($2)
        ORDER BY file_id
        """;

    // Chunks and vectors of one snapshot, together with the revision they belong to. An empty vector stands for a text that the
    // provider refuses: it is complete, and not found by meaning.
    internal const string Chunks = """
        SELECT f.file_id, f.revision, f.language, c.chunk_index, c.page, c.last_page, c.section, c.text, c.overlap_length, v.models, v.vectors
        FROM search.file f
        LEFT JOIN search.text_chunk c ON c.tenant_id = f.tenant_id AND c.file_id = f.file_id
        LEFT JOIN LATERAL (
            SELECT array_agg(v.model ORDER BY v.model) AS models, array_agg(v.vector ORDER BY v.model) AS vectors
            FROM search.file_vectors m
            JOIN search.vector v ON v.tenant_id = m.tenant_id AND v.model = m.model AND v.chunk_hash = c.hash AND length(v.vector) > 0
            WHERE m.tenant_id = f.tenant_id AND m.file_id = f.file_id
        ) AS v ON true
        WHERE f.tenant_id = $1 AND f.file_id = ANY ($2)
        ORDER BY f.file_id, c.chunk_index
        """;
}
