namespace ScaiDrive.Queue;

/// <summary>Where, when and how often one job runs.</summary>
public sealed record JobOptions
{
    /// <summary>Whose job it is. Required.</summary>
    public required string TenantId { get; init; }

    /// <summary><see cref="QueueNames.High"/> or <see cref="QueueNames.Low"/>, the default.</summary>
    public string Queue { get; init; } = QueueNames.Low;

    /// <summary>The connector that caused the job, if one did; shown and filterable.</summary>
    public string? Connector { get; init; }

    /// <summary>While a job of the same tenant, kind and key is not finished (available, scheduled, running or
    /// retryable), another is not added. At most 500 characters. Default none.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>What the job is about, such as a file's id; shown and filterable. At most 500 characters.</summary>
    public string? SubjectId { get; init; }

    /// <summary>Names a resource that many jobs share, such as a remote provider: rules for <c>key:</c> and this name
    /// limit how many of them run at once and how often they start. Few distinct values: each makes lanes of its own.
    /// At most 500 characters. Default none.</summary>
    public string? LimitKey { get; init; }

    /// <summary>Not before this time. Default, and for times in the past: at once.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Attempts before the job is discarded, 1 to 1000. Default 10. A crash of the worker counts as one.</summary>
    public int MaxAttempts { get; init; } = 10;
}
