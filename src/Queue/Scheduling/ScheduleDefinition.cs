using System.Text.Json;
using ScaiDrive.Queue.Enqueueing;

namespace ScaiDrive.Queue;

/// <summary>When a schedule fires: either every so often, or by a cron expression.</summary>
/// <remarks>
/// <para>Daylight saving, for cron expressions in their <see cref="TimeZone"/>: a time that the clocks jump over fires at the moment
/// they jump (02:30 in Berlin on the last Sunday of March fires at 03:00 summer time). A time that comes twice fires the first time only
/// (02:30 on the last Sunday of October fires in summer time), while an expression that fires several times an hour, or in each of several
/// hours, goes on through both hours. Intervals know nothing of zones: they are exact lengths of time.</para>
/// <para>29 February fires in leap years only.</para>
/// </remarks>
public sealed record ScheduleTiming
{
    /// <summary>Time between two fires, whole seconds from 1 to ten years. Fires fall on <see cref="StartAt"/> plus whole multiples, or without a start
    /// on the moment of creation plus whole multiples; the first is then one interval after creation.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Five fields (minute, hour, day of month, month, day of week with 0 or 7 for Sunday), or six to seven with seconds in front
    /// and an optional year at the end (day of week with 1 for Sunday, as Quartz numbers them). Names such as <c>MON</c> mean the same in both.</summary>
    public string? Cron { get; init; }

    /// <summary>IANA name of the zone of <see cref="Cron"/>, such as <c>Europe/Berlin</c>. Default UTC.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>No fire before it.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>No fire at or after it. One that was due before and was missed may still be made up for.</summary>
    public DateTimeOffset? EndAt { get; init; }
}

/// <summary>What to enqueue, and when.</summary>
public sealed record ScheduleDefinition
{
    /// <summary>Shown to people; a tenant has no two schedules of one name. 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of job, as <see cref="IJobArgs.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The job's arguments: a JSON object with snake_case names. Each fire enqueues the same.</summary>
    public required string ArgsJson { get; init; }

    /// <summary>When.</summary>
    public required ScheduleTiming Timing { get; init; }

    /// <summary><see cref="QueueNames.High"/> or <see cref="QueueNames.Low"/>, the default.</summary>
    public string Queue { get; init; } = QueueNames.Low;

    /// <summary>As <see cref="JobOptions.Connector"/>.</summary>
    public string? Connector { get; init; }

    /// <summary>As <see cref="JobOptions.SubjectId"/>.</summary>
    public string? SubjectId { get; init; }

    /// <summary>As <see cref="JobOptions.LimitKey"/>.</summary>
    public string? LimitKey { get; init; }

    /// <summary>As <see cref="JobOptions.UniqueKey"/>, when jobs from elsewhere share it: a fire while such a job is unfinished enqueues
    /// nothing. Default none; every fire then has a key of its own, made of schedule and fire time.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>As <see cref="JobOptions.MaxAttempts"/>. Default 10.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>One of <see cref="MisfirePolicies"/>. Default <see cref="MisfirePolicies.FireOnce"/>.</summary>
    public string Misfire { get; init; } = MisfirePolicies.FireOnce;

    /// <summary>How late a fire may be before <see cref="MisfirePolicies.Skip"/> drops it. Default 60 seconds, at most a day.</summary>
    public TimeSpan MisfireTolerance { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One of <see cref="OverlapPolicies"/>. Default <see cref="OverlapPolicies.Skip"/>, and <see cref="OverlapPolicies.QueueUp"/>
    /// with <see cref="MisfirePolicies.FireAll"/>, which would make no sense otherwise.</summary>
    public string Overlap
    {
        get => field ?? (Misfire == MisfirePolicies.FireAll ? OverlapPolicies.QueueUp : OverlapPolicies.Skip);
        init;
    }

    /// <summary>A definition for a kind of job that is known at compile time.</summary>
    public static ScheduleDefinition Of<T>(string name, T args, ScheduleTiming timing)
        where T : IJobArgs =>
        new() { Name = name, Kind = T.Kind, ArgsJson = JsonSerializer.Serialize(args, JobJson.Options), Timing = timing };
}
