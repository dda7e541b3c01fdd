namespace ScaiDrive.Queue;

/// <summary>How much waits in one queue, over all tenants.</summary>
/// <param name="Queue">See <see cref="QueueNames"/>.</param>
/// <param name="Depth">Jobs that could run now: available, and scheduled or retryable ones that are due.</param>
/// <param name="OldestAgeSeconds">How long the first in line has been due, the longest of all lines; 0 when none waits.</param>
/// <param name="Running">Jobs held by a worker.</param>
/// <param name="Scheduled">Jobs whose time has not come.</param>
/// <param name="Retryable">Failed jobs whose next attempt's time has not come.</param>
/// <param name="Discarded">Jobs that failed for good and were not pruned yet.</param>
public sealed record QueueDepth(
    string Queue, long Depth, double OldestAgeSeconds, long Running, long Scheduled, long Retryable, long Discarded);

/// <summary>What jobs are grouped by when they are counted.</summary>
public enum WaitingBy
{
    /// <summary>Whose jobs they are.</summary>
    Tenant,

    /// <summary>What they do; see <see cref="IJobArgs.Kind"/>.</summary>
    Kind,

    /// <summary>The connector that caused them.</summary>
    Connector,
}

/// <summary>How much waits in one group of jobs; members as in <see cref="QueueDepth"/>.</summary>
/// <param name="Name">The tenant, kind or connector; null for jobs that no connector caused.</param>
/// <param name="Depth">Jobs that could run now.</param>
/// <param name="OldestAgeSeconds">How long the first in line has been due.</param>
/// <param name="Running">Jobs held by a worker.</param>
/// <param name="Scheduled">Jobs whose time has not come.</param>
/// <param name="Retryable">Failed jobs whose next attempt's time has not come.</param>
/// <param name="Discarded">Jobs that failed for good and were not pruned yet.</param>
public sealed record WaitingGroup(
    string? Name, long Depth, double OldestAgeSeconds, long Running, long Scheduled, long Retryable, long Discarded);

/// <summary>What ended in one queue during the last minutes.</summary>
/// <param name="Queue">See <see cref="QueueNames"/>.</param>
/// <param name="Seconds">The time looked at: as long as asked for, and on to the beginning of that minute.</param>
/// <param name="Completed">Attempts that did the job.</param>
/// <param name="Cancelled">Attempts that ended the job on purpose.</param>
/// <param name="Failed">Attempts that failed, whether or not the job runs again.</param>
/// <param name="BusySeconds">Time spent in them, all slots together.</param>
public sealed record QueueThroughput(string Queue, double Seconds, long Completed, long Cancelled, long Failed, double BusySeconds)
{
    /// <summary>Attempts that ended per second.</summary>
    public double PerSecond => Seconds > 0 ? (Completed + Cancelled + Failed) / Seconds : 0;

    /// <summary>Share of the attempts that failed, 0 to 1; 0 when none ended.</summary>
    public double FailureRate => Completed + Cancelled + Failed is > 0 and var all ? (double)Failed / all : 0;
}

/// <summary>How much work waits in one queue, by how long jobs of each kind took lately.</summary>
/// <param name="Queue">See <see cref="QueueNames"/>.</param>
/// <param name="Seconds">For one slot working alone: waiting jobs times the mean of their kind over the last hour.</param>
/// <param name="JobsUnknown">Waiting jobs of kinds that have not run for an hour, which are in no estimate.</param>
public sealed record QueueWork(string Queue, double Seconds, long JobsUnknown);

/// <summary>How much work waits in the fleet.</summary>
/// <param name="Queues">Both queues, <c>high</c> first.</param>
/// <param name="Slots">Slots of all workers that are alive and not draining.</param>
public sealed record WaitingWork(IReadOnlyList<QueueWork> Queues, int Slots)
{
    /// <summary>Seconds until all of it is done, if nothing is added and every slot works; null without a worker.</summary>
    public double? SecondsToDrain => Slots > 0 ? Queues.Sum(queue => queue.Seconds) / Slots : null;
}

/// <summary>One worker process that has not ended.</summary>
/// <param name="Id">As shown with the jobs it holds.</param>
/// <param name="Name">As configured, without the part that makes the id unique.</param>
/// <param name="Slots">Jobs it runs at the same time.</param>
/// <param name="Kinds">The kinds it takes.</param>
/// <param name="StartedAt">When it registered, UTC.</param>
/// <param name="HeartbeatAgeSeconds">Since its last heartbeat, by the database's clock.</param>
/// <param name="IsAlive">False when the heartbeat is older than its lease: its jobs are about to be rescued.</param>
/// <param name="IsDraining">It takes nothing more and waits for what it runs.</param>
/// <param name="Running">Jobs it holds, those in its buffer included.</param>
public sealed record WorkerRow(
    string Id, string Name, int Slots, IReadOnlyList<string> Kinds, DateTimeOffset StartedAt, double HeartbeatAgeSeconds,
    bool IsAlive, bool IsDraining, long Running);
