using ScaiDrive.Connectors;

namespace ScaiDrive.Jobs;

/// <summary>Holds back looks at everything: however often a watch drops or overflows, at most one in an interval. One that is held back is made up for
/// as soon as the interval is over; the schedule sees the same.</summary>
internal sealed class FullLooks(TimeProvider time)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    private long? last;
    private bool isOwed;

    /// <summary>What of some scopes may be looked at now.</summary>
    internal SyncScope[] Admit(SyncScope[] scopes, TimeSpan interval)
    {
        isOwed |= scopes.Contains(SyncScope.All);
        if (!isOwed)
            return scopes;
        if (last is { } before && time.GetElapsedTime(before) < (interval < LongestInterval ? interval : LongestInterval))
            return [.. scopes.Where(scope => scope != SyncScope.All)];
        (last, isOwed) = (time.GetTimestamp(), false);
        return [SyncScope.All];
    }
}
