using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>Depth, age, work and throughput of both queues, as the database has them: the same on every replica.</summary>
public sealed class QueueMetricSource(QueueReader queues) : IMetricSource
{
    private const string Depth = "scaidrive_queue_depth";
    private const string DepthHelp = "Jobs that wait for a worker: available, and scheduled or retryable that are due.";
    private const string Oldest = "scaidrive_queue_oldest_age_seconds";
    private const string OldestHelp = "How long the longest-waiting due job has waited.";
    private const string Jobs = "scaidrive_queue_jobs";
    private const string JobsHelp = "Unfinished and discarded jobs by state.";
    private const string Work = "scaidrive_queue_work_seconds";
    private const string WorkHelp = "Waiting jobs in seconds of one slot, by how long jobs of their kind took in the last hour.";
    private const string Unknown = "scaidrive_queue_jobs_without_estimate";
    private const string UnknownHelp = "Waiting jobs of kinds that have not run for an hour, which are not in the seconds of work.";
    private const string Rate = "scaidrive_queue_attempts_per_second";
    private const string RateHelp = "Attempts that ended in the whole fleet, by how, mean of the last five minutes.";
    private const string Slots = "scaidrive_queue_worker_slots";
    private const string SlotsHelp = "Slots of all workers that are alive and not draining.";

    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public string Name => "queue";

    /// <inheritdoc />
    public async Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        var depths = (await queues.DepthsAsync(cancellationToken)).ToDictionary(d => d.Queue, StringComparer.Ordinal);
        foreach (var queue in QueueNamesShown.Union(depths.Keys))
        {
            var depth = depths.GetValueOrDefault(queue) ?? new QueueDepth(queue, 0, 0, 0, 0, 0, 0);
            families.Gauge(Depth, DepthHelp, depth.Depth, ("queue", queue));
            families.Gauge(Oldest, OldestHelp, depth.OldestAgeSeconds, ("queue", queue));
            families.Gauge(Jobs, JobsHelp, depth.Running, ("queue", queue), ("state", JobStates.Running));
            families.Gauge(Jobs, JobsHelp, depth.Scheduled, ("queue", queue), ("state", JobStates.Scheduled));
            families.Gauge(Jobs, JobsHelp, depth.Retryable, ("queue", queue), ("state", JobStates.Retryable));
            families.Gauge(Jobs, JobsHelp, depth.Discarded, ("queue", queue), ("state", JobStates.Discarded));
        }

        var work = await queues.WorkAsync(cancellationToken);
        families.Gauge(Slots, SlotsHelp, work.Slots);
        foreach (var queue in work.Queues)
        {
            families.Gauge(Work, WorkHelp, queue.Seconds, ("queue", queue.Queue));
            families.Gauge(Unknown, UnknownHelp, queue.JobsUnknown, ("queue", queue.Queue));
        }

        foreach (var queue in await queues.ThroughputAsync(Lately, null, cancellationToken))
        {
            families.Gauge(Rate, RateHelp, queue.Completed / queue.Seconds, ("queue", queue.Queue), ("result", "completed"));
            families.Gauge(Rate, RateHelp, queue.Cancelled / queue.Seconds, ("queue", queue.Queue), ("result", "cancelled"));
            families.Gauge(Rate, RateHelp, queue.Failed / queue.Seconds, ("queue", queue.Queue), ("result", "failed"));
        }
    }

    /// <inheritdoc />
    public void AddUnknown(MetricFamilies families)
    {
        ArgumentNullException.ThrowIfNull(families);
        foreach (var queue in QueueNamesShown)
        {
            families.Gauge(Depth, DepthHelp, double.NaN, ("queue", queue));
            families.Gauge(Oldest, OldestHelp, double.NaN, ("queue", queue));
        }
    }

    /// <summary>Present even when empty: an alert on a series that is missing never fires.</summary>
    private static readonly string[] QueueNamesShown = [QueueNames.High, QueueNames.Low];
}
