namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Statements on how providers do. Columns are described in <c>Migrations/</c>.</summary>
internal static class ProviderHealthSql
{
    // Nothing for a provider that is not saved, or is gone.
    internal const string EnsureState = """
        INSERT INTO search.provider_state (tenant_id, provider_id)
        SELECT tenant_id, id FROM search.provider WHERE tenant_id = $1 AND id = $2
        ON CONFLICT DO NOTHING
        """;

    internal const string HoldState = """
        SELECT status, stand_in_id FROM search.provider_state WHERE tenant_id = $1 AND provider_id = $2 FOR UPDATE
        """;

    internal const string SaveState = """
        UPDATE search.provider_state
        SET status = $3, code = $4, message = $5, stand_in_id = $6, checked_at = now(),
            changed_at = CASE WHEN status = $3 THEN changed_at ELSE now() END
        WHERE tenant_id = $1 AND provider_id = $2
        """;

    internal const string AddSample = """
        INSERT INTO search.provider_sample (tenant_id, provider_id, requests, failures, throttled, texts, tokens, latencies)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8
        WHERE EXISTS (SELECT FROM search.provider WHERE tenant_id = $1 AND id = $2)
        """;

    internal const string States = """
        SELECT provider_id, status, code, message, stand_in_id, checked_at, changed_at FROM search.provider_state WHERE tenant_id = $1
        """;

    internal const string Samples = """
        SELECT provider_id, requests, failures, throttled, texts, tokens, latencies, date_trunc('minute', sampled_at), sampled_at > now() - interval '5 minutes'
        FROM search.provider_sample
        WHERE tenant_id = $1 AND sampled_at > now() - interval '1 hour'
        """;

    internal const string PruneSamples = """
        DELETE FROM search.provider_sample WHERE sampled_at < now() - interval '1 day'
        """;

    internal const string AllProviders = """
        SELECT DISTINCT tenant_id FROM search.provider ORDER BY tenant_id
        """;
}
