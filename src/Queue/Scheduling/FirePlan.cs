namespace ScaiDrive.Queue.Scheduling;

/// <summary>What a due schedule does now.</summary>
/// <param name="Fires">The fire times to enqueue a job for, oldest first.</param>
/// <param name="LastDropped">The newest fire time that is given up, or null.</param>
/// <param name="Next">The next fire, later than now; null when none is left.</param>
internal sealed record FirePlan(IReadOnlyList<DateTimeOffset> Fires, DateTimeOffset? LastDropped, DateTimeOffset? Next)
{
    /// <summary>How many fires one catch-up makes up for: more would let an outage flood the queue.</summary>
    internal const int MostFires = 1000;

    /// <summary>Applies the misfire policy.</summary>
    /// <param name="times">The schedule's times.</param>
    /// <param name="due">The fire that has come.</param>
    /// <param name="now">The database's time.</param>
    /// <param name="misfire">One of <see cref="MisfirePolicies"/>.</param>
    /// <param name="tolerance">How late a fire may be without being missed.</param>
    internal static FirePlan For(FireTimes times, DateTimeOffset due, DateTimeOffset now, string misfire, TimeSpan tolerance)
    {
        var next = times.After(now);
        if (misfire != MisfirePolicies.Skip)
        {
            var fires = times.Due(due, now, misfire == MisfirePolicies.FireAll ? MostFires : 1, out var leftOut);
            return new FirePlan(fires, leftOut, next);
        }

        if (now - due <= tolerance)
            return new FirePlan(times.Due(due, now, MostFires, out var tooMany), tooMany, next);
        return times.From(now - tolerance) is { } recent && recent <= now
            ? new FirePlan(times.Due(recent, now, MostFires, out _), due, next)
            : new FirePlan([], due, next);
    }
}
