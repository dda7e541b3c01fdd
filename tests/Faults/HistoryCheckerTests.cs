using ScaiDrive.Bench.Recovery;

namespace ScaiDrive.Faults.Tests;

/// <summary>The checker is what every scenario rests on, so each of its rules is shown a history that breaks it.</summary>
public sealed class HistoryCheckerTests
{
    private const string KeyOfTwo = "tnt_one key";

    private static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly History Good = new()
    {
        Promises = [new Promise(1), new Promise(2, UniqueKey: KeyOfTwo), new Promise(3, UniqueKey: KeyOfTwo), new Promise(4, CompletesApart: true), new Promise(5, Ending.Discarded)],
        Acknowledged = [1, 2, 3, 4, 5],
        Starts =
        [
            // Job 1 lost its worker once; job 2 was put off once; job 4 had made its effect when its worker died.
            Started(1, 1, lease: 10, "a", at: 0), Started(1, 2, lease: 20, "b", at: 15),
            Started(2, 1, lease: 11, "a", at: 0), Started(2, 1, lease: 12, "b", at: 2),
            Started(3, 1, lease: 13, "a", at: 5),
            Started(4, 1, lease: 14, "a", at: 0), Started(4, 2, lease: 21, "b", at: 15),
            Started(5, 1, lease: 15, "a", at: 0), Started(5, 2, lease: 22, "b", at: 15),
        ],
        Effects =
        [
            Wrote(1, 1, lease: 10, "a", part: 1, at: 1), Wrote(1, 2, lease: 20, "b", part: 0, at: 16),
            Wrote(2, 1, lease: 12, "b", part: 0, at: 3), Wrote(3, 1, lease: 13, "a", part: 0, at: 6), Wrote(4, 1, lease: 14, "a", part: 0, at: 1),
        ],
        Finals =
        [
            new(1, "completed", 2, 10, null, true), new(2, "completed", 1, 10, null, true), new(3, "completed", 1, 10, null, true),
            new(4, "completed", 2, 10, null, true), new(5, "discarded", 2, 2, "worker_lost", false),
        ],
        Snoozed = [2],
        Resumptions = [new("a-1", Begin.AddSeconds(14))],
    };

    [Fact]
    public void A_history_as_promised_is_accepted()
    {
        var verdict = HistoryChecker.Check(Good);

        Assert.Empty(verdict.Violations);
        Assert.Equal((0, 0), (verdict.Lost, verdict.Doubled));
    }

    [Fact]
    public void A_job_without_a_completing_effect_is_lost()
    {
        var verdict = HistoryChecker.Check(Good with { Effects = Without(Good.Effects, effect => effect is { Job: 1, Part: 0 }) });

        Assert.Equal(1, verdict.Lost);
        Assert.Contains(verdict.Violations, violation => violation is { Rule: "every job is done", Job: 1 });
    }

    [Fact]
    public void A_completing_effect_that_is_there_twice_is_doubled()
    {
        var verdict = HistoryChecker.Check(Good with { Effects = [.. Good.Effects, Wrote(3, 1, lease: 13, "a", part: 0, at: 6)] });

        Assert.Equal(1, verdict.Doubled);
        AssertOnly("no effect is committed twice", verdict);
    }

    [Fact]
    public void A_part_that_is_there_twice_is_doubled()
    {
        var verdict = HistoryChecker.Check(Good with { Effects = [.. Good.Effects, Wrote(1, 2, lease: 20, "b", part: 1, at: 16)] });

        Assert.Equal(1, verdict.Doubled);
        AssertOnly("no effect is committed twice", verdict);
    }

    [Fact]
    public void A_row_of_a_rolled_back_enqueue_is_found() =>
        AssertBroken("a job that was rolled back does not exist", Good with { Finals = [.. Good.Finals, new(9, "available", 0, 10, null, false)] });

    [Fact]
    public void A_start_of_a_rolled_back_enqueue_is_found() =>
        AssertBroken("a job that was rolled back never runs", Good with { Starts = [.. Good.Starts, Started(9, 1, lease: 30, "a", at: 20)] });

    [Fact]
    public void An_effect_of_a_rolled_back_enqueue_is_found() =>
        AssertBroken("a job that was rolled back has no effect", Good with { Effects = [.. Good.Effects, Wrote(9, 1, lease: 30, "a", part: 1, at: 13)] });

    [Fact]
    public void An_enqueue_that_was_answered_and_is_gone_is_found() =>
        AssertBroken("a commit that was answered holds", Good with { Acknowledged = [.. Good.Acknowledged, 9] });

    [Fact]
    public void A_job_whose_row_is_gone_is_found() =>
        AssertBroken("a job that was enqueued is kept", Good with { Finals = Without(Good.Finals, job => job.Job == 3) });

    [Theory]
    [InlineData("retryable")]
    [InlineData("cancelled")]
    public void A_job_that_ended_otherwise_is_found(string state) =>
        AssertBroken("every job ends as it should", Replace(new FinalJob(3, state, 1, 10, null, true)));

    [Fact]
    public void A_poison_job_discarded_for_another_reason_is_found() =>
        AssertBroken("every job ends as it should", Replace(new FinalJob(5, "discarded", 2, 2, "unhandled_error", false)));

    [Fact]
    public void A_poison_job_discarded_too_early_is_found() =>
        AssertBroken("a job is discarded after its last attempt", Replace(new FinalJob(5, "discarded", 2, 3, "worker_lost", false)));

    [Fact]
    public void A_poison_job_with_an_effect_is_found() =>
        AssertBroken("a job that only kills is never done", Good with { Effects = [.. Good.Effects, Wrote(5, 2, lease: 22, "b", part: 0, at: 16)] });

    [Fact]
    public void A_crash_that_was_not_counted_is_found() =>
        AssertBroken("a crash counts as an attempt", Replace(new FinalJob(4, "completed", 1, 10, null, true)));

    [Fact]
    public void A_job_completed_by_another_attempt_than_did_it_is_found() =>
        AssertBroken("the attempt that did the job is the last", Replace(new FinalJob(3, "completed", 2, 10, null, true)));

    [Fact]
    public void An_effect_written_without_the_lease_is_found() =>
        AssertBroken("only the holder of the lease writes", Good with { Effects = [.. Good.Effects, Wrote(1, 1, lease: null, "a", part: 2, at: 13)] });

    [Fact]
    public void An_effect_written_after_a_newer_attempt_began_is_found() =>
        AssertBroken("only the newest lease writes", Good with { Effects = [.. Good.Effects, Wrote(1, 1, lease: 10, "c", part: 2, at: 15.5)] });

    [Fact]
    public void An_effect_of_a_worker_that_came_back_is_found() =>
        AssertBroken("a worker that was declared lost writes nothing", Good with { Effects = [.. Good.Effects, Wrote(1, 1, lease: 10, "a", part: 2, at: 14.5)] });

    [Fact]
    public void Two_jobs_of_one_key_at_the_same_time_are_found() =>
        AssertBroken("one unfinished job per unique key", Good with { Starts = [.. Good.Starts, Started(3, 1, lease: 9, "a", at: 2.5)], Snoozed = [2, 3] });

    [Fact]
    public void A_completed_job_whose_last_line_is_missing_is_found() =>
        AssertBroken("the log is whole once the outcome is written", Replace(new FinalJob(3, "completed", 1, 10, null, false)));

    [Fact]
    public void A_job_left_running_is_found() =>
        AssertBroken("nothing is left running", Replace(new FinalJob(3, "running", 1, 10, null, true)));

    [Fact]
    public void Drift_of_the_counters_is_found() =>
        AssertBroken("counters are exact", Good with { Drifts = [new(1, "1 0 0 0 0 4", "0 0 0 0 0 4")] });

    [Fact]
    public void A_claim_of_a_dead_worker_is_found() =>
        AssertBroken("no claim is left of a worker that ended", Good with { ClaimsOfTheDead = 1 });

    [Fact]
    public void A_process_left_behind_is_found() =>
        AssertBroken("no process is left behind", Good with { LeftProcesses = ["12 sleep 30"] });

    [Fact]
    public void A_worker_that_ended_by_itself_is_found() =>
        AssertBroken("a worker ends when told, and only then", Good with { OddEndings = ["w1 ended by itself with exit code 134"] });

    [Fact]
    public void A_gap_reaches_from_the_outage_to_the_next_start_of_what_ran()
    {
        var history = Good with { Ended = [new(2, 1, "a", "snoozed", Begin.AddSeconds(1))] };

        // Jobs 1, 4 and 5 started anew at 15. Job 2 had ended before; job 3 ran there too, and has no later start.
        Assert.Equal([9, 9, 9], RestartGaps.Of(history, [new Outage("a", Begin.AddSeconds(6))]));
    }

    [Fact]
    public void A_job_that_went_on_before_the_outage_has_no_gap_though_its_end_is_not_recorded() =>
        Assert.Empty(RestartGaps.Of(Good, [new Outage("a", Begin.AddSeconds(15.5))]));

    [Fact]
    public void A_quantile_is_a_value_that_was_seen()
    {
        Assert.Equal(2, RestartGaps.Quantile([1, 2, 3, 4], 0.5));
        Assert.Equal(4, RestartGaps.Quantile([1, 2, 3, 4], 0.99));
        Assert.Null(RestartGaps.Quantile([], 0.5));
    }

    private static void AssertBroken(string rule, History history) =>
        Assert.Contains(HistoryChecker.Check(history).Violations, violation => violation.Rule == rule);

    private static void AssertOnly(string rule, Verdict verdict) => Assert.Equal(rule, Assert.Single(verdict.Violations).Rule);

    private static History Replace(FinalJob final) => Good with { Finals = [.. Good.Finals.Select(job => job.Job == final.Job ? final : job)] };

    private static IReadOnlyList<T> Without<T>(IReadOnlyList<T> all, Func<T, bool> isOut) => [.. all.Where(each => !isOut(each))];

    private static Start Started(long job, int attempt, long lease, string process, double at) =>
        new(job, attempt, lease, $"{process}-1", process, Begin.AddSeconds(at));

    private static Effect Wrote(long job, int attempt, long? lease, string process, int part, double at) =>
        new(job, attempt, lease, lease is null ? null : $"{process}-1", process, part, Begin.AddSeconds(at));
}
