using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Upkeep;

namespace ScaiDrive.Queue.Tests;

public sealed class PruneTests
{
    [Fact]
    public async Task Old_finished_jobs_go_in_steps_with_their_logs_and_discarded_ones_stay_longer()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await EndAsync(queue, completed: 7, discarded: 2);
        await queue.ExecuteAsync("UPDATE queue.finished_job SET finished_at = finished_at - interval '8 days' WHERE id % 7 <> 0");
        await queue.ExecuteAsync("UPDATE queue.job SET discarded_at = discarded_at - interval '8 days'");
        var old = await queue.ScalarAsync<long>("SELECT count(*) FROM queue.finished_job WHERE finished_at < now() - interval '7 days'");

        Assert.Equal(old, await Pruner(queue).PruneByAgeAsync(default));
        Assert.Equal(7 - old, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.finished_job"));
        Assert.Equal(2L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job"));
        Assert.Equal(9 - old, await queue.ScalarAsync<long>("SELECT count(DISTINCT job_id) FROM queue.job_log"));

        await queue.ExecuteAsync("UPDATE queue.job SET discarded_at = discarded_at - interval '30 days'");
        Assert.Equal(2, await Pruner(queue).PruneByAgeAsync(default));
        Assert.Equal(0L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job"));
    }

    [Fact]
    public async Task Of_too_many_finished_jobs_the_oldest_go_whatever_their_age()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await EndAsync(queue, completed: 9, discarded: 1);
        await queue.ExecuteAsync("UPDATE queue.finished_job SET finished_at = finished_at - id * interval '1 minute'");

        Assert.Equal(5, await Pruner(queue, keep: 4).PruneByCountAsync(default));
        Assert.Equal(
            await queue.ColumnAsync("SELECT id FROM queue.finished_job ORDER BY id"),
            (await queue.ColumnAsync("SELECT id FROM queue.job_row WHERE state = 'completed' ORDER BY finished_at DESC LIMIT 4")).Order());
        Assert.Equal(4L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.finished_job"));
        Assert.Equal(0, await Pruner(queue, keep: 4).PruneByCountAsync(default));
    }

    [Fact]
    public async Task Lanes_that_have_nothing_left_leave_the_counters_and_ended_minutes_go_after_a_day()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await EndAsync(queue, completed: 3, discarded: 0);
        await queue.Folder.StepAsync(default);
        Assert.Equal("3 3", await queue.ScalarAsync<string>("SELECT (SELECT sum(finished) FROM queue.tally) || ' ' || (SELECT sum(completed) FROM queue.throughput)"));
        await Pruner(queue, keep: 0).PruneByCountAsync(default);
        await queue.Folder.StepAsync(default);
        await queue.ExecuteAsync("UPDATE queue.throughput SET minute = minute - interval '2 days'");

        await Pruner(queue).PruneByAgeAsync(default);
        Assert.Equal("0 0", await queue.ScalarAsync<string>("SELECT (SELECT count(*) FROM queue.tally) || ' ' || (SELECT count(*) FROM queue.throughput)"));
    }

    [Fact]
    public async Task The_auditor_finds_and_repairs_what_somebody_changed_by_hand()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await EndAsync(queue, completed: 3, discarded: 1);
        await queue.EnqueueAsync();
        Assert.Empty(await queue.Auditor.CheckAsync(default));

        await queue.ExecuteAsync("DELETE FROM queue.finished_job WHERE id = (SELECT min(id) FROM queue.finished_job)");
        await queue.ExecuteAsync("UPDATE queue.tally_change SET available = available + 2 WHERE seq = (SELECT min(seq) FROM queue.tally_change)");
        var drift = Assert.Single(await queue.Auditor.RepairAsync(default));
        Assert.Equal((-1, -2), (drift.Finished, drift.Available));
        Assert.Empty(await queue.Auditor.CheckAsync(default));
    }

    private static JobPruner Pruner(QueueUnderTest queue, int keep = 200_000) =>
        new(queue.DataSource, new QueueOptions { PruneStep = 2, KeepFinishedCount = keep });

    private static async Task EndAsync(QueueUnderTest queue, int completed, int discarded)
    {
        var worker = await queue.NewWorkerAsync();
        for (var i = 0; i < completed + discarded; i++)
            await queue.EnqueueAsync(maxAttempts: 1);
        var jobs = await queue.ClaimAsync(worker, completed + discarded);
        await queue.ExecuteAsync("INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message) SELECT tenant_id, id, 1, now(), 'information', 'x' FROM queue.job");
        await queue.SettleAsync(
            [.. jobs.Select((job, i) => i < completed ? Settlement.Completed(job) : Settlement.Failed(job, TimeSpan.Zero, "broken", "It broke."))]);
    }
}
