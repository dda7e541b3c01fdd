using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Schedules;

/// <summary>When a schedule fires: by <c>interval_seconds</c>, or by <c>cron</c> in a <c>time_zone</c>.</summary>
internal record TimingBody
{
    /// <summary>1 second to 10 years. Fires fall on <c>start_at</c>, or else the moment of creation, plus whole multiples.</summary>
    public long? IntervalSeconds { get; init; }

    /// <summary>Five fields (minute hour day month weekday, Sunday is 0 or 7), or six to seven (second minute hour day month weekday year,
    /// Sunday is 1). A time that daylight saving jumps over fires at the jump; one that comes twice fires once.</summary>
    public string? Cron { get; init; }

    /// <summary>IANA name of the zone of <c>cron</c>, such as <c>Europe/Berlin</c>. Default UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>No fire before it.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>No fire at or after it.</summary>
    public DateTimeOffset? EndAt { get; init; }

    internal ScheduleTiming ToTiming() => new()
    {
        // A number beyond the range of a TimeSpan is beyond the range of an interval, too, and refused as such.
        Every = IntervalSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, int.MaxValue)) : null,
        Cron = Cron,
        TimeZone = TimeZone ?? "UTC",
        StartAt = StartAt,
        EndAt = EndAt,
    };
}

/// <summary>A schedule as an operator writes it.</summary>
internal sealed record ScheduleBody : TimingBody
{
    /// <summary>No other schedule of the tenant has it. 1 to 200 characters.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>The kind of job to enqueue, such as <c>sync-connector</c>.</summary>
    [Required]
    public string? Kind { get; init; }

    /// <summary>The job's arguments, a JSON object. Default empty.</summary>
    public JsonElement? Args { get; init; }

    /// <summary><c>high</c> or <c>low</c>, the default.</summary>
    public string? Queue { get; init; }

    /// <summary>The connector the jobs count for, in lists and in the share of the work.</summary>
    public string? Connector { get; init; }

    /// <summary>What the jobs are about.</summary>
    public string? SubjectId { get; init; }

    /// <summary>The limit the jobs share with others.</summary>
    public string? LimitKey { get; init; }

    /// <summary>A key that jobs from elsewhere share: a fire while such a job is unfinished enqueues nothing.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>1 to 1000, default 10.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>What becomes of fires that nobody was there for: <c>fire_once</c> (default) makes one up for all, <c>fire_all</c> each,
    /// <c>skip</c> none that is later than <c>misfire_tolerance_seconds</c>.</summary>
    public string? Misfire { get; init; }

    /// <summary>0 to 86400, default 60.</summary>
    public long? MisfireToleranceSeconds { get; init; }

    /// <summary>While the job of the fire before is unfinished: <c>skip</c> (default) leaves the fire out, <c>queue_up</c> (default with
    /// <c>fire_all</c>) enqueues another job.</summary>
    public string? Overlap { get; init; }

    internal ScheduleDefinition ToDefinition()
    {
        var definition = new ScheduleDefinition
        {
            Name = Name ?? "",
            Kind = Kind ?? "",
            ArgsJson = Args is { ValueKind: not JsonValueKind.Null } args ? args.GetRawText() : "{}",
            Timing = ToTiming(),
            Queue = Queue ?? QueueNames.Low,
            Connector = Connector,
            SubjectId = SubjectId,
            LimitKey = LimitKey,
            UniqueKey = UniqueKey,
            MaxAttempts = MaxAttempts ?? 10,
            Misfire = Misfire ?? MisfirePolicies.FireOnce,
            MisfireTolerance = TimeSpan.FromSeconds(Math.Clamp(MisfireToleranceSeconds ?? 60, -1, int.MaxValue)),
        };
        return Overlap is null ? definition : definition with { Overlap = Overlap };
    }

    internal static ScheduleBody From(ScheduleDefinition definition) => new()
    {
        Name = definition.Name,
        Kind = definition.Kind,
        Args = JsonSerializer.Deserialize<JsonElement>(definition.ArgsJson),
        Queue = definition.Queue,
        Connector = definition.Connector,
        SubjectId = definition.SubjectId,
        LimitKey = definition.LimitKey,
        UniqueKey = definition.UniqueKey,
        MaxAttempts = definition.MaxAttempts,
        IntervalSeconds = (long?)definition.Timing.Every?.TotalSeconds,
        Cron = definition.Timing.Cron,
        TimeZone = definition.Timing.TimeZone,
        StartAt = definition.Timing.StartAt,
        EndAt = definition.Timing.EndAt,
        Misfire = definition.Misfire,
        MisfireToleranceSeconds = (long)definition.MisfireTolerance.TotalSeconds,
        Overlap = definition.Overlap,
    };

    /// <summary>This with the fields that a change names: a value replaces, null takes away. An interval takes the place of cron and the
    /// other way round.</summary>
    /// <exception cref="JsonException">A field has the wrong type.</exception>
    internal ScheduleBody With(JsonObject change)
    {
        var given = change.Deserialize<ScheduleBody>(ApiJson.Options)!;
        var (interval, cron) = (given.IntervalSeconds, given.Cron);
        T Pick<T>(string name, T value, T present) => change.ContainsKey(name) ? value : present;
        return new ScheduleBody
        {
            Name = Pick("name", given.Name, Name),
            Kind = Pick("kind", given.Kind, Kind),
            Args = Pick("args", given.Args, Args),
            Queue = Pick("queue", given.Queue, Queue),
            Connector = Pick("connector", given.Connector, Connector),
            SubjectId = Pick("subject_id", given.SubjectId, SubjectId),
            LimitKey = Pick("limit_key", given.LimitKey, LimitKey),
            UniqueKey = Pick("unique_key", given.UniqueKey, UniqueKey),
            MaxAttempts = Pick("max_attempts", given.MaxAttempts, MaxAttempts),
            IntervalSeconds = Pick("interval_seconds", interval, cron is null ? IntervalSeconds : null),
            Cron = Pick("cron", cron, interval is null ? Cron : null),
            TimeZone = Pick("time_zone", given.TimeZone, TimeZone),
            StartAt = Pick("start_at", given.StartAt, StartAt),
            EndAt = Pick("end_at", given.EndAt, EndAt),
            Misfire = Pick("misfire", given.Misfire, Misfire),
            MisfireToleranceSeconds = Pick("misfire_tolerance_seconds", given.MisfireToleranceSeconds, MisfireToleranceSeconds),
            Overlap = Pick("overlap", given.Overlap, Overlap),
        };
    }
}

/// <summary>Why a schedule is paused, and until when.</summary>
internal sealed record PauseBody
{
    /// <summary>For people.</summary>
    [StringLength(500)]
    public string? Reason { get; init; }

    /// <summary>When the pause ends by itself. Default: not before somebody resumes the schedule.</summary>
    public DateTimeOffset? Until { get; init; }
}
