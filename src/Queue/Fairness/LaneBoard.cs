using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Running;

namespace ScaiDrive.Queue.Fairness;

/// <summary>Decides for one worker what to claim and what to start: which queue by <see cref="SlotPlan"/>, then the tenant
/// that has had least of the worker's time, then its connector that has had least, then who is first in line.</summary>
/// <remarks>Each worker shares out its own slots; as all serve the same lanes, the fleet's time is shared out alike. The
/// database has the last word on what may be claimed. Thread-safe.</remarks>
internal sealed class LaneBoard(QueueOptions options, TimeProvider time)
{
    /// <summary>Lanes asked in one claim.</summary>
    private const int MostLanes = 64;

    /// <summary>Outcomes that may wait to be written before no more is claimed.</summary>
    private const int MostUnwritten = 8000;

    /// <summary>A job that this many workers died with does not start beside another such job.</summary>
    internal const int SuspectLosses = 2;

    /// <summary>A suspect that has lived so long is not what killed the others at once.</summary>
    private static readonly TimeSpan SuspectTime = TimeSpan.FromSeconds(10);

    /// <summary>Above this, lanes that seem to have nothing are forgotten.</summary>
    private const int MostKnownLanes = 5000;

    private static readonly TimeSpan AskAgainAfterLimit = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Dictionary<int, Lane> lanes = [];
    private readonly Dictionary<string, RuleRow> rules = [];
    private readonly Dictionary<string, double> seconds = [];
    private readonly Side high = new(QueueNames.High, options.Slots, time);
    private readonly Side low = new(QueueNames.Low, options.Slots, time);
    private long suspectUntil;

    /// <summary>Jobs that run, by queue.</summary>
    private int highRunning;
    private int lowRunning;

    /// <summary>Takes over what the database says of waiting lanes and of rules. Answers the jobs that are held but may
    /// not start now, because a rule has closed their lane; they are no longer held here.</summary>
    internal List<ClaimedJob> Refresh(IReadOnlyList<LaneRow> waiting, IReadOnlyList<RuleRow> current)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            rules.Clear();
            foreach (var rule in current)
                rules[rule.Key] = rule;
            foreach (var lane in lanes.Values)
                Apply(lane, now);
            foreach (var row in waiting)
            {
                var lane = Find(row, now);
                // The counters are exact: a lane that has jobs, and shows none to one look after another, hides one
                // behind the cursor. It takes a rolled-back claim at the wrong moment.
                if (lane.EmptyLooks >= 2 && lane.Buffer.Count == 0)
                    lane.Cursor.StartOver();
                lane.EmptyLooks = 0;
                (lane.MayHave, lane.MayHaveFront) = (true, true);
            }

            if (lanes.Count > MostKnownLanes)
            {
                foreach (var (id, lane) in lanes)
                {
                    if (!lane.MayHave && lane.Buffer.Count == 0)
                        lanes.Remove(id);
                }
            }

            var closed = new List<ClaimedJob>();
            foreach (var lane in lanes.Values)
            {
                if (lane.Buffer.Count > 0 && lane.ClosedUntil > now)
                    TakeAll(lane, closed);
            }

            return closed;
        }
    }

    /// <summary>Of the given lanes, those of which nothing is known here.</summary>
    internal int[] Unknown(IEnumerable<int> ids)
    {
        lock (gate)
            return [.. ids.Where(id => !lanes.ContainsKey(id))];
    }

    /// <summary>Makes lanes known. Says nothing about what is in them.</summary>
    internal void Learn(IReadOnlyList<LaneRow> rows)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            foreach (var row in rows)
                Find(row, now);
        }
    }

    /// <summary>Somebody says that there are jobs in these lanes. Unknown ones are of kinds this worker does not do.</summary>
    internal void MayHave(IEnumerable<int> ids, bool atFront)
    {
        lock (gate)
        {
            foreach (var id in ids)
            {
                if (!lanes.TryGetValue(id, out var lane))
                    continue;
                lane.MayHave = true;
                lane.MayHaveFront |= atFront;
            }
        }
    }

    /// <summary>What is known of the lanes asked for.</summary>
    internal IReadOnlyDictionary<int, LaneRow> Rows(IEnumerable<LaneAsk> asks)
    {
        lock (gate)
            return asks.Select(ask => ask.Lane).Distinct().ToDictionary(id => id, id => lanes[id].Row);
    }

    /// <summary>What to ask the database for. Empty when there is room for nothing, or nothing is known to wait.</summary>
    internal ClaimPlan Plan(int unwritten)
    {
        lock (gate)
        {
            if (unwritten > MostUnwritten)
                return ClaimPlan.Nothing;
            var now = time.GetTimestamp();
            var slots = Slots();
            var plan = new ClaimPlan([], []);
            PlanFor(high, slots.Free, plan, now);
            PlanFor(low, Math.Max(slots.LowBeforeHigh, slots.LowAfterHigh), plan, now);
            return plan;
        }
    }

    /// <summary>The soonest time at which a lane that gave nothing because of a limit is worth asking again.</summary>
    internal TimeSpan? AskAgainAfter()
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            var soonest = long.MaxValue;
            foreach (var lane in lanes.Values)
            {
                if (lane.MayHave && lane.AskAgainAt > now)
                    soonest = Math.Min(soonest, lane.AskAgainAt);
            }

            return soonest == long.MaxValue ? null : time.GetElapsedTime(now, soonest);
        }
    }

    /// <summary>Takes over what a claim brought.</summary>
    internal void Add(ClaimPlan asked, ClaimResult result, TimeSpan took)
    {
        lock (gate)
        {
            Keep(result.Jobs);
            var counts = new Dictionary<(int Lane, bool Front), (int Count, long Last)>();
            foreach (var job in result.Jobs)
            {
                var key = (job.Lane, job.Place < LaneAsk.BacklogStart);
                counts[key] = (counts.GetValueOrDefault(key).Count + 1, job.Place);
            }

            foreach (var ask in asked.Asks)
            {
                var any = counts.TryGetValue((ask.Lane, ask.IsFront), out var brought);
                Note(lanes[ask.Lane], ask, brought.Count, any ? brought.Last : null, result, took, limited: false);
            }
        }
    }

    /// <summary>Takes over what a claim under limits brought.</summary>
    internal void Add(LaneAsk ask, LimitedClaimResult result, TimeSpan took)
    {
        lock (gate)
        {
            var lane = lanes[ask.Lane];
            Keep(result.Claim.Jobs);
            var count = result.Claim.Jobs.Count;
            var limited = result.Allowed < ask.Take;
            Note(lane, ask, count, count > 0 ? result.Claim.Jobs[^1].Place : null, result.Claim, took, limited && count == result.Allowed);
            if (limited)
                lane.AskAgainAt = time.GetTimestamp() + Ticks(result.RetryAfter is { } after && after > TimeSpan.Zero ? after : AskAgainAfterLimit);
        }
    }

    /// <summary>The next job to start, if a slot is free for one.</summary>
    /// <param name="ended">A job whose slot is free now, and how long it ran.</param>
    /// <param name="mayStart">False when nothing may be started.</param>
    /// <param name="isHungry">There is room for more than is held.</param>
    internal ClaimedJob? Next((ClaimedJob Job, TimeSpan Ran)? ended, bool mayStart, out bool isHungry)
    {
        // One lock for all that happens between two jobs of a slot: it is taken once for each job of the worker.
        lock (gate)
        {
            if (ended is var (last, ran))
                End(last, ran);
            var job = mayStart ? Take() : null;
            var slots = Slots();
            isHungry = high.Buffered < slots.Free + high.Wanted / 2 || low.Buffered < Math.Max(slots.LowBeforeHigh, slots.LowAfterHigh) + low.Wanted / 2;
            return job;
        }
    }

    /// <summary>Everything held and not started; it stays held.</summary>
    internal List<ClaimedJob> Held()
    {
        lock (gate)
            return [.. lanes.Values.SelectMany(lane => lane.Buffer.UnorderedItems, (_, item) => item.Element)];
    }

    /// <summary>Gives up those of the given jobs that have not been started. Answers them.</summary>
    internal List<ClaimedJob> Remove(Func<ClaimedJob, bool> which)
    {
        lock (gate)
        {
            var removed = new List<ClaimedJob>();
            foreach (var lane in lanes.Values)
            {
                if (lane.Buffer.Count == 0 || !lane.Buffer.UnorderedItems.Any(item => which(item.Element)))
                    continue;
                var all = new List<ClaimedJob>();
                TakeAll(lane, all);
                removed.AddRange(all.Where(which));
                Keep(all.Where(job => !which(job)));
            }

            return removed;
        }
    }

    /// <summary>Below which places nothing is left, for lanes where that has moved on since it was last asked.</summary>
    internal List<(int Lane, long Floor)> Floors()
    {
        lock (gate)
        {
            var floors = new List<(int, long)>();
            foreach (var (id, lane) in lanes)
            {
                if (lane.Cursor.Floor <= lane.PublishedFloor)
                    continue;
                lane.PublishedFloor = lane.Cursor.Floor;
                floors.Add((id, lane.Cursor.Floor));
            }

            // In one order everywhere, or two workers that publish at once would deadlock.
            floors.Sort();
            return floors;
        }
    }

    private ClaimedJob? Take()
    {
        var slots = Slots();
        return (slots.LowBeforeHigh > 0 ? TakeFrom(low) : null)
            ?? (slots.Free > 0 ? TakeFrom(high) : null)
            ?? (slots.LowAfterHigh > 0 ? TakeFrom(low) : null);
    }

    private void End(ClaimedJob job, TimeSpan ran)
    {
        if (job.Queue == QueueNames.High)
            highRunning--;
        else
            lowRunning--;
        if (job.Losses >= SuspectLosses)
            suspectUntil = 0;
        // It was charged with what such a job took so far.
        var expected = Expected(job.Kind);
        if (lanes.TryGetValue(job.Lane, out var lane))
            Charge(lane, ran.TotalSeconds - expected);
        seconds[job.Kind] = expected + 0.1 * (ran.TotalSeconds - expected);
    }

    private SlotPlan Slots() => new(options.Slots, options.LowFloor, options.HighReserve, highRunning, lowRunning);

    private Lane Find(LaneRow row, long now)
    {
        if (lanes.TryGetValue(row.Id, out var known))
            return known;
        var (tenant, connector) = (row.Queue == QueueNames.High ? high : low).SharesOf(row.TenantId, row.Connector ?? "");
        var lane = new Lane(row, tenant, connector, new LaneCursor(row.Floor, time)) { PublishedFloor = row.Floor };
        Apply(lane, now);
        return lanes[row.Id] = lane;
    }

    private void Apply(Lane lane, long now)
    {
        (lane.IsLimited, lane.ClosedUntil) = (false, 0);
        foreach (var key in lane.Row.Keys)
        {
            if (!rules.TryGetValue(key, out var rule))
                continue;
            lane.IsLimited |= rule.IsLimit;
            if (rule.ClosedFor > TimeSpan.Zero)
                lane.ClosedUntil = Math.Max(lane.ClosedUntil, now + Ticks(rule.ClosedFor));
        }

        lane.Tenant.Weight = rules.GetValueOrDefault($"tenant:{lane.Row.TenantId}")?.Weight ?? 1;
        if (lane.Row.Connector is { } connector)
            lane.Connector.Weight = rules.GetValueOrDefault($"connector:{connector}")?.Weight ?? 1;
    }

    private void PlanFor(Side side, int free, ClaimPlan plan, long now)
    {
        side.Wanted = side.Pace.Ahead(side.Buffered);
        var room = free + side.Wanted - side.Buffered;
        var candidates = lanes.Values.Where(lane =>
            lane.Row.Queue == side.Queue && lane.MayHave && lane.ClosedUntil <= now && lane.AskAgainAt <= now).ToArray();
        if (candidates.Length == 0)
            return;
        // Small claims cost as much as large ones: wait until half of what is wanted is gone, unless somebody is kept waiting.
        if (2 * room < side.Wanted)
            room = 0;
        foreach (var (lane, take) in side.Distribute(candidates, room, Math.Min(options.Slots, side.Wanted), MostLanes, Expected))
        {
            var (asks, after) = (lane.IsLimited ? plan.LimitedAsks : plan.Asks, lane.Cursor.Start());
            if (lane.MayHaveFront)
                asks.Add(new(lane.Row.Id, long.MinValue, LaneAsk.BacklogStart, take));
            asks.Add(new(lane.Row.Id, after, long.MaxValue, take));
        }
    }

    private static void Note(Lane lane, LaneAsk ask, int count, long? last, ClaimResult result, TimeSpan took, bool limited)
    {
        var reachedEnd = count < ask.Take && !limited;
        if (count > 0)
            lane.EmptyLooks = 0;
        if (ask.IsFront)
        {
            lane.MayHaveFront = !reachedEnd;
            return;
        }

        lane.Cursor.Passed(count, last, reachedEnd, result.Horizon, result.NextTransaction, took);
        if (!reachedEnd)
            return;
        if (count == 0)
            lane.EmptyLooks++;
        lane.MayHave = lane.MayHaveFront;
    }

    private void Keep(IEnumerable<ClaimedJob> jobs)
    {
        foreach (var job in jobs)
        {
            var lane = lanes[job.Lane];
            lane.Buffer.Enqueue(job, job.Place);
            SideOf(lane).Held(lane, +1);
        }
    }

    private void TakeAll(Lane lane, List<ClaimedJob> into)
    {
        while (lane.Buffer.TryDequeue(out var job, out _))
        {
            SideOf(lane).Held(lane, -1);
            into.Add(job);
        }
    }

    private ClaimedJob? TakeFrom(Side side)
    {
        if (side.Buffered == 0 || side.Next(time.GetTimestamp(), suspectUntil) is not { } lane)
            return null;
        var job = lane.Buffer.Dequeue();
        side.Held(lane, -1);
        if (side == high)
            highRunning++;
        else
            lowRunning++;
        if (job.Losses >= SuspectLosses)
            suspectUntil = time.GetTimestamp() + Ticks(SuspectTime);
        side.Pace.Started();
        Charge(lane, Expected(job.Kind));
        return job;
    }

    private static void Charge(Lane lane, double cost)
    {
        lane.Tenant.Charge(cost);
        lane.Connector.Charge(cost);
    }

    /// <summary>Seconds such a job took lately.</summary>
    private double Expected(string kind) => seconds.GetValueOrDefault(kind, 0.001);

    private Side SideOf(Lane lane) => lane.Row.Queue == QueueNames.High ? high : low;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}

/// <summary>What a worker wants to claim.</summary>
/// <param name="Asks">All in one statement.</param>
/// <param name="LimitedAsks">Each in a statement of its own, because claims under a limit come one after the other.</param>
internal sealed record ClaimPlan(List<LaneAsk> Asks, List<LaneAsk> LimitedAsks)
{
    internal static readonly ClaimPlan Nothing = new([], []);

    internal bool IsEmpty => Asks.Count == 0 && LimitedAsks.Count == 0;
}
