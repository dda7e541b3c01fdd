using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Tests;

public sealed class LimitTests
{
    private const string Key = "tenant:" + QueueUnderTest.Tenant;

    [Fact]
    public async Task A_limit_on_what_runs_holds_however_many_workers_claim_at_once()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await EnqueueAsync(queue, 40);
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, max_running) VALUES ($1, 5)", Key);
        var workers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => queue.NewWorkerAsync($"worker-{i}")));

        var claimed = (await Task.WhenAll(workers.Select(worker => Task.Run(() => ClaimLimitedAsync(queue, worker, 2)))))
            .SelectMany(each => each.Claim.Jobs).ToArray();
        Assert.Equal(5, claimed.Length);
        Assert.Equal(0, (await ClaimLimitedAsync(queue, workers[0], 2)).Allowed);

        await queue.SettleAsync(Settlement.Completed(claimed[0]), Settlement.HandedBack(claimed[1]));
        await queue.Folder.StepAsync(default);
        Assert.Equal(2, (await ClaimLimitedAsync(queue, workers[1], 10)).Claim.Jobs.Count);
    }

    [Fact]
    public async Task A_limit_counts_the_jobs_of_every_lane_under_its_key()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync(connector: "cnn_x");
        await queue.ClaimOneAsync(worker);
        await queue.EnqueueAsync(connector: "cnn_y");
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, max_running) VALUES ($1, 1), ('connector:cnn_y', 100)", Key);

        Assert.Empty((await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs);
        await queue.ExecuteAsync("UPDATE queue.rule SET max_running = 2 WHERE key = $1", Key);
        Assert.Single((await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs);
    }

    [Fact]
    public async Task A_rate_lets_its_burst_through_and_then_says_when_the_next_may_start()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await EnqueueAsync(queue, 40);
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, rate_count, rate_period, rate_burst) VALUES ($1, 60, '1 hour', 5)", Key);

        Assert.Equal(5, (await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs.Count);
        var refused = await ClaimLimitedAsync(queue, worker, 10);
        Assert.Empty(refused.Claim.Jobs);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));

        await queue.ExecuteAsync("UPDATE queue.rule SET refilled_at = refilled_at - interval '3 minutes'");
        Assert.Equal(3, (await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs.Count);
        await queue.ExecuteAsync("UPDATE queue.rule SET refilled_at = refilled_at - interval '1 day'");
        Assert.Equal(5, (await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs.Count);
    }

    [Theory]
    [InlineData("max_running", "100")]
    [InlineData("throttled_until", "now() + interval '1 minute'")]
    [InlineData("paused_at", "now()")]
    public async Task A_claim_takes_nothing_under_a_rule_that_its_worker_has_not_heard_of(string column, string value)
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        await queue.ExecuteAsync($"INSERT INTO queue.rule (key, {column}) VALUES ($1, {value})", Key);
        Assert.Empty(await queue.ClaimAsync(worker, 10));

        // Nor does it when it has heard of a limit, and not of a pause.
        Assert.Equal(column == "max_running" ? 1 : 0, (await ClaimLimitedAsync(queue, worker, 10)).Claim.Jobs.Count);
    }

    [Fact]
    public async Task A_pause_and_a_throttle_end_by_themselves()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        await queue.ExecuteAsync(
            "INSERT INTO queue.rule (key, paused_at, paused_until, throttled_until) VALUES ($1, now() - interval '1 hour', now() - interval '1 second', now() - interval '1 second')", Key);
        Assert.Single(await queue.ClaimAsync(worker, 10));
    }

    [Fact]
    public async Task Two_workers_run_one_at_a_time_what_is_limited_to_one_and_come_to_an_end()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, max_running) VALUES ('key:bank', 1)");
        var (running, most, done) = (0, 0, 0);
        Script script = async (_, _, _) =>
        {
            var now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
            return new JobOutcome.Completed();
        };
        var options = QueueUnderTest.FastHeartbeat with { PollInterval = TimeSpan.FromSeconds(1) };
        await queue.StartWorkerAsync(script, options);
        await queue.StartWorkerAsync(script, options);
        await queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
            tx, [.. Enumerable.Range(0, 8).Select(i => (new TestJob($"{i}"), new JobOptions { TenantId = QueueUnderTest.Tenant, LimitKey = "bank" }))], default));

        await QueueUnderTest.UntilAsync(() => Task.FromResult(Volatile.Read(ref done) == 8));
        Assert.Equal(1, most);
    }

    private static Task<int> EnqueueAsync(QueueUnderTest queue, int count) => queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
        tx, [.. Enumerable.Range(0, count).Select(i => (new TestJob($"{i}"), new JobOptions { TenantId = QueueUnderTest.Tenant }))], default));

    /// <summary>Asks the one lane that has something in line.</summary>
    private static async Task<LimitedClaimResult> ClaimLimitedAsync(QueueUnderTest queue, string worker, int take)
    {
        var lane = Assert.Single((await queue.Store.WaitingAsync([TestJob.Kind], default)).Lanes);
        var front = await queue.Store.ClaimLimitedAsync(new(lane.Id, long.MinValue, LaneAsk.BacklogStart, take), lane, worker, default);
        return front.Claim.Jobs.Count > 0 && front.Claim.Jobs.Count == Math.Min(take, front.Allowed)
            ? front
            : await MoreAsync(front);

        async Task<LimitedClaimResult> MoreAsync(LimitedClaimResult before)
        {
            var rest = await queue.Store.ClaimLimitedAsync(new(lane.Id, LaneAsk.BacklogStart, long.MaxValue, take - before.Claim.Jobs.Count), lane, worker, default);
            return rest with { Claim = rest.Claim with { Jobs = [.. before.Claim.Jobs, .. rest.Claim.Jobs] } };
        }
    }
}
