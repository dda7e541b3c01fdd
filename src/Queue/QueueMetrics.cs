using System.Diagnostics.Metrics;

namespace ScaiDrive.Queue;

/// <summary>What this process's workers did. Depth and age are not here: they belong to the database and are read by
/// <see cref="QueueReader.DepthsAsync"/>.</summary>
public static class QueueMetrics
{
    /// <summary>Name of the meter to subscribe to.</summary>
    public const string MeterName = "ScaiDrive.Queue";

    /// <summary>Attempts that ended, by <c>queue</c> and <c>result</c>: <c>ok</c> (completed or cancelled), <c>retry</c>
    /// (will run again) or <c>error</c> (discarded).</summary>
    public const string JobsProcessed = "scaidrive_queue_jobs_processed_total";

    /// <summary>Seconds an attempt took in its handler, by <c>queue</c> and <c>task</c> (the job's kind).</summary>
    public const string JobDuration = "scaidrive_queue_job_duration_seconds";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Processed = Meter.CreateCounter<long>(JobsProcessed, "{job}", "Attempts that ended.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(JobDuration, "s", "Time an attempt took in its handler.");

    internal static void Ended(string queue, string state) =>
        Processed.Add(1, new("queue", queue), new("result", state switch
        {
            JobStates.Completed or JobStates.Cancelled => "ok",
            JobStates.Discarded => "error",
            _ => "retry",
        }));

    internal static void Took(string queue, string kind, TimeSpan duration) =>
        Duration.Record(duration.TotalSeconds, new("queue", queue), new KeyValuePair<string, object?>("task", kind));
}
