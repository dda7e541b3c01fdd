using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>How each connector does: how long ago it was last in step, what failed, whether it holds deletions back.</summary>
public sealed class ConnectorMetricSource(ConnectorOverview connectors, TimeProvider time) : IMetricSource
{
    private static readonly string[] Statuses = [ConnectorStatus.Idle, ConnectorStatus.Syncing, ConnectorStatus.Paused, ConnectorStatus.Error];

    /// <inheritdoc />
    public string Name => "connectors";

    /// <inheritdoc />
    public async Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        var now = time.GetUtcNow();
        foreach (var one in await connectors.StandingsAsync(LocalCaller.TenantId, cancellationToken))
        {
            ReadOnlySpan<(string, string)> labels = [("connector", one.Id), ("type", one.Type)];
            families.Gauge(
                "scaidrive_connector_last_success_age_seconds", "Since the last run over everything that went through; before the first, since the connector was set up.",
                (now - (one.LastSyncAt ?? one.CreatedAt)).TotalSeconds, labels);
            families.Gauge("scaidrive_connector_errors", "Items that failed in the last run that went through.", one.ErrorCount, labels);
            families.Gauge(
                "scaidrive_connector_deletions_held", "Whether the last run stopped because it would have deleted much, or the source looks like another one: 1 or 0.",
                one.HoldsDeletions ? 1 : 0, labels);
            foreach (var status in Statuses)
            {
                families.Gauge(
                    "scaidrive_connector_status", "What a connector is doing: 1 for the one that holds.", one.Status == status ? 1 : 0, [.. labels, ("status", status)]);
            }
        }
    }

    /// <inheritdoc />
    public void AddUnknown(MetricFamilies families)
    {
        // Which connectors there are stands in the database that could not be asked.
    }
}
