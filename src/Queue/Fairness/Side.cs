namespace ScaiDrive.Queue.Fairness;

/// <summary>One queue as a worker sees it: who shares it, and what is held of it.</summary>
internal sealed class Side(string queue, int slots, TimeProvider time)
{
    private readonly Dictionary<string, Tenant> tenants = [];
    private readonly List<Tenant> ready = [];
    private double clock;

    internal string Queue { get; } = queue;

    internal Pace Pace { get; } = new(slots, time);

    /// <summary>Jobs held and not started.</summary>
    internal int Buffered { get; private set; }

    /// <summary>Jobs to hold beyond those that find a free slot, as of the last plan.</summary>
    internal int Wanted { get; set; }

    internal (Share Tenant, Share Connector) SharesOf(string tenantId, string connector)
    {
        if (!tenants.TryGetValue(tenantId, out var tenant))
            tenants[tenantId] = tenant = new Tenant();
        if (!tenant.Connectors.TryGetValue(connector, out var of))
            tenant.Connectors[connector] = of = new Connector();
        return (tenant.Share, of.Share);
    }

    /// <summary>Counts a job that came into the lane's buffer or left it.</summary>
    internal void Held(Lane lane, int change)
    {
        Buffered += change;
        var tenant = tenants[lane.Row.TenantId];
        var connector = tenant.Connectors[lane.Row.Connector ?? ""];
        if (tenant.Buffered == 0 && change > 0)
        {
            tenant.Share.JoinAt(clock);
            ready.Add(tenant);
        }

        if (connector.Buffered == 0 && change > 0)
        {
            connector.Share.JoinAt(tenant.Clock);
            tenant.Ready.Add(connector);
        }

        tenant.Buffered += change;
        connector.Buffered += change;
        if (lane.Buffer.Count > 0 && !connector.Lanes.Contains(lane))
            connector.Lanes.Add(lane);
        else if (lane.Buffer.Count == 0)
            connector.Lanes.Remove(lane);
        if (connector.Buffered == 0)
            tenant.Ready.Remove(connector);
        if (tenant.Buffered == 0)
            ready.Remove(tenant);
    }

    /// <summary>The lane whose first job goes next, or null when none may start.</summary>
    internal Lane? Next(long now, long suspectUntil)
    {
        Lane? best = null;
        Tenant? of = null;
        foreach (var tenant in ready)
        {
            if (of is not null && tenant.Share.Had >= of.Share.Had)
                continue;
            if (tenant.Next(now, suspectUntil) is { } lane)
                (best, of) = (lane, tenant);
        }

        if (best is not null)
        {
            clock = Math.Max(clock, of!.Share.Had);
            of.Clock = Math.Max(of.Clock, best.Connector.Had);
        }

        return best;
    }

    /// <summary>Shares out <paramref name="room"/> jobs among lanes that may have some, as <see cref="Next"/> would start
    /// them, counting what is held already.</summary>
    /// <param name="candidates">Lanes to choose among.</param>
    /// <param name="room">Jobs to ask for in all.</param>
    /// <param name="extra">Beyond the room: one job for each of so many tenants of which none is held, as they may be the next to go.</param>
    /// <param name="mostLanes">Lanes to answer at most.</param>
    /// <param name="expected">Seconds a job of a kind takes.</param>
    internal List<(Lane Lane, int Take)> Distribute(Lane[] candidates, int room, int extra, int mostLanes, Func<string, double> expected)
    {
        if (candidates.Length == 1 && room > 0)
            return [(candidates[0], room)];

        // Who would go first goes first here too; each job asked for moves its tenant and connector on.
        var turns = new PriorityQueue<TenantTurn, double>();
        foreach (var ofTenant in candidates.GroupBy(lane => lane.Tenant))
        {
            var tenant = tenants[ofTenant.First().Row.TenantId];
            var turn = new TenantTurn(tenant.Buffered == 0, Math.Max(clock, ofTenant.Key.Had));
            foreach (var ofConnector in ofTenant.GroupBy(lane => lane.Connector))
            {
                var first = ofConnector.First();
                var (cost, held) = (expected(first.Row.Kind), tenant.Connectors[first.Row.Connector ?? ""].Buffered);
                turn.Had += held * cost / first.Tenant.Weight;
                turn.Connectors.Enqueue(new(ofConnector), Math.Max(tenant.Clock, ofConnector.Key.Had) + (held * cost / first.Connector.Weight));
            }

            turns.Enqueue(turn, turn.Had);
        }

        var taken = new Dictionary<Lane, int>();
        while (turns.TryDequeue(out var turn, out _))
        {
            if (room <= 0 && extra <= 0)
                break;
            if ((room <= 0 && !turn.HasNothing) || !turn.Connectors.TryDequeue(out var lanes, out var had))
                continue;
            // Lanes of a connector take turns. Once enough lanes are asked, only those get more.
            var lane = lanes.Dequeue();
            if (taken.Count < mostLanes || taken.ContainsKey(lane))
            {
                taken[lane] = taken.GetValueOrDefault(lane) + 1;
                lanes.Enqueue(lane);
                (room, extra, turn.HasNothing) = room > 0 ? (room - 1, extra, false) : (room, extra - 1, false);
                var cost = Math.Max(expected(lane.Row.Kind), 1e-6);
                turn.Had += cost / lane.Tenant.Weight;
                had += cost / lane.Connector.Weight;
            }

            if (lanes.Count > 0)
                turn.Connectors.Enqueue(lanes, had);
            turns.Enqueue(turn, turn.Had);
        }

        return [.. taken.Select(each => (each.Key, each.Value))];
    }

    /// <summary>A tenant's place while jobs are shared out.</summary>
    /// <param name="hasNothing">None of its jobs is held or asked for yet.</param>
    /// <param name="had">See <see cref="Share.Had"/>, with what is held and asked for.</param>
    private sealed class TenantTurn(bool hasNothing, double had)
    {
        internal bool HasNothing { get; set; } = hasNothing;

        internal double Had { get; set; } = had;

        internal PriorityQueue<Queue<Lane>, double> Connectors { get; } = new();
    }

    private sealed class Tenant
    {
        internal Share Share { get; } = new();

        internal Dictionary<string, Connector> Connectors { get; } = [];

        internal List<Connector> Ready { get; } = [];

        internal double Clock { get; set; }

        internal int Buffered { get; set; }

        internal Lane? Next(long now, long suspectUntil)
        {
            Lane? best = null;
            foreach (var connector in Ready)
            {
                if (best is not null && connector.Share.Had >= best.Connector.Had)
                    continue;
                if (connector.Next(now, suspectUntil) is { } lane)
                    best = lane;
            }

            return best;
        }
    }

    private sealed class Connector
    {
        internal Share Share { get; } = new();

        internal List<Lane> Lanes { get; } = [];

        internal int Buffered { get; set; }

        /// <summary>First in line over all kinds. What may not start now is left out.</summary>
        internal Lane? Next(long now, long suspectUntil)
        {
            Lane? best = null;
            var first = long.MaxValue;
            foreach (var lane in Lanes)
            {
                if (lane.ClosedUntil > now || !lane.Buffer.TryPeek(out var job, out var place) || place >= first)
                    continue;
                if (suspectUntil > now && job.Losses >= LaneBoard.SuspectLosses)
                    continue;
                (best, first) = (lane, place);
            }

            return best;
        }
    }
}
