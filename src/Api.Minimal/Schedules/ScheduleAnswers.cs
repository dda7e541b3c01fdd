using System.Text.Json;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Schedules;

/// <summary>A page of schedules.</summary>
internal sealed record SchedulesAnswer : Answer
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<ScheduleAnswer> Schedules { get; init; }

    /// <summary>For <c>after_id</c> of the next page; null on the last.</summary>
    public required string? NextAfterId { get; init; }
}

/// <summary>A schedule.</summary>
internal sealed record ScheduleAnswer : Answer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary><c>active</c>, <c>paused</c>, or <c>ended</c> when no fire is left.</summary>
    public required string State { get; init; }

    /// <summary>What keeps the schedule in step with itself, such as a connector; it is changed there. Null for one that people keep.</summary>
    public required string? OwnerId { get; init; }

    public required string Kind { get; init; }

    public required JsonElement Args { get; init; }

    public required string Queue { get; init; }

    public required string? Connector { get; init; }

    public required string? SubjectId { get; init; }

    public required string? LimitKey { get; init; }

    public required string? UniqueKey { get; init; }

    public required int MaxAttempts { get; init; }

    public required long? IntervalSeconds { get; init; }

    public required string? Cron { get; init; }

    public required string TimeZone { get; init; }

    public required DateTimeOffset? StartAt { get; init; }

    public required DateTimeOffset? EndAt { get; init; }

    public required string Misfire { get; init; }

    public required long MisfireToleranceSeconds { get; init; }

    public required string Overlap { get; init; }

    public required DateTimeOffset? NextFireAt { get; init; }

    public required DateTimeOffset? LastFireAt { get; init; }

    public required long? LastJobId { get; init; }

    /// <summary>The last fire time that enqueued nothing.</summary>
    public required DateTimeOffset? LastSkipAt { get; init; }

    /// <summary><c>previous_unfinished</c>, <c>equal_job_unfinished</c> or <c>missed</c>.</summary>
    public required string? LastSkipReason { get; init; }

    /// <summary>Why the last try to fire failed; it is tried again every minute.</summary>
    public required string? Fault { get; init; }

    public required DateTimeOffset? PausedAt { get; init; }

    public required DateTimeOffset? PausedUntil { get; init; }

    public required string? PausedBy { get; init; }

    public required string? PauseReason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static ScheduleAnswer From(Schedule schedule)
    {
        var body = ScheduleBody.From(schedule.Definition);
        return new ScheduleAnswer
        {
            Id = schedule.Id,
            Name = schedule.Definition.Name,
            State = schedule.State,
            OwnerId = schedule.OwnerId,
            Kind = schedule.Definition.Kind,
            Args = body.Args!.Value,
            Queue = schedule.Definition.Queue,
            Connector = body.Connector,
            SubjectId = body.SubjectId,
            LimitKey = body.LimitKey,
            UniqueKey = body.UniqueKey,
            MaxAttempts = schedule.Definition.MaxAttempts,
            IntervalSeconds = body.IntervalSeconds,
            Cron = body.Cron,
            TimeZone = schedule.Definition.Timing.TimeZone,
            StartAt = body.StartAt,
            EndAt = body.EndAt,
            Misfire = schedule.Definition.Misfire,
            MisfireToleranceSeconds = body.MisfireToleranceSeconds!.Value,
            Overlap = schedule.Definition.Overlap,
            NextFireAt = schedule.NextFireAt,
            LastFireAt = schedule.LastFireAt,
            LastJobId = schedule.LastJobId,
            LastSkipAt = schedule.LastSkipAt,
            LastSkipReason = schedule.LastSkipReason,
            Fault = schedule.Fault,
            PausedAt = schedule.PausedAt,
            PausedUntil = schedule.Pause?.Until,
            PausedBy = schedule.Pause?.By,
            PauseReason = schedule.Pause?.Reason,
            CreatedAt = schedule.CreatedAt,
            UpdatedAt = schedule.UpdatedAt,
        };
    }
}

/// <summary>A job that was enqueued besides.</summary>
internal sealed record RunNowAnswer : Answer
{
    public required long JobId { get; init; }
}

/// <summary>The coming fires.</summary>
internal sealed record FiresAnswer : Answer
{
    /// <summary>Soonest first; fewer than asked for when the schedule ends.</summary>
    public required IReadOnlyList<DateTimeOffset> Fires { get; init; }
}
