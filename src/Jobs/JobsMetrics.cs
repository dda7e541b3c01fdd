using System.Diagnostics.Metrics;

namespace ScaiDrive.Jobs;

/// <summary>What the jobs measure of themselves, on the meter <c>ScaiDrive.Jobs</c>.</summary>
internal sealed class JobsMetrics
{
    /// <summary>Name of the meter.</summary>
    internal const string MeterName = "ScaiDrive.Jobs";

    private readonly Histogram<double> deleteDelay;
    private readonly Counter<long> drift;
    private long checkedAt;

    public JobsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        deleteDelay = meter.CreateHistogram<double>("scaidrive_delete_to_invisible_seconds", "s", "Time from a delete in the drive to its removal from the index");
        drift = meter.CreateCounter<long>("scaidrive_index_drift_total", "{file}", "Differences between drive and index that a check found and mended, by kind");
        meter.CreateObservableGauge("scaidrive_index_check_timestamp_seconds", CheckedAt, "s", "When this process last finished a check of an index, in seconds since 1970");
    }

    internal void Deleted(TimeSpan delay) => deleteDelay.Record(delay.TotalSeconds);

    internal void Checked(IReadOnlyDictionary<string, long> found, DateTimeOffset at)
    {
        foreach (var (kind, number) in found)
            drift.Add(number, new KeyValuePair<string, object?>("kind", kind));
        Interlocked.Exchange(ref checkedAt, at.ToUnixTimeSeconds());
    }

    private IEnumerable<Measurement<long>> CheckedAt() => Interlocked.Read(ref checkedAt) is > 0 and var at ? [new(at)] : [];
}
