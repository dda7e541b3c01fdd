namespace ScaiDrive.Queue;

/// <summary>Why a job is where it is: one answer, with everything it rests on.</summary>
public sealed record JobExplanation
{
    /// <summary>The job.</summary>
    public required JobRow Job { get; init; }

    /// <summary>The decisive one of <see cref="JobReasons"/>: while it holds, no other matters.</summary>
    public string Reason => Causes[0].Reason;

    /// <summary>The answer for a person.</summary>
    public string Sentence => Causes[0].Sentence;

    /// <summary>All that keeps it from running, the decisive one first; never empty.</summary>
    public required IReadOnlyList<JobCause> Causes { get; init; }

    /// <summary>Who stands in line besides; null for a job that is not in line.</summary>
    public JobLine? Line { get; init; }
}

/// <summary>One reason and its facts; those that do not belong to the reason are null.</summary>
/// <param name="Reason">One of <see cref="JobReasons"/>.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record JobCause(string Reason, string Sentence)
{
    /// <summary>Key of the rule that holds the job back.</summary>
    public string? Key { get; init; }

    /// <summary>Who paused.</summary>
    public string? By { get; init; }

    /// <summary>What was said about it: the reason of a pause, a throttle, a snooze or a cancellation; the last error.</summary>
    public string? Note { get; init; }

    /// <summary>Code of the last failure or of the cancellation.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Since when it holds, UTC; when the job ended.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it will no longer hold, UTC; null when nobody knows.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Jobs that may run at once.</summary>
    public int? MaxRunning { get; init; }

    /// <summary>Jobs that run.</summary>
    public long? Running { get; init; }

    /// <summary>The worker that holds the job.</summary>
    public string? Worker { get; init; }

    /// <summary>Since its last heartbeat.</summary>
    public double? HeartbeatAgeSeconds { get; init; }

    /// <summary>Workers that could take the job.</summary>
    public int? Workers { get; init; }

    /// <summary>Their slots.</summary>
    public int? Slots { get; init; }
}

/// <summary>Who stands in line beside a job.</summary>
/// <param name="Ahead">Jobs before it in its own lane.</param>
/// <param name="AheadIsExact">False when there are more: counting stops at a bound.</param>
/// <param name="SameTenant">Other lanes of its tenant in which jobs wait, the fullest first, a few dozen at most. Lanes take turns by weight.</param>
/// <param name="OtherTenants">Jobs of all other tenants that wait, which take turns with its tenant.</param>
public sealed record JobLine(long Ahead, bool AheadIsExact, IReadOnlyList<OtherLane> SameTenant, long OtherTenants);

/// <summary>Another lane of the same tenant.</summary>
/// <param name="Queue">See <see cref="QueueNames"/>.</param>
/// <param name="Kind">See <see cref="IJobArgs.Kind"/>.</param>
/// <param name="Connector">The connector that caused the jobs, if one did.</param>
/// <param name="LimitKey">What the jobs share a limit with, if anything.</param>
/// <param name="Waiting">Jobs in it that could run now.</param>
public sealed record OtherLane(string Queue, string Kind, string? Connector, string? LimitKey, long Waiting);

/// <summary>The stable codes of <see cref="JobCause.Reason"/>.</summary>
public static class JobReasons
{
    /// <summary>It runs, or waits in its worker's hands to be run next.</summary>
    public const string Running = "running";

    /// <summary>It runs, and was asked to end.</summary>
    public const string CancelRequested = "cancel_requested";

    /// <summary>The worker that holds it does not answer; the job is about to be rescued.</summary>
    public const string WorkerSilent = "worker_silent";

    /// <summary>It is done.</summary>
    public const string Completed = "completed";

    /// <summary>It ended on purpose.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It failed for good.</summary>
    public const string Discarded = "discarded";

    /// <summary>It was enqueued for later, or snoozed.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>It failed, and its next attempt is not due.</summary>
    public const string WaitingToRetry = "waiting_to_retry";

    /// <summary>Somebody paused a key it carries.</summary>
    public const string Paused = "paused";

    /// <summary>A handler was told to wait with a key it carries.</summary>
    public const string Throttled = "throttled";

    /// <summary>No worker is alive and taking jobs.</summary>
    public const string NoWorker = "no_worker";

    /// <summary>No live worker takes its kind.</summary>
    public const string NoWorkerForKind = "no_worker_for_kind";

    /// <summary>As many jobs with a key it carries run as may.</summary>
    public const string MaxRunning = "max_running";

    /// <summary>Jobs with a key it carries started as often as they may.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>Its time has come; it is put in line within a moment.</summary>
    public const string Due = "due";

    /// <summary>Every worker that takes its kind has its hands full.</summary>
    public const string WorkersBusy = "workers_busy";

    /// <summary>Others stand before it, or take turns with it.</summary>
    public const string InLine = "in_line";

    /// <summary>Nothing keeps it: a worker takes it within a moment.</summary>
    public const string Next = "next";
}
