namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>Gauges that are read when somebody scrapes, not when something happens: queue depths, pending files.</summary>
public interface IMetricSource
{
    /// <summary>Short name, the <c>source</c> label of <c>scaidrive_metrics_source_up</c>.</summary>
    string Name { get; }

    /// <summary>Adds this source's samples. When it throws, the scrape goes on and the source shows as down.</summary>
    Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken);

    /// <summary>Adds the series that must be present even when <see cref="CollectAsync"/> failed, with the value NaN ("not known").</summary>
    void AddUnknown(MetricFamilies families);
}
