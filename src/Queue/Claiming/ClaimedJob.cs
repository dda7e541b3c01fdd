namespace ScaiDrive.Queue.Claiming;

/// <summary>A job this worker holds. The lease is one claim's; together with the job's number it is never used again.
/// <c>ClaimedAt</c> is by the worker's own monotonic clock.</summary>
internal sealed record ClaimedJob(
    string TenantId, long Id, int Lane, string Queue, string Kind, string Args, string? Connector, string? LimitKey, string? SubjectId,
    int Attempt, int MaxAttempts, int Losses, long Lease, long Place, DateTime RunAt, long ClaimedAt)
{
    /// <summary>What tells this claim of this job from all others.</summary>
    internal (long Lease, long Id) Key => (Lease, Id);
}
