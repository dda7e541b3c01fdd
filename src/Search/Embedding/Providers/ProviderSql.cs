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
        SELECT id, name, type, endpoint, api_key, model, dimensions, max_tokens_per_request, ocr, is_default, updated_at, fallback_order, cost_per_million_tokens
        FROM search.provider
        WHERE tenant_id = $1
        ORDER BY is_default DESC, fallback_order, id
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

    internal const string Add = """
        INSERT INTO search.provider
            (tenant_id, id, name, type, endpoint, api_key, model, dimensions, max_tokens_per_request, ocr, is_default, fallback_order, cost_per_million_tokens)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    internal const string Save = """
        UPDATE search.provider
        SET name = $3, type = $4, endpoint = $5, api_key = $6, model = $7, dimensions = $8, max_tokens_per_request = $9, ocr = $10,
            is_default = $11, fallback_order = $12, cost_per_million_tokens = $13, updated_at = clock_timestamp()
        WHERE tenant_id = $1 AND id = $2
        """;

    internal const string NoDefault = """
        UPDATE search.provider SET is_default = false, updated_at = clock_timestamp() WHERE tenant_id = $1 AND is_default
        """;

    internal const string Delete = """
        DELETE FROM search.provider WHERE tenant_id = $1 AND id = $2
        """;

    // Policies that name it; models it embeds the queries of; whether vectors of its model exist.
    internal const string Usage = """
        SELECT ARRAY(SELECT name FROM search.policy WHERE tenant_id = $1 AND provider_id = $2 ORDER BY position, id),
               ARRAY(SELECT model FROM search.vector_space WHERE tenant_id = $1 AND provider_id = $2 ORDER BY model),
               EXISTS (SELECT FROM search.vector v JOIN search.provider p ON p.tenant_id = v.tenant_id AND p.model = v.model WHERE p.tenant_id = $1 AND p.id = $2)
        """;

    internal const string Policies = """
        SELECT id, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id
        FROM search.policy
        WHERE tenant_id = $1
        ORDER BY position, id
        """;
}
