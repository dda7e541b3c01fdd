using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Fairness;

/// <summary>From which place a worker looks for the next job of a lane, so that it neither walks again over everything
/// that was taken before nor passes by a job that appears late.</summary>
/// <remarks>
/// <para>Dead rows stay in an index for as long as anybody holds an old snapshot, so a claim that started at the front of
/// the lane would become slower by every job it took. But places do not appear in order: a producer may commit after
/// another that drew its numbers later, and a claim of another worker, whose rows are skipped while it is open, may be
/// rolled back.</para>
/// <para>Both have a transaction id from before the end of the scan that passed their place. So a scan only proposes how
/// far it came. Once every transaction of that time has ended, the next scan, which still starts at the old place, sees
/// all there will ever be, and what it passed is behind the cursor. Scans so overlap by about two claims.</para>
/// <para>A transaction that stays open for long would stop the cursor and let the overlap grow. Beyond
/// <see cref="LongestOverlap"/> jobs the cursor jumps ahead, and comes back for a thorough scan when the transaction
/// has ended, or after a while. <see cref="StartOver"/> asks for such a scan from the very start: the counters say that
/// there is a job which no scan finds.</para>
/// <para>Not thread-safe: one loop claims.</para>
/// </remarks>
internal sealed class LaneCursor(long floor, TimeProvider time)
{
    internal const int LongestOverlap = 5_000;

    /// <summary>Between two thorough scans, in multiples of what the last one took: they cost at most 2 % of the time.</summary>
    private const int RestAfterThorough = 50;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(250);

    private long from = floor;
    private long proposed = floor;
    private long? closedBy;

    private int overlap;

    private long? behind;
    private long behindClosedBy;
    private long nextThoroughAt;
    private bool isThorough;

    /// <summary>At and below this place nothing will be taken again.</summary>
    internal long Floor => Math.Min(behind ?? from, from);

    /// <summary>After which place the scan that begins now looks.</summary>
    internal long Start()
    {
        isThorough = behind is not null && time.GetTimestamp() >= nextThoroughAt;
        return isThorough ? behind!.Value : from;
    }

    /// <summary>The next scan that is not too soon after the last thorough one begins at the start of the backlog.</summary>
    internal void StartOver()
    {
        (behind, behindClosedBy) = (LaneAsk.BacklogStart, 0);
    }

    /// <summary>Takes note of what the scan that began at <see cref="Start"/> saw.</summary>
    /// <param name="count">How many jobs it took.</param>
    /// <param name="last">The highest place it took, or null when it took none.</param>
    /// <param name="reachedEnd">It took less than it wanted: there was no more.</param>
    /// <param name="horizon">See <see cref="ClaimResult"/>.</param>
    /// <param name="nextTransaction">See <see cref="ClaimResult"/>.</param>
    /// <param name="took">How long it took.</param>
    internal void Passed(int count, long? last, bool reachedEnd, long horizon, long nextTransaction, TimeSpan took)
    {
        overlap += count;
        if (isThorough)
        {
            PassedThoroughly(last, reachedEnd, horizon, took);
            return;
        }

        var passed = reachedEnd ? Math.Max(proposed, last ?? from) : last ?? from;
        // Asked for after the scan that made the proposal had ended: nobody that it skipped has a higher id.
        closedBy ??= nextTransaction;
        if (horizon >= closedBy)
        {
            (from, proposed, closedBy) = (Math.Min(proposed, passed), Math.Max(proposed, passed), null);
            overlap = 0;
        }
        else if (overlap > LongestOverlap)
        {
            if (behind is null)
                nextThoroughAt = time.GetTimestamp() + Ticks(ShortestRest);
            behind ??= from;
            (behindClosedBy, from, proposed, closedBy) = (nextTransaction, passed, passed, null);
            overlap = 0;
        }
    }

    private void PassedThoroughly(long? last, bool reachedEnd, long horizon, TimeSpan took)
    {
        // It stopped before it reached what the cursor knows; the next one goes on from there at once.
        if (!reachedEnd && last is { } stopped && stopped < from)
        {
            behind = horizon >= behindClosedBy ? stopped : behind;
            return;
        }

        var rest = took * RestAfterThorough;
        nextThoroughAt = time.GetTimestamp() + Ticks(rest > ShortestRest ? rest : ShortestRest);
        if (horizon >= behindClosedBy)
            behind = null;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
