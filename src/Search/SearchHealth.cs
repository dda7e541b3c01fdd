using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search;

/// <summary>Whether searching works now.</summary>
/// <param name="VectorStoreConnected">Whether the index that answers searches does answer.</param>
/// <param name="EmbeddingServiceAvailable">Whether queries can be embedded.</param>
/// <param name="Details">Facts by name: provider, model, latency, and the code and message of a fault.</param>
public sealed record SearchHealthReport(bool VectorStoreConnected, bool EmbeddingServiceAvailable, IReadOnlyDictionary<string, string> Details);

/// <summary>Probes the parts that searching needs.</summary>
public sealed class SearchHealth(ISearchEngine engine, EmbeddingProviders providers)
{
    /// <summary>Probes both parts now (embedding at most every five seconds, for three at most). A part that is down is a finding, not an exception.</summary>
    public async Task<SearchHealthReport> ProbeAsync(string tenantId, CancellationToken cancellationToken)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        var connected = await engine.IsHealthyAsync(cancellationToken);
        details["engine"] = engine.GetType().Name;
        try
        {
            var probe = await providers.ProbeAsync(tenantId, cancellationToken);
            details["embedding_provider"] = probe.ProviderId;
            details["embedding_latency_ms"] = ((long)probe.Latency.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (probe.Model is not null)
                details["embedding_model"] = probe.Model;
            if (probe.Code is not null)
                details["embedding_error"] = probe.Code;
            if (probe.Message is not null)
                details["embedding_message"] = probe.Message;
            foreach (var space in probe.Spaces)
                details[$"embedding_space.{space.Model}"] = $"{(space.IsServing ? "serving" : "building")} {space.ProviderId} {space.Code ?? "available"}";
            return new(connected, probe.Available, details);
        }
        catch (Npgsql.NpgsqlException fault)
        {
            // Without its database nothing can be embedded on a tenant's behalf; the answer must still come.
            details["database_message"] = fault.Message;
            return new(connected, false, details);
        }
    }
}
