namespace ScaiDrive.Queue;

/// <summary>What a wish to run a job again came to.</summary>
public enum RetryResult
{
    /// <summary>The tenant has no such job.</summary>
    NotFound,

    /// <summary>It waits for a worker now.</summary>
    Requeued,

    /// <summary>A worker has it; nothing was changed.</summary>
    StillRunning,

    /// <summary>A job of the same kind and unique key is not finished; nothing was changed.</summary>
    EqualJobWaits,
}

/// <summary>What a wish to cancel a job came to.</summary>
public enum CancelResult
{
    /// <summary>The tenant has no such job.</summary>
    NotFound,

    /// <summary>It was waiting and is cancelled.</summary>
    Cancelled,

    /// <summary>It is running; its handler is being cancelled.</summary>
    Requested,

    /// <summary>It had ended; nothing was changed.</summary>
    AlreadyFinished,
}

/// <summary>What a wish to move a job to the other queue came to.</summary>
public enum MoveResult
{
    /// <summary>The tenant has no such job.</summary>
    NotFound,

    /// <summary>It waits in the other queue now.</summary>
    Moved,

    /// <summary>It was there already.</summary>
    AlreadyThere,

    /// <summary>A worker has it; nothing was changed.</summary>
    StillRunning,

    /// <summary>It had ended; nothing was changed.</summary>
    AlreadyFinished,
}

/// <summary>Many jobs of one tenant: named one by one, or all that a filter fits.</summary>
public sealed record JobSelection
{
    /// <summary>Jobs that can be named in one selection.</summary>
    public const int MaxIds = 10_000;

    /// <summary>Whose jobs. Required.</summary>
    public required string TenantId { get; init; }

    /// <summary>These jobs; goes before <see cref="Filter"/>.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>All jobs it fits, from <see cref="JobFilter.AfterId"/> on; its limit does not count.</summary>
    public JobFilter? Filter { get; init; }
}

/// <summary>What became of many jobs.</summary>
/// <param name="Matched">Jobs looked at.</param>
/// <param name="Changed">Jobs that were changed, or asked to end.</param>
/// <param name="Refused">Jobs that were left as they are.</param>
/// <param name="Refusals">The same by reason: <c>missing</c>, <c>running</c>, <c>ended</c>, <c>in_line</c> (waits already),
/// <c>in_queue</c> (is there already), <c>equal_job_waits</c>, <c>moved_on</c> (no longer what it was chosen for).</param>
/// <param name="ContinueAfterId">There may be more: ask again with this as <see cref="JobFilter.AfterId"/>. Null when done.</param>
public sealed record BulkResult(long Matched, long Changed, long Refused, IReadOnlyDictionary<string, long> Refusals, long? ContinueAfterId);

/// <summary>How many jobs a change would look at.</summary>
/// <param name="Matched">So many.</param>
/// <param name="IsExact">False when there may be more: counting stops at a bound.</param>
public sealed record BulkCount(long Matched, bool IsExact);
