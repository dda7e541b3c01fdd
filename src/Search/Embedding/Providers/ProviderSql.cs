namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Statements on providers and policies. Columns are described in <c>Migrations/</c>.</summary>
internal static class ProviderSql
{
    internal const string AddDefaultProvider = """
        INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions, ocr, is_default)
        SELECT $1, 'prv_local', 'Local', 'local', 'use-lite-en', 512, false, true
        WHERE NOT EXISTS (SELECT FROM search.provider WHERE tenant_id = $1)
        ON CONFLICT DO NOTHING
        """;

    internal const string AddDefaultPolicy = """
        INSERT INTO search.policy (tenant_id, id, name, position)
        SELECT $1, 'pol_default', 'Default', 2147483647
        WHERE NOT EXISTS (SELECT FROM search.policy WHERE tenant_id = $1)
        ON CONFLICT DO NOTHING
        """;

    internal const string Providers = """
        SELECT id, name, type, endpoint, api_key, model, dimensions, max_tokens_per_request, ocr, is_default, updated_at
        FROM search.provider
        WHERE tenant_id = $1
        ORDER BY is_default DESC, position, id
        """;

    internal const string Policies = """
        SELECT id, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id
        FROM search.policy
        WHERE tenant_id = $1
        ORDER BY position, id
        """;
}
