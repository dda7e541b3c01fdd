namespace ScaiDrive.Queue;

/// <summary>What an operator, or a handler that was told to wait, has decided about all jobs that carry a key.</summary>
public sealed record QueueRule
{
    /// <summary><c>queue:high</c>, <c>tenant:tnt_…</c>, <c>connector:cnn_…</c>, <c>kind:embed-text</c> or <c>key:…</c>, a job's
    /// own limit key.</summary>
    public required string Key { get; init; }

    /// <summary>Share against other tenants, or against the other connectors of a tenant; 1 when not set.</summary>
    public double? Weight { get; init; }

    /// <summary>Jobs running at once in the whole fleet; null for no limit.</summary>
    public int? MaxRunning { get; init; }

    /// <summary>Starts over time; null for no limit.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>The pause in force or, past its end, the last one; null when there is none.</summary>
    public RulePause? Pause { get; init; }

    /// <summary>No job with the key starts before this time, UTC; set by a handler.</summary>
    public DateTimeOffset? ThrottledUntil { get; init; }

    /// <summary>What the handler was told.</summary>
    public string? ThrottleReason { get; init; }

    /// <summary>When the rule was last changed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A limit on how often jobs start: tokens come in evenly, and are saved up to the burst.</summary>
/// <param name="Count">Starts per period, 1 to 1,000,000.</param>
/// <param name="Period">A millisecond to a day.</param>
/// <param name="Burst">Starts that may be saved up, 1 to 1,000,000.</param>
public sealed record RateLimit(int Count, TimeSpan Period, int Burst);

/// <summary>A pause.</summary>
/// <param name="At">Since when, UTC.</param>
/// <param name="Until">When it ends by itself, UTC; null for never.</param>
/// <param name="By">Who paused.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RulePause(DateTimeOffset At, DateTimeOffset? Until, string By, string Reason);
