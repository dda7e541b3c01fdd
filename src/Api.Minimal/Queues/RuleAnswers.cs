using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Queues;

/// <summary>The rules that are set.</summary>
internal sealed record RulesAnswer : Answer
{
    public required IReadOnlyList<RuleAnswer> Rules { get; init; }
}

/// <summary>A rule; everything null when none is set for the key.</summary>
internal sealed record RuleAnswer : Answer
{
    public required string Key { get; init; }

    public required double? Weight { get; init; }

    public required int? MaxRunning { get; init; }

    public required RateItem? Rate { get; init; }

    public required PauseItem? Pause { get; init; }

    /// <summary>Set by a handler that was told to wait.</summary>
    public required DateTimeOffset? ThrottledUntil { get; init; }

    public required string? ThrottleReason { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    internal static RuleAnswer From(string key, QueueRule? rule) => new()
    {
        Key = key,
        Weight = rule?.Weight,
        MaxRunning = rule?.MaxRunning,
        Rate = rule?.Rate is { } rate ? new RateItem(rate.Count, rate.Period.TotalSeconds, rate.Burst) : null,
        Pause = PauseItem.From(rule?.Pause),
        ThrottledUntil = rule?.ThrottledUntil,
        ThrottleReason = rule?.ThrottleReason,
        UpdatedAt = rule?.UpdatedAt,
    };
}

/// <summary>Starts over time.</summary>
internal sealed record RateItem(int Count, double PeriodSeconds, int Burst);

/// <summary>A pause.</summary>
internal sealed record PauseItem(DateTimeOffset Since, DateTimeOffset? Until, string By, string Reason)
{
    internal static PauseItem? From(RulePause? pause) => pause is null ? null : new(pause.At, pause.Until, pause.By, pause.Reason);
}

/// <summary>All that a rule limits; what is left out is not limited.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RuleBody
{
    /// <summary>Share, for a tenant or a connector.</summary>
    public double? Weight { get; init; }

    /// <summary>Jobs running at once in the whole fleet.</summary>
    public int? MaxRunning { get; init; }

    public RateBody? Rate { get; init; }
}

/// <summary>Starts over time.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RateBody
{
    /// <summary>Starts per period.</summary>
    public required int Count { get; init; }

    public required double PeriodSeconds { get; init; }

    /// <summary>Starts that may be saved up; as many as a period has when left out.</summary>
    public int? Burst { get; init; }
}

/// <summary>Why, and until when.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PauseBody
{
    /// <summary>Shown to everybody who asks why a job waits.</summary>
    [Required, StringLength(500)]
    public string? Reason { get; init; }

    /// <summary>When the pause ends by itself; never when left out.</summary>
    public DateTimeOffset? Until { get; init; }
}
