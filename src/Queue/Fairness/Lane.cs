using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Fairness;

/// <summary>What a worker knows of a lane, and the jobs of it that it holds and has not started.</summary>
internal sealed class Lane(LaneRow row, Share tenant, Share connector, LaneCursor cursor)
{
    internal LaneRow Row { get; } = row;

    internal Share Tenant { get; } = tenant;

    internal Share Connector { get; } = connector;

    internal LaneCursor Cursor { get; } = cursor;

    /// <summary>Held and not started, first in line first.</summary>
    internal PriorityQueue<ClaimedJob, long> Buffer { get; } = new();

    /// <summary>There may be something in the database.</summary>
    internal bool MayHave { get; set; }

    /// <summary>There may be something before the backlog.</summary>
    internal bool MayHaveFront { get; set; }

    /// <summary>A rule limits it, so it is claimed by itself.</summary>
    internal bool IsLimited { get; set; }

    /// <summary>By the worker's clock: a rule closes it until then.</summary>
    internal long ClosedUntil { get; set; }

    /// <summary>By the worker's clock: a limit was reached, so asking again before then is useless.</summary>
    internal long AskAgainAt { get; set; }

    /// <summary>Looks in a row, since the counters last said that it has jobs, that found none.</summary>
    internal int EmptyLooks { get; set; }

    /// <summary>What was last told to others.</summary>
    internal long PublishedFloor { get; set; }
}
