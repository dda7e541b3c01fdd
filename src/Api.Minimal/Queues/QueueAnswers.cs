using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Queues;

/// <summary>What waits, runs and ends, from maintained counts.</summary>
internal sealed record QueuesAnswer : Answer
{
    /// <summary>Both queues, <c>high</c> first, over all tenants.</summary>
    public required IReadOnlyList<QueueFigures> Queues { get; init; }

    /// <summary>What waits by tenant, the most first: all tenants for the operator of the fleet, else the caller's own.</summary>
    public required IReadOnlyList<GroupItem> Tenants { get; init; }

    /// <summary>The same by kind.</summary>
    public required IReadOnlyList<GroupItem> Kinds { get; init; }

    /// <summary>The same by connector.</summary>
    public required IReadOnlyList<GroupItem> Connectors { get; init; }

    /// <summary>Rules the caller may see by which jobs are paused or throttled now.</summary>
    public required IReadOnlyList<RuleAnswer> HeldBack { get; init; }

    /// <summary>Slots of all workers that are alive and not draining.</summary>
    public required int Slots { get; init; }

    /// <summary>Seconds until all that waits is done if nothing is added; null without a worker.</summary>
    public required double? SecondsToDrain { get; init; }
}

/// <summary>One queue.</summary>
internal sealed record QueueFigures
{
    public required string Queue { get; init; }

    public required long Depth { get; init; }

    public required double OldestAgeSeconds { get; init; }

    public required long Running { get; init; }

    public required long Scheduled { get; init; }

    public required long Retryable { get; init; }

    public required long Discarded { get; init; }

    /// <summary>What waits, in seconds of one slot, by how long jobs of each kind took lately.</summary>
    public required double WorkSeconds { get; init; }

    /// <summary>Waiting jobs of kinds that have not run for an hour, which are not in it.</summary>
    public required long JobsWithoutEstimate { get; init; }

    public required ThroughputItem Throughput { get; init; }

    /// <summary>Null when the queue is not paused.</summary>
    public required PauseItem? Pause { get; init; }
}

/// <summary>Attempts that ended lately.</summary>
/// <param name="Seconds">The time looked at.</param>
/// <param name="Completed">Did the job.</param>
/// <param name="Cancelled">Ended the job on purpose.</param>
/// <param name="Failed">Failed.</param>
/// <param name="PerSecond">All of them per second.</param>
/// <param name="FailureRate">Share of failed ones, 0 to 1.</param>
/// <param name="BusySeconds">Time spent in them, all slots together.</param>
internal sealed record ThroughputItem(double Seconds, long Completed, long Cancelled, long Failed, double PerSecond, double FailureRate, double BusySeconds)
{
    internal static ThroughputItem From(QueueThroughput lately) => new(
        lately.Seconds, lately.Completed, lately.Cancelled, lately.Failed, lately.PerSecond, lately.FailureRate, lately.BusySeconds);
}

/// <summary>What waits of one tenant, kind or connector; the name is null for jobs that no connector caused.</summary>
internal sealed record GroupItem(
    string? Name, long Depth, double OldestAgeSeconds, long Running, long Scheduled, long Retryable, long Discarded)
{
    internal static GroupItem From(WaitingGroup group) => new(
        group.Name, group.Depth, group.OldestAgeSeconds, group.Running, group.Scheduled, group.Retryable, group.Discarded);
}

/// <summary>The workers.</summary>
internal sealed record WorkersAnswer : Answer
{
    public required IReadOnlyList<WorkerItem> Workers { get; init; }

    public required int Total { get; init; }
}

/// <summary>One worker.</summary>
internal sealed record WorkerItem(
    string Id, string Name, int Slots, long Running, bool IsAlive, bool IsDraining, double HeartbeatAgeSeconds, DateTimeOffset StartedAt, IReadOnlyList<string> Kinds);
