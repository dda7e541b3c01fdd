using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Fairness;

namespace ScaiDrive.Queue.Tests;

/// <summary>What a worker claims and starts, with a database that gives whatever it is asked for.</summary>
public sealed class LaneBoardTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_tenant_with_one_job_goes_next_beside_a_tenant_with_a_thousand()
    {
        var fleet = new BoardUnderTest(slots: 1);
        fleet.Enqueue("tnt_big", 1000);
        fleet.RunFor(50);
        fleet.Enqueue("tnt_small", 1);
        fleet.RunFor(2);
        Assert.Contains("tnt_small", fleet.Started.TakeLast(2));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 150)]
    public void Tenants_share_the_time_of_handlers_by_their_weights(double weight, int expected)
    {
        var fleet = new BoardUnderTest(slots: 4);
        fleet.SetWeight("tenant:tnt_a", weight);
        fleet.Enqueue("tnt_a", 1000);
        fleet.Enqueue("tnt_b", 1000);
        fleet.RunFor(200);
        Assert.InRange(fleet.Started.Count(tenant => tenant == "tnt_a"), expected - 8, expected + 8);
    }

    [Fact]
    public void What_is_shared_is_time_and_not_the_number_of_jobs()
    {
        var fleet = new BoardUnderTest(slots: 2);
        fleet.Enqueue("tnt_slow", 1000);
        fleet.Enqueue("tnt_quick", 1000);
        fleet.Takes["tnt_slow"] = 9 * Millisecond;
        fleet.RunFor(400);
        Assert.InRange(fleet.Started.Count(tenant => tenant == "tnt_slow"), 25, 60);
    }

    [Fact]
    public void The_connectors_of_a_tenant_share_what_the_tenant_gets()
    {
        var fleet = new BoardUnderTest(slots: 2);
        fleet.Enqueue("tnt_a", 1000, connector: "cnn_1");
        fleet.RunFor(100);
        fleet.Enqueue("tnt_a", 1000, connector: "cnn_2");
        fleet.StartedBy.Clear();
        fleet.RunFor(100);
        Assert.InRange(fleet.StartedBy.Count(connector => connector == "cnn_2"), 45, 55);
    }

    [Fact]
    public void Somebody_who_had_nothing_to_do_has_saved_up_nothing()
    {
        var fleet = new BoardUnderTest(slots: 1);
        fleet.Enqueue("tnt_a", 1000);
        fleet.RunFor(300);
        fleet.Enqueue("tnt_b", 1000);
        fleet.Started.Clear();
        fleet.RunFor(100);
        Assert.InRange(fleet.Started.Count(tenant => tenant == "tnt_b"), 45, 55);
    }

    [Fact]
    public void Low_keeps_its_floor_beside_a_flood_in_high()
    {
        var fleet = new BoardUnderTest(slots: 8);
        fleet.Enqueue("tnt_a", 1000, queue: QueueNames.High);
        fleet.Enqueue("tnt_b", 1000);
        fleet.RunFor(400);
        // Two slots of eight are the floor.
        Assert.InRange(fleet.Started.Count(tenant => tenant == "tnt_b"), 80, 130);
    }

    [Fact]
    public void Jobs_that_take_long_are_not_held_ahead_and_short_ones_are()
    {
        var fleet = new BoardUnderTest(slots: 4);
        fleet.Takes["tnt_a"] = TimeSpan.FromSeconds(2);
        fleet.Enqueue("tnt_a", 1000);
        fleet.RunFor(40);
        Assert.Equal(0, fleet.MostHeld);

        var quick = new BoardUnderTest(slots: 4);
        quick.Takes["tnt_a"] = TimeSpan.FromMicroseconds(20);
        quick.Enqueue("tnt_a", 100_000);
        quick.RunFor(20_000);
        Assert.InRange(quick.MostHeld, 64, Pace.MostAhead);
    }

    [Fact]
    public void A_job_that_workers_died_with_does_not_start_beside_another_such_job()
    {
        var fleet = new BoardUnderTest(slots: 4);
        fleet.Enqueue("tnt_a", 2, losses: LaneBoard.SuspectLosses);
        fleet.Enqueue("tnt_b", 3);
        fleet.Fill();
        Assert.Equal(["tnt_a", "tnt_b", "tnt_b"], fleet.Started.Order());
        fleet.EndAll();
        fleet.Fill();
        Assert.Equal(2, fleet.Started.Count(tenant => tenant == "tnt_a"));
    }

    [Fact]
    public void A_pause_gives_back_what_is_held_and_nothing_of_it_is_asked_for()
    {
        var fleet = new BoardUnderTest(slots: 4);
        fleet.Takes["tnt_a"] = TimeSpan.FromMicroseconds(20);
        fleet.Enqueue("tnt_a", 100_000);
        fleet.RunFor(5000);
        var held = fleet.Board.Held().Count;
        Assert.NotEqual(0, held);

        Assert.Equal(held, fleet.Board.Refresh([], [new RuleRow("tenant:tnt_a", null, false, TimeSpan.FromMinutes(5))]).Count);
        fleet.EndAll();
        Assert.True(fleet.Board.Plan(0).IsEmpty);
        fleet.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(fleet.Board.Plan(0).IsEmpty);
    }

    [Fact]
    public void When_outcomes_pile_up_nothing_more_is_claimed()
    {
        var fleet = new BoardUnderTest(slots: 4);
        fleet.Enqueue("tnt_a", 10);
        Assert.True(fleet.Board.Plan(unwritten: 100_000).IsEmpty);
        Assert.False(fleet.Board.Plan(unwritten: 0).IsEmpty);
    }

    /// <summary>A worker's slots and a queue, in steps of the shortest handler.</summary>
    private sealed class BoardUnderTest
    {
        private readonly QueueOptions options;
        private readonly Dictionary<int, Queue<ClaimedJob>> waiting = [];
        private readonly Dictionary<int, LaneRow> lanes = [];
        private readonly Dictionary<string, RuleRow> rules = [];
        private readonly List<(ClaimedJob Job, DateTimeOffset Start, DateTimeOffset End)> running = [];
        private long numbers;

        internal BoardUnderTest(int slots)
        {
            options = new QueueOptions { Slots = Math.Max(2, slots), LowFloor = 1, HighReserve = slots == 1 ? 1 : 0 };
            if (slots == 8)
                options = options with { LowFloor = 2 };
            Board = new LaneBoard(options, Time);
        }

        internal FakeTimeProvider Time { get; } = new();

        internal LaneBoard Board { get; }

        internal List<string> Started { get; } = [];

        internal List<string?> StartedBy { get; } = [];

        internal Dictionary<string, TimeSpan> Takes { get; } = [];

        internal int MostHeld { get; private set; }

        internal void SetWeight(string key, double weight) => rules[key] = new(key, weight, false, TimeSpan.Zero);

        internal void Enqueue(string tenant, int count, string queue = QueueNames.Low, string? connector = null, int losses = 0)
        {
            var id = lanes.Count + 1;
            lanes[id] = new(id, tenant, queue, "work", connector, null, [$"tenant:{tenant}"], 0);
            waiting[id] = new(Enumerable.Range(0, count).Select(_ =>
            {
                var number = ++numbers;
                return new ClaimedJob(tenant, number, id, queue, "work", "{}", connector, null, null, 1, 10, losses, 1, number, default, Time.GetTimestamp());
            }));
            Board.Refresh([lanes[id]], [.. rules.Values]);
        }

        /// <summary>Runs until so many jobs more have been started.</summary>
        internal void RunFor(int jobs)
        {
            var until = Started.Count + jobs;
            for (var steps = 0; Started.Count < until && steps < 200_000; steps++)
            {
                Fill();
                if (running.Count > 0)
                    EndNext();
                else
                    Time.Advance(Millisecond);
            }
        }

        /// <summary>Claims what is asked for and fills the slots.</summary>
        internal void Fill()
        {
            var plan = Board.Plan(0);
            var jobs = new List<ClaimedJob>();
            foreach (var ask in plan.Asks.Where(ask => !ask.IsFront))
            {
                for (var i = 0; i < ask.Take && waiting[ask.Lane].TryDequeue(out var job); i++)
                    jobs.Add(job);
            }

            if (!plan.IsEmpty)
                Board.Add(plan, new ClaimResult(jobs, long.MaxValue, long.MaxValue), Millisecond);
            while (Board.Next(null, mayStart: true, out _) is { } next)
                Start(next);
            MostHeld = Math.Max(MostHeld, Board.Held().Count);
        }

        internal void EndAll()
        {
            foreach (var (job, start, _) in running.ToArray())
            {
                running.RemoveAll(each => each.Job == job);
                if (Board.Next((job, Time.GetUtcNow() - start), mayStart: false, out _) is { } next)
                    Start(next);
            }
        }

        private void EndNext()
        {
            var first = running.MinBy(each => each.End);
            running.Remove(first);
            if (first.End > Time.GetUtcNow())
                Time.Advance(first.End - Time.GetUtcNow());
            if (Board.Next((first.Job, first.End - first.Start), mayStart: true, out _) is { } next)
                Start(next);
        }

        private void Start(ClaimedJob job)
        {
            Started.Add(job.TenantId);
            StartedBy.Add(job.Connector);
            running.Add((job, Time.GetUtcNow(), Time.GetUtcNow() + Takes.GetValueOrDefault(job.TenantId, Millisecond)));
        }
    }
}
