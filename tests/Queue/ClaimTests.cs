using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Running;

namespace ScaiDrive.Queue.Tests;

public sealed class ClaimTests
{
    private const string Tenant = QueueUnderTest.Tenant;

    [Fact]
    public async Task No_job_is_claimed_twice_however_many_workers_claim()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
            tx, [.. Enumerable.Range(0, 600).Select(i => (new TestJob($"{i}"), new JobOptions { TenantId = Tenant }))], default));
        var workers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => queue.NewWorkerAsync($"worker-{i}")));

        var claimed = await Task.WhenAll(workers.Select(worker => Task.Run(async () =>
        {
            var mine = new List<ClaimedJob>();
            while (await queue.ClaimAsync(worker, 7) is { Count: > 0 } batch)
                mine.AddRange(batch);
            return mine;
        })));

        var all = claimed.SelectMany(mine => mine).ToArray();
        Assert.Equal(600, all.Length);
        Assert.Equal(600, all.DistinctBy(job => job.Id).Count());
        Assert.Equal(600, all.DistinctBy(job => job.Key).Count());
        Assert.All(all, job => Assert.Equal(1, job.Attempt));
    }

    [Fact]
    public async Task A_claim_takes_no_more_than_asked_first_come_first()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var ids = new List<long?>();
        for (var i = 0; i < 5; i++)
            ids.Add(await queue.EnqueueAsync());

        Assert.Equal(ids[..3], (await queue.ClaimAsync(worker, 3)).Select(job => (long?)job.Id));
        Assert.Equal(ids[3..], (await queue.ClaimAsync(worker, 3)).Select(job => (long?)job.Id));
    }

    [Fact]
    public async Task A_job_whose_kind_no_worker_knows_is_left_alone()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var unknown = await queue.InTransactionAsync(tx =>
            queue.Jobs.EnqueueAsync(tx, new OtherJob(), new JobOptions { TenantId = Tenant }, default));
        var known = await queue.EnqueueAsync();

        Assert.Equal(known, (await queue.ClaimOneAsync(worker)).Id);
        Assert.Empty(await queue.ClaimAsync(worker, 10));
        Assert.Equal(JobStates.Available, (await queue.FindAsync(unknown)).State);
    }

    [Fact]
    public async Task A_worker_that_was_declared_lost_claims_nothing()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        await queue.LoseAsync(worker);

        Assert.Empty(await queue.ClaimAsync(worker, 10));
        Assert.False(await queue.Store.HeartbeatAsync(worker, default));
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_cannot_complete_the_newer_attempt()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (slow, fast) = (await queue.NewWorkerAsync("slow"), await queue.NewWorkerAsync("fast"));
        var id = await queue.EnqueueAsync();
        var stale = await queue.ClaimOneAsync(slow);
        await queue.LoseAsync(slow);
        var fresh = await queue.ClaimOneAsync(fast);

        Assert.Empty(await queue.SettleAsync(Settlement.Completed(stale)));
        Assert.Equal(JobStates.Running, (await queue.FindAsync(id)).State);
        Assert.Equal(JobStates.Completed, (await queue.SettleAsync(Settlement.Completed(fresh)))[fresh.Key]);
        Assert.Equal(2, fresh.Attempt);
    }

    [Fact]
    public async Task A_lease_is_fenced_even_when_no_attempt_was_counted_in_between()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        var first = await queue.ClaimOneAsync(worker);
        await queue.SettleAsync(Settlement.HandedBack(first));
        var second = await queue.ClaimOneAsync(worker);

        Assert.Equal(first.Attempt, second.Attempt);
        Assert.Empty(await queue.SettleAsync(Settlement.Completed(first)));
    }

    [Fact]
    public async Task Many_endings_are_written_at_once_and_each_is_fenced_by_itself()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        for (var i = 0; i < 5; i++)
            await queue.EnqueueAsync(maxAttempts: i == 3 ? 1 : 10);
        var jobs = await queue.ClaimAsync(worker, 5);
        await queue.ExecuteAsync("UPDATE queue.job SET lease = nextval('queue.lease_number') WHERE id = $1", jobs[4].Id);

        var states = await queue.SettleAsync(
            [
                Settlement.Completed(jobs[0]),
                Settlement.Snoozed(jobs[1], TimeSpan.FromHours(1), "throttled"),
                Settlement.Failed(jobs[2], TimeSpan.FromHours(1), "provider_down", "503"),
                Settlement.Failed(jobs[3], TimeSpan.FromHours(1), "provider_down", "503"),
                Settlement.Completed(jobs[4]),
            ]);

        Assert.Equal(
            [JobStates.Completed, JobStates.Scheduled, JobStates.Retryable, JobStates.Discarded, null],
            jobs.Select(job => states.GetValueOrDefault(job.Key)));
        var snoozed = await queue.FindAsync(jobs[1].Id);
        Assert.Equal((0, "throttled", (string?)null), (snoozed.Attempt, snoozed.WaitReason, snoozed.Worker));
        var discarded = await queue.FindAsync(jobs[3].Id);
        Assert.Equal((1, "provider_down", "503"), (discarded.Attempt, discarded.ErrorCode, discarded.ErrorMessage));
        Assert.NotNull(discarded.FinishedAt);
    }

    [Fact]
    public async Task An_error_text_that_the_database_cannot_hold_still_ends_the_job()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync(maxAttempts: 1);
        var job = await queue.ClaimOneAsync(worker);

        await queue.SettleAsync(Settlement.Failed(job, TimeSpan.Zero, "bad\0code", "NUL \0, half a pair \uD83D, " + new string('x', 20_000)));

        var row = await queue.FindAsync(id);
        Assert.Equal(JobStates.Discarded, row.State);
        Assert.StartsWith("NUL \uFFFD, half a pair \uFFFD, x", row.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(TextColumn.MessageLength, row.ErrorMessage!.Length);
    }

    [Fact]
    public async Task A_snooze_without_end_stays_within_the_range_of_a_time()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        var job = await queue.ClaimOneAsync(worker);
        Assert.NotEmpty(await queue.SettleAsync(Settlement.Snoozed(job, TimeSpan.MaxValue, "for ever")));
    }

    [Theory]
    [InlineData(1, 0.0, 0.9)]
    [InlineData(1, 1.0, 1.1)]
    [InlineData(4, 0.5, 8)]
    [InlineData(1000, 0.5, 60)]
    public void A_retry_waits_twice_as_long_as_the_one_before_up_to_the_limit_and_a_tenth_either_way(int attempt, double chance, double seconds)
    {
        var options = new QueueOptions { RetryBase = TimeSpan.FromSeconds(1), RetryLimit = TimeSpan.FromSeconds(60) };
        Assert.Equal(seconds, RetryBackoff.After(options, attempt, chance).TotalSeconds, precision: 6);
    }

    [Fact]
    public void Low_gets_its_floor_before_high_and_leaves_the_reserve_of_high_alone()
    {
        var idle = new SlotPlan(Slots: 8, LowFloor: 2, HighReserve: 1, HighRunning: 0, LowRunning: 0);
        Assert.Equal((8, 2, 7), (idle.Free, idle.LowBeforeHigh, idle.LowAfterHigh));
        var busyWithHigh = idle with { HighRunning = 7 };
        Assert.Equal((1, 1, 1), (busyWithHigh.Free, busyWithHigh.LowBeforeHigh, busyWithHigh.LowAfterHigh));
        var busyWithLow = idle with { LowRunning = 7 };
        Assert.Equal((1, 0, 0), (busyWithLow.Free, busyWithLow.LowBeforeHigh, busyWithLow.LowAfterHigh));
        var full = idle with { HighRunning = 6, LowRunning = 2 };
        Assert.Equal((0, 0, 0), (full.Free, full.LowBeforeHigh, full.LowAfterHigh));
    }
}
