namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Statements on policies. Columns are described in <c>Migrations/</c>.</summary>
internal static class PolicySql
{
    internal const string List = """
        SELECT id, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id, name, position = 2147483647, created_at, updated_at
        FROM search.policy
        WHERE tenant_id = $1
        ORDER BY position, id
        """;

    internal const string Delete = """
        DELETE FROM search.policy WHERE tenant_id = $1 AND NOT id = ANY ($2)
        """;

    internal const string Save = """
        INSERT INTO search.policy AS p
            (tenant_id, id, name, position, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (tenant_id, id) DO UPDATE
        SET name = EXCLUDED.name, position = EXCLUDED.position, share_id = EXCLUDED.share_id, path_prefix = EXCLUDED.path_prefix,
            mime_pattern = EXCLUDED.mime_pattern, index_content = EXCLUDED.index_content, semantic = EXCLUDED.semantic, ocr = EXCLUDED.ocr,
            provider_id = EXCLUDED.provider_id, updated_at = EXCLUDED.updated_at
        """;
}
