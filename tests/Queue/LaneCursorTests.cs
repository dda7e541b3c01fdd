using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Fairness;

namespace ScaiDrive.Queue.Tests;

/// <summary>The cursor against a small model of a lane: places drawn by transactions that end in any order, and claims of
/// others that lock rows and may be rolled back.</summary>
public sealed class LaneCursorTests
{
    [Fact]
    public void No_job_is_passed_by_however_late_its_producer_commits() =>
        Check(StepKind.Enqueue, StepKind.Commit, StepKind.Rollback, StepKind.Scan, StepKind.ScanOne);

    [Fact]
    public void No_job_is_passed_by_when_claims_of_others_are_rolled_back() =>
        Check(StepKind.Enqueue, StepKind.Commit, StepKind.Rollback, StepKind.Scan, StepKind.ScanOne, StepKind.OtherClaims, StepKind.OtherKeeps, StepKind.OtherGivesUp);

    [Fact]
    public void Once_every_transaction_has_ended_a_scan_starts_behind_all_that_was_taken()
    {
        var lane = new ModelLane();
        for (var i = 0; i < 50; i++)
        {
            lane.Run(new(StepKind.Enqueue, 20));
            lane.Run(new(StepKind.Commit, 0));
            lane.Run(new(StepKind.Scan, 0));
        }

        Assert.Equal(0, lane.Left);
        // Two more scans settle what the last ones took.
        lane.Run(new(StepKind.Scan, 0));
        lane.Run(new(StepKind.Scan, 0));
        Assert.Equal(1000, lane.Cursor.Floor);
        Assert.InRange(lane.WalkedOver, 1000, 4000);
    }

    [Fact]
    public void A_transaction_that_stays_open_does_not_make_scans_walk_over_everything_again_and_again()
    {
        var lane = new ModelLane();
        lane.Run(new(StepKind.Enqueue, 1));
        for (var i = 0; i < 400; i++)
        {
            lane.Run(new(StepKind.Enqueue, 100));
            lane.CommitLast();
            lane.Run(new(StepKind.Scan, 0));
        }

        // About half the longest overlap a scan, and a thorough one now and then; without the jump it would be 8 million.
        Assert.InRange(lane.WalkedOver, 40_000, 1_500_000);
        Assert.Equal(0, lane.Cursor.Floor);
        lane.Run(new(StepKind.Commit, 0));
        lane.Time.Advance(TimeSpan.FromMinutes(1));
        lane.Run(new(StepKind.Scan, 0));
        Assert.Equal(0, lane.Left);
    }

    [Fact]
    public void A_look_from_the_start_finds_what_is_behind_the_cursor()
    {
        var lane = new ModelLane();
        lane.Run(new(StepKind.Enqueue, 10));
        lane.Run(new(StepKind.Commit, 0));
        for (var i = 0; i < 4; i++)
            lane.Run(new(StepKind.Scan, 0));
        lane.GiveBackBehindTheCursor(place: 3);
        lane.Run(new(StepKind.Scan, 0));
        Assert.Equal(1, lane.Left);

        lane.Cursor.StartOver();
        lane.Run(new(StepKind.Scan, 0));
        Assert.Equal(0, lane.Left);
    }

    private static void Check(params StepKind[] kinds)
    {
        var steps = Gen.Choose(0, kinds.Length - 1).SelectMany(kind => Gen.Choose(0, 7).Select(number => new Step(kinds[kind], number))).ListOf();
        var property = Prop.ForAll(steps.ToArbitrary(), list =>
        {
            var lane = new ModelLane();
            foreach (var step in list)
                lane.Run(step);
            return lane.EverythingIsTakenInTheEnd();
        });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(150));
    }

    public enum StepKind
    {
        Enqueue,
        Commit,
        Rollback,
        Scan,
        ScanOne,
        OtherClaims,
        OtherKeeps,
        OtherGivesUp,
    }

    public sealed record Step(StepKind Kind, int Number);

    /// <summary>A lane as PostgreSQL shows it to one worker.</summary>
    private sealed class ModelLane
    {
        private readonly SortedDictionary<long, Row> rows = [];
        private readonly List<(long Id, List<Row> Rows)> producers = [];
        private readonly List<(long Id, List<Row> Rows)> claims = [];
        private long transaction = 100;
        private long place;

        internal FakeTimeProvider Time { get; } = new();

        internal LaneCursor Cursor => field ??= new LaneCursor(0, Time);

        /// <summary>Rows that are in line and that nobody holds.</summary>
        internal int Left => rows.Values.Count(row => row is { IsVisible: true, IsTaken: false });

        internal int WalkedOver { get; private set; }

        internal void Run(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.Enqueue:
                    // The id comes before the places.
                    producers.Add((transaction++, [.. Enumerable.Range(0, step.Number).Select(_ => Add())]));
                    break;
                case StepKind.Commit when producers.Count > 0:
                    End(producers, step.Number, row => row.IsVisible = true);
                    break;
                case StepKind.Rollback when producers.Count > 0:
                    End(producers, step.Number, row => row.IsTaken = true);
                    break;
                case StepKind.OtherClaims:
                    var free = rows.Values.Where(row => row is { IsVisible: true, IsTaken: false, IsLocked: false }).Skip(step.Number / 2).Take(2).ToList();
                    free.ForEach(row => row.IsLocked = true);
                    claims.Add((transaction++, free));
                    break;
                case StepKind.OtherKeeps when claims.Count > 0:
                    End(claims, step.Number, row => row.IsTaken = true);
                    break;
                case StepKind.OtherGivesUp when claims.Count > 0:
                    End(claims, step.Number, row => row.IsLocked = false);
                    break;
                case StepKind.Scan:
                    Scan(1000);
                    break;
                case StepKind.ScanOne:
                    Scan(1);
                    break;
            }
        }

        internal void CommitLast() => End(producers, producers.Count - 1, row => row.IsVisible = true);

        internal void GiveBackBehindTheCursor(long place) => rows[place].IsTaken = false;

        internal bool EverythingIsTakenInTheEnd()
        {
            while (producers.Count > 0)
                End(producers, 0, row => row.IsVisible = true);
            while (claims.Count > 0)
                End(claims, 0, row => row.IsLocked = false);
            for (var i = 0; i < 3; i++)
                Scan(1000);
            // What the counters bring about when they say that something is left: only ever after a rolled-back claim.
            if (Left > 0 && rows.Values.Any(row => row.WasGivenUp))
            {
                Cursor.StartOver();
                Time.Advance(TimeSpan.FromMinutes(1));
                Scan(1000);
            }

            return Left == 0;
        }

        private void Scan(int take)
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            var horizon = producers.Concat(claims).Select(each => each.Id).Append(transaction).Min();
            var next = transaction++;
            var start = Cursor.Start();
            var taken = new List<long>();
            foreach (var (at, row) in rows)
            {
                if (at <= start || taken.Count == take)
                    continue;
                WalkedOver++;
                if (row is not { IsVisible: true, IsTaken: false, IsLocked: false })
                    continue;
                row.IsTaken = true;
                taken.Add(at);
            }

            Cursor.Passed(taken.Count, taken.Count > 0 ? taken[^1] : null, taken.Count < take, horizon, next, TimeSpan.FromMilliseconds(1));
        }

        private Row Add() => rows[++place] = new Row();

        private static void End(List<(long Id, List<Row> Rows)> open, int number, Action<Row> how)
        {
            var (_, held) = open[number % open.Count];
            foreach (var row in held)
            {
                how(row);
                row.GivenUp += row is { IsTaken: false, IsLocked: false, IsVisible: true } ? 1 : 0;
            }

            open.RemoveAt(number % open.Count);
        }

        private sealed class Row
        {
            internal bool IsVisible { get; set; }

            internal bool IsTaken { get; set; }

            internal bool IsLocked { get; set; }

            internal int GivenUp { get; set; }

            /// <summary>The producer's commit counts as the first time it became free.</summary>
            internal bool WasGivenUp => GivenUp > 1;
        }
    }
}
