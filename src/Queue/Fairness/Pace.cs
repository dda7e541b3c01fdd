namespace ScaiDrive.Queue.Fairness;

/// <summary>How many jobs of a queue a worker should hold ready beyond those that find a free slot, so that no slot waits
/// for the database: none for jobs of seconds, thousands for jobs of microseconds.</summary>
/// <remarks>What starts within <see cref="UsualStock"/>; more when claims take longer than that: it then grows like the
/// window of a transport, doubled whenever the stock was nearly used up although each slot has had a job since the last
/// claim, halved when little of it is used. Never more than what starts within <see cref="LongestStock"/>.</remarks>
internal sealed class Pace(int slots, TimeProvider time)
{
    /// <summary>More would only sit here while others could run them.</summary>
    internal const int MostAhead = 2000;

    private static readonly double UsualStock = TimeSpan.FromMilliseconds(30).TotalSeconds;
    private static readonly double LongestStock = TimeSpan.FromMilliseconds(100).TotalSeconds;
    private static readonly double Memory = TimeSpan.FromMilliseconds(50).TotalSeconds;
    private static readonly double UnusedAfter = TimeSpan.FromMilliseconds(20).TotalSeconds;

    private long lookedAt = time.GetTimestamp();
    private long plannedAt = time.GetTimestamp();
    private int started;
    private int startedSincePlan;
    private double perSecond;
    private int ahead;

    internal void Started()
    {
        started++;
        startedSincePlan++;
    }

    /// <summary>Jobs to hold ready, asked before each claim.</summary>
    /// <param name="buffered">Jobs held now.</param>
    internal int Ahead(int buffered)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(lookedAt, now).TotalSeconds;
        if (seconds > 0.0005)
        {
            var keep = Math.Exp(-seconds / Memory);
            perSecond = keep * perSecond + (1 - keep) * started / seconds;
            (started, lookedAt) = (0, now);
        }

        if (buffered <= ahead / 8 && startedSincePlan >= slots)
            (ahead, startedSincePlan, plannedAt) = (Math.Min(MostAhead, 2 * Math.Max(ahead, slots)), 0, now);
        else if (time.GetElapsedTime(plannedAt, now).TotalSeconds > UnusedAfter)
            (ahead, startedSincePlan, plannedAt) = (startedSincePlan < ahead / 4 ? ahead / 2 : ahead, 0, now);
        return (int)Math.Min(MostAhead, Math.Max(perSecond * UsualStock, Math.Min(ahead, perSecond * LongestStock)));
    }
}
