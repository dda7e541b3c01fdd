namespace ScaiDrive.Queue.Claiming;

/// <summary>A job as its newest claim returned it.</summary>
internal sealed record ClaimedJob(
    string TenantId, long Id, string Queue, string Kind, string Args, string? Connector, string? SubjectId,
    int Attempt, int MaxAttempts, long Lease, DateTime RunAt);
