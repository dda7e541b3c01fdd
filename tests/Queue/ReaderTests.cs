using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Upkeep;

namespace ScaiDrive.Queue.Tests;

public sealed class ReaderTests
{
    private const string Tenant = QueueUnderTest.Tenant;
    private const string Stranger = "tnt_b";

    [Fact]
    public async Task A_tenant_neither_sees_nor_touches_the_jobs_of_another()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = (await queue.EnqueueAsync(subject: "fil_1"))!.Value;
        using (var run = await queue.RunOneAsync(worker))
        {
            await run.LogAsync(LogLevel.Information, "secret", default);
            await queue.Journal.FlushAsync([run], default);
        }

        Assert.Null(await queue.Reader.FindAsync(Stranger, id, default));
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Stranger }, default)).Jobs);
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Stranger, State = JobStates.Running }, default)).Jobs);
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Stranger, SubjectId = "fil_1" }, default)).Jobs);
        Assert.Empty(await queue.Reader.LogsAsync(Stranger, id, 0, 10, default));
        Assert.Empty(await queue.Reader.RunningAsync(Stranger, 10, default));
        Assert.Equal(CancelResult.NotFound, await queue.Control.CancelAsync(Stranger, id, "mine now", default));
        Assert.Equal(RetryResult.NotFound, await queue.Control.RetryAsync(Stranger, id, default));

        await queue.ExecuteAsync("UPDATE queue.job SET state = 'discarded', finished_at = now()");
        Assert.Empty(await queue.Reader.FailuresAsync(Stranger, 10, default));
        Assert.Single(await queue.Reader.FailuresAsync(Tenant, 10, default));
    }

    [Fact]
    public async Task Every_filter_restricts_and_all_of_them_together()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var failed = await queue.EnqueueAsync(queue: "high", subject: "fil_1", connector: "cnn_1");
        await queue.SettleAsync(Settlement.Failed(await queue.ClaimOneAsync(worker, "high"), TimeSpan.FromHours(1), "code", "why"));
        await queue.EnqueueAsync();
        await queue.InTransactionAsync(tx => queue.Jobs.EnqueueAsync(tx, new OtherJob(), new JobOptions { TenantId = Tenant }, default));

        JobFilter[] filters =
        [
            new() { TenantId = Tenant, State = JobStates.Retryable },
            new() { TenantId = Tenant, Queue = "high" },
            new() { TenantId = Tenant, SubjectId = "fil_1" },
            new() { TenantId = Tenant, Connector = "cnn_1" },
            new() { TenantId = Tenant, ErrorCode = "code" },
            new() { TenantId = Tenant, State = JobStates.Retryable, Queue = "high", Kind = TestJob.Kind, SubjectId = "fil_1", Connector = "cnn_1", ErrorCode = "code" },
        ];
        foreach (var filter in filters)
            Assert.Equal(failed, Assert.Single((await queue.Reader.ListAsync(filter, default)).Jobs).Id);
        Assert.Equal(2, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, Kind = TestJob.Kind }, default)).Jobs.Count);
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, State = JobStates.Completed }, default)).Jobs);
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, State = "no such state" }, default)).Jobs);
    }

    [Fact]
    public async Task Pages_follow_each_other_by_key_newest_first_without_gap_or_overlap()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var ids = new List<long>();
        for (var i = 0; i < 7; i++)
            ids.Add((await queue.EnqueueAsync())!.Value);
        var seen = new List<long>();
        long? after = null;
        do
        {
            var page = await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, Limit = 3, AfterId = after }, default);
            seen.AddRange(page.Jobs.Select(job => job.Id));
            await queue.EnqueueAsync();
            after = page.NextAfterId;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Reverse(ids), seen);
    }

    [Fact]
    public async Task Depth_counts_what_could_run_now()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var depths = await queue.Reader.DepthsAsync(default);
        Assert.Equal([QueueNames.High, QueueNames.Low], depths.Select(depth => depth.Queue));
        Assert.All(depths, depth => Assert.Equal((0, 0d), (depth.Depth, depth.OldestAgeSeconds)));

        for (var i = 0; i < 6; i++)
            await queue.EnqueueAsync(maxAttempts: i == 5 ? 1 : 10);
        await queue.EnqueueAsync(runAt: TimeProvider.System.GetUtcNow().AddHours(1));
        await queue.EnqueueAsync(tenant: Stranger);
        var jobs = await queue.Store.ClaimAsync("low", [TestJob.Kind], 6, worker, default);
        await queue.Store.SettleAsync(
            [
                Settlement.Completed(jobs[0]),
                Settlement.Failed(jobs[1], TimeSpan.FromHours(1), "x", "y"),
                Settlement.Failed(jobs[2], TimeSpan.Zero, "x", "y"),
                Settlement.HandedBack(jobs[3]),
                Settlement.Failed(jobs[5], TimeSpan.Zero, "x", "y"),
            ],
            default);
        await queue.ExecuteAsync("UPDATE queue.job SET run_at = now() - interval '90 seconds' WHERE id = $1", jobs[3].Id);

        var low = (await queue.Reader.DepthsAsync(default))[1];
        Assert.Equal((3, 1, 1, 1, 1), (low.Depth, low.Running, low.Scheduled, low.Retryable, low.Discarded));
        Assert.True(low.OldestAgeSeconds >= 90);
    }

    [Fact]
    public async Task Retrying_starts_a_finished_job_afresh_unless_an_equal_one_waits()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = (await queue.EnqueueAsync(uniqueKey: "k", maxAttempts: 1))!.Value;
        var job = await queue.ClaimOneAsync(worker);
        Assert.Equal(RetryResult.StillRunning, await queue.Control.RetryAsync(Tenant, id, default));
        await queue.SettleAsync(Settlement.Failed(job, TimeSpan.Zero, "x", "y"));

        var equal = (await queue.EnqueueAsync(uniqueKey: "k"))!.Value;
        Assert.Equal(RetryResult.EqualJobWaits, await queue.Control.RetryAsync(Tenant, id, default));
        Assert.Equal(JobStates.Discarded, (await queue.FindAsync(id)).State);

        Assert.Equal(CancelResult.Cancelled, await queue.Control.CancelAsync(Tenant, equal, "make room", default));
        Assert.Equal(CancelResult.AlreadyFinished, await queue.Control.CancelAsync(Tenant, equal, "again", default));
        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id, default));
        Assert.Equal((id, 1), ((await queue.ClaimOneAsync(worker)).Id, (await queue.FindAsync(id)).Attempt));
    }

    [Fact]
    public async Task Retrying_a_job_that_waits_for_its_time_makes_it_due()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = (await queue.EnqueueAsync())!.Value;
        await queue.SettleAsync(Settlement.Failed(await queue.ClaimOneAsync(worker), TimeSpan.FromHours(1), "x", "y"));

        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id, default));
        Assert.Equal(2, (await queue.ClaimOneAsync(worker)).Attempt);
    }

    [Fact]
    public async Task A_cancelled_wish_does_not_outlive_a_retry()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = (await queue.EnqueueAsync())!.Value;
        await queue.Control.CancelAsync(Tenant, id, "no", default);
        await queue.Control.RetryAsync(Tenant, id, default);
        var job = await queue.ClaimOneAsync(worker);

        Assert.Equal(JobStates.Available, (await queue.SettleAsync(Settlement.HandedBack(job)))[job.Lease]);
        Assert.False((await queue.FindAsync(id)).IsCancelRequested);
    }

    [Fact]
    public async Task Old_finished_jobs_go_with_their_logs_step_by_step_and_discarded_ones_stay_longer()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.ExecuteAsync("""
            INSERT INTO queue.job (tenant_id, queue, kind, state, args, max_attempts, finished_at)
            SELECT 'tnt_a', 'low', 'test-job', state, '{}', 10, now() - age
            FROM unnest(ARRAY['completed', 'cancelled', 'discarded']) AS state,
                 unnest(ARRAY['10 days', '8 days', '1 day']::interval[]) AS age, generate_series(1, 3)
            """);
        await queue.ExecuteAsync("INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message) SELECT tenant_id, id, 1, now(), 'information', 'x' FROM queue.job");
        await queue.ExecuteAsync("INSERT INTO queue.job_progress (tenant_id, job_id, done) SELECT tenant_id, id, 1 FROM queue.job");
        var waiting = await queue.EnqueueAsync();
        var pruner = new JobPruner(queue.DataSource, new QueueOptions { KeepDiscarded = TimeSpan.FromDays(9), PruneStep = 5 });

        Assert.Equal(15, await pruner.PruneByAgeAsync(default));

        Assert.Equal(
            ["cancelled 3", "completed 3", "discarded 6"],
            await queue.ColumnAsync("SELECT state || ' ' || count(*) FROM queue.job WHERE state <> 'available' GROUP BY state ORDER BY 1"));
        Assert.Equal(12L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_log"));
        Assert.Equal(12L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_progress"));
        Assert.Equal(JobStates.Available, (await queue.FindAsync(waiting)).State);
    }

    [Fact]
    public async Task Of_finished_jobs_the_newest_are_kept_up_to_the_count()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.ExecuteAsync("""
            INSERT INTO queue.job (tenant_id, queue, kind, state, args, max_attempts, finished_at)
            SELECT 'tnt_a', 'low', 'test-job', CASE WHEN i = 1 THEN 'discarded' ELSE 'completed' END, '{}', 10, now() - i % 4 * interval '1 minute'
            FROM generate_series(1, 30) AS i
            """);
        var pruner = new JobPruner(queue.DataSource, new QueueOptions { KeepFinishedCount = 11, PruneStep = 4 });

        Assert.Equal(18, await pruner.PruneByCountAsync(default));
        Assert.Equal(0, await pruner.PruneByCountAsync(default));
        Assert.Equal("12 1", await queue.ScalarAsync<string>("SELECT count(*) || ' ' || count(*) FILTER (WHERE state = 'discarded') FROM queue.job"));
        Assert.Equal(7L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job WHERE state = 'completed' AND finished_at = (SELECT max(finished_at) FROM queue.job)"));
    }
}
