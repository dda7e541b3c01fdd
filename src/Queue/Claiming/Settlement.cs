namespace ScaiDrive.Queue.Claiming;

/// <summary>What an ended attempt makes of its job; written only while the job still carries its lease.</summary>
/// <param name="Job">The claim it belongs to.</param>
/// <param name="State">The next state.</param>
/// <param name="Delay">From now to the next run, for a retry or a snooze; null keeps the job's time.</param>
/// <param name="Code">Error code; null keeps the last one of a waiting job.</param>
/// <param name="Message">Error message, or what a snoozed job waits for.</param>
/// <param name="CountsAttempt">False gives the attempt back.</param>
internal sealed record Settlement(
    ClaimedJob Job, string State, TimeSpan? Delay = null, string? Code = null, string? Message = null, bool CountsAttempt = true)
{
    /// <summary>How long the handler ran.</summary>
    internal TimeSpan Ran { get; init; }

    /// <summary>A rule key that must wait, and how long.</summary>
    internal (string Key, TimeSpan Delay, string Reason)? Throttle { get; init; }

    /// <summary>Longer waits than this would leave the range of a time.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(3650);

    internal static Settlement Completed(ClaimedJob job) => new(job, JobStates.Completed);

    internal static Settlement Cancelled(ClaimedJob job, string code, string reason) =>
        new(job, JobStates.Cancelled, Code: code, Message: reason);

    internal static Settlement Snoozed(ClaimedJob job, TimeSpan delay, string reason) =>
        new(job, JobStates.Scheduled, Bounded(delay), Message: reason, CountsAttempt: false);

    internal static Settlement Throttled(ClaimedJob job, TimeSpan delay, string reason, string? key)
    {
        key ??= job.LimitKey is { } name ? $"key:{name}" : job.Connector is { } connector ? $"connector:{connector}" : $"kind:{job.Kind}";
        return new(job, JobStates.Available, Message: reason, CountsAttempt: false) { Throttle = (key, Bounded(delay), reason) };
    }

    internal static Settlement HandedBack(ClaimedJob job) => new(job, JobStates.Available, CountsAttempt: false);

    internal static Settlement Failed(ClaimedJob job, TimeSpan delay, string code, string message) =>
        job.Attempt < job.MaxAttempts
            ? new(job, JobStates.Retryable, delay, code, message)
            : new(job, JobStates.Discarded, Code: code, Message: message);

    private static TimeSpan Bounded(TimeSpan delay) =>
        delay < TimeSpan.Zero ? TimeSpan.Zero : delay > LongestDelay ? LongestDelay : delay;
}
