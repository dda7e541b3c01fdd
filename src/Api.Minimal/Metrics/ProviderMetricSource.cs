using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>How the embedding providers do, as all processes saw it.</summary>
public sealed class ProviderMetricSource(EmbeddingProviders providers, ProviderHealth health) : IMetricSource
{
    private const string Up = "scaidrive_vectorization_provider_up";
    private const string UpHelp = "Whether an embedding provider answers: 1 or 0; NaN while nobody has asked it.";
    private const string Latency = "scaidrive_vectorization_provider_latency_ms";
    private const string LatencyHelp = "Time of its requests in the last hour, by percentile.";

    /// <inheritdoc />
    public string Name => "providers";

    /// <inheritdoc />
    public async Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        var rows = await providers.ListAsync(LocalCaller.TenantId, cancellationToken);
        var reports = await health.ReadAsync(LocalCaller.TenantId, rows, cancellationToken);
        foreach (var row in rows)
        {
            var (report, provider) = (reports[row.Id], ("provider", row.Id));
            families.Gauge(
                Up, UpHelp, report.Status switch { "down" => 0, "unknown" => double.NaN, _ => 1 }, provider, ("type", row.Type), ("model", row.Model));
            if (report.LatencyP50Ms is { } half)
                families.Gauge(Latency, LatencyHelp, half, provider, ("quantile", "0.5"));
            if (report.LatencyP95Ms is { } most)
                families.Gauge(Latency, LatencyHelp, most, provider, ("quantile", "0.95"));
            families.Gauge("scaidrive_vectorization_provider_requests_last_hour", "Its requests of the last hour.", report.Requests, provider);
            families.Gauge("scaidrive_vectorization_provider_failures_last_hour", "Those that failed.", report.Failures, provider);
            families.Gauge("scaidrive_vectorization_provider_throttled_last_hour", "Those it answered with a wish to wait.", report.Throttled, provider);
            families.Gauge("scaidrive_vectorization_provider_tokens_last_hour", "Tokens it embedded in the last hour.", report.Tokens, provider);
        }
    }

    /// <inheritdoc />
    public void AddUnknown(MetricFamilies families)
    {
        // Which providers there are stands in the database that could not be asked.
    }
}
