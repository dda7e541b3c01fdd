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

    internal const string AddDefaultSpace = """
        INSERT INTO search.vector_space (tenant_id, model, provider_id, state)
        SELECT tenant_id, model, id, 'serving' FROM search.provider
        WHERE tenant_id = $1 AND is_default AND NOT EXISTS (SELECT FROM search.vector_space WHERE tenant_id = $1)
        ON CONFLICT DO NOTHING
        """;

    internal const string Spaces = """
        SELECT model, provider_id, state = 'serving', created_at FROM search.vector_space WHERE tenant_id = $1 ORDER BY state DESC, created_at, model
        """;

    internal const string Providers = """
        SELECT id, name, type, endpoint, api_key, model, dimensions, max_tokens_per_request, ocr, is_default, updated_at
        FROM search.provider
        WHERE tenant_id = $1
        ORDER BY is_default DESC, position, id
        """;

    // Alone: whoever changes a rule. Shared: whoever writes down what followed from the rules, so that a change comes
    // either before it and is seen by it, or after it and sees it.
    internal const string HoldRulesAlone = """
        SELECT pg_advisory_xact_lock(hashtextextended('search.rules ' || $1, 0))
        """;

    internal const string HoldRules = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('search.rules ' || $1, 0))
        """;

    internal const string SetOcr = """
        UPDATE search.provider
        SET ocr = $3, updated_at = CASE WHEN ocr = $3 THEN updated_at ELSE now() END
        WHERE tenant_id = $1 AND id = $2
        """;

    internal const string Policies = """
        SELECT id, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id
        FROM search.policy
        WHERE tenant_id = $1
        ORDER BY position, id
        """;
}
