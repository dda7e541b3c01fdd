namespace ScaiDrive.Queue.Fairness;

/// <summary>How fast jobs of a queue start, and how long a claim takes: from both follows how many jobs a worker should
/// hold ready so that no slot waits for the database. Jobs of seconds are never held ahead, jobs of microseconds by the
/// thousand.</summary>
internal sealed class Pace(TimeProvider time)
{
    /// <summary>More would only sit here while others could run them.</summary>
    internal const int MostAhead = 2000;

    private static readonly double Memory = TimeSpan.FromMilliseconds(50).TotalSeconds;
    private const double LeastSeconds = 0.002;

    private long lookedAt = time.GetTimestamp();
    private int started;
    private double perSecond;
    private double claimSeconds;

    internal void Started() => started++;

    internal void Claimed(TimeSpan took) => claimSeconds += 0.2 * (took.TotalSeconds - claimSeconds);

    /// <summary>Jobs to hold ready beyond those that find a free slot.</summary>
    internal int Ahead()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(lookedAt, now).TotalSeconds;
        if (seconds > 0.0005)
        {
            var keep = Math.Exp(-seconds / Memory);
            perSecond = keep * perSecond + (1 - keep) * started / seconds;
            (started, lookedAt) = (0, now);
        }

        return (int)Math.Min(MostAhead, perSecond * (2 * claimSeconds + LeastSeconds));
    }
}
