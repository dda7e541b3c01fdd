namespace ScaiDrive.Queue;

/// <summary>A schedule as stored.</summary>
public sealed record Schedule
{
    /// <summary>Whose it is.</summary>
    public required string TenantId { get; init; }

    /// <summary><c>sch_</c> and a sortable random part.</summary>
    public required string Id { get; init; }

    /// <summary>What keeps it in step with itself, such as a connector's id; null for one that people keep.</summary>
    public required string? OwnerId { get; init; }

    /// <summary>What it enqueues, and when.</summary>
    public required ScheduleDefinition Definition { get; init; }

    /// <summary>One of <see cref="ScheduleStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The next fire; null when nothing is to come, which is a pause without an end or the end of the schedule.</summary>
    public required DateTimeOffset? NextFireAt { get; init; }

    /// <summary>The fire time the last job of a fire stands for; not moved by <see cref="Schedules.RunNowAsync"/>.</summary>
    public required DateTimeOffset? LastFireAt { get; init; }

    /// <summary>The last job it enqueued, by whichever way. The job itself may have been pruned.</summary>
    public required long? LastJobId { get; init; }

    /// <summary>The last fire time that enqueued nothing.</summary>
    public required DateTimeOffset? LastSkipAt { get; init; }

    /// <summary>Why: one of <see cref="FireSkips"/>.</summary>
    public required string? LastSkipReason { get; init; }

    /// <summary>Why the last try to fire failed; null when all is well. It is tried again every minute.</summary>
    public required string? Fault { get; init; }

    /// <summary>The pause that holds now, or null.</summary>
    public required SchedulePause? Pause { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset? PausedAt { get; init; }

    /// <summary>When it was set up.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its definition or pause last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Where the multiples of an interval are counted from.</summary>
    internal DateTimeOffset AnchorAt { get; init; }
}

/// <summary>Who stopped a schedule, and why.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, for people; may be null.</param>
/// <param name="Until">When it ends by itself; null: not before somebody resumes it.</param>
public sealed record SchedulePause(string By, string? Reason, DateTimeOffset? Until);

/// <summary>Which schedules to list.</summary>
public sealed record ScheduleFilter
{
    /// <summary>Whose. Required.</summary>
    public required string TenantId { get; init; }

    /// <summary>Only those that enqueue this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only those in this state, one of <see cref="ScheduleStates"/>.</summary>
    public string? State { get; init; }

    /// <summary>Only those of this connector.</summary>
    public string? Connector { get; init; }

    /// <summary>Only those older than this one: <see cref="SchedulePage.NextAfterId"/> of the page before.</summary>
    public string? AfterId { get; init; }

    /// <summary>1 to 500; other values are brought into that range. Default 50.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of schedules.</summary>
/// <param name="Schedules">Newest first.</param>
/// <param name="NextAfterId">For the next page; null on the last.</param>
public sealed record SchedulePage(IReadOnlyList<Schedule> Schedules, string? NextAfterId);

/// <summary>What became of a wish to run a schedule now.</summary>
/// <param name="JobId">The job that was enqueued, or null.</param>
/// <param name="Refusal">One of <see cref="FireSkips"/> when nothing was enqueued.</param>
public sealed record RunNowResult(long? JobId, string? Refusal);
