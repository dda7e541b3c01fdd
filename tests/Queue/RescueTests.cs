using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Upkeep;

namespace ScaiDrive.Queue.Tests;

public sealed class RescueTests
{
    private const string Tenant = QueueUnderTest.Tenant;

    [Fact]
    public async Task A_lost_workers_job_is_ready_at_once_before_the_backlog_with_the_attempt_counted()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (dead, other) = (await queue.NewWorkerAsync("dead"), await queue.NewWorkerAsync("other"));
        var id = await queue.EnqueueAsync();
        await queue.ClaimOneAsync(dead);
        for (var i = 0; i < 3; i++)
            await queue.EnqueueAsync();

        var rescued = Assert.Single(await queue.LoseAsync(dead));

        Assert.Equal((id, JobStates.Available, 1), (rescued.Id, rescued.State, rescued.Attempt));
        var row = await queue.FindAsync(id);
        Assert.Equal((JobErrorCodes.WorkerLost, (string?)null, 1), (row.ErrorCode, row.Worker, row.Attempt));
        Assert.Contains(await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default), line => line.Message.Contains("dead stopped answering", StringComparison.Ordinal));
        var next = await queue.ClaimOneAsync(other);
        Assert.Equal((id, 2), (next.Id, next.Attempt));
    }

    [Fact]
    public async Task A_job_whose_attempts_are_used_up_by_crashes_is_discarded_with_the_reason()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var id = await queue.EnqueueAsync(maxAttempts: 2, uniqueKey: "poison");
        for (var crash = 0; crash < 2; crash++)
        {
            var worker = await queue.NewWorkerAsync($"worker-{crash}");
            await queue.ClaimOneAsync(worker);
            await queue.LoseAsync(worker);
        }

        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Discarded, JobErrorCodes.WorkerLost, 2), (row.State, row.ErrorCode, row.Attempt));
        Assert.Equal("worker-1", row.Worker);
        Assert.NotNull(await queue.EnqueueAsync(uniqueKey: "poison"));
    }

    [Fact]
    public async Task A_worker_whose_heartbeat_is_fresh_keeps_its_jobs()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        var job = await queue.ClaimOneAsync(worker);
        await queue.SilenceAsync(worker);
        Assert.True(await queue.Store.HeartbeatAsync(worker, default));

        Assert.Empty(await queue.Rescuer.StepAsync(default));
        Assert.NotEmpty(await queue.SettleAsync(Settlement.Completed(job)));
    }

    [Fact]
    public async Task A_claim_that_commits_after_its_worker_was_declared_lost_is_rescued_by_the_next_step()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.LoseAsync(worker);
        var id = await queue.EnqueueAndClaimUnseenAsync(worker);

        Assert.Equal(id, Assert.Single(await queue.Rescuer.StepAsync(default)).Id);
    }

    [Fact]
    public async Task A_row_that_somebody_holds_does_not_delay_the_rescue_of_the_others()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var (held, free) = (await queue.EnqueueAsync(), await queue.EnqueueAsync());
        await using var run = await (await queue.RunOneAsync(worker)).BeginAsync(default);
        await queue.ClaimOneAsync(worker);
        await using (var check = new Npgsql.NpgsqlCommand("SELECT 1 FROM queue.job WHERE id = $1 FOR SHARE", run.Transaction.Connection, run.Transaction))
        {
            check.Parameters.Add(new() { Value = held!.Value });
            await check.ExecuteScalarAsync();
        }

        Assert.Equal(free, Assert.Single(await queue.LoseAsync(worker)).Id);
        await run.Transaction.RollbackAsync();
        Assert.Equal(held, Assert.Single(await queue.Rescuer.StepAsync(default)).Id);
    }

    [Fact]
    public async Task A_running_job_that_was_to_be_cancelled_is_cancelled_when_its_worker_is_lost()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync();
        await queue.ClaimOneAsync(worker);
        Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(Tenant, id!.Value, "not wanted", default));

        await queue.LoseAsync(worker);

        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Cancelled, JobErrorCodes.CancelledByRequest, "not wanted"), (row.State, row.ErrorCode, row.ErrorMessage));
    }

    [Fact]
    public async Task One_worker_at_a_time_looks_for_lost_ones()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        await queue.ClaimOneAsync(worker);
        await queue.SilenceAsync(worker);
        await using var connection = await queue.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var looking = new Npgsql.NpgsqlCommand(UpkeepSql.TryLock, connection, transaction) { Parameters = { new() { Value = 1 } } };
            Assert.Equal(true, await looking.ExecuteScalarAsync());
            Assert.Empty(await queue.Rescuer.StepAsync(default));
        }

        Assert.Single(await queue.Rescuer.StepAsync(default));
    }

    [Fact]
    public async Task A_worker_that_ended_is_forgotten_after_an_hour_but_not_while_it_holds_a_job()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.NewWorkerAsync("gone");
        await queue.NewWorkerAsync("alive");
        await queue.Store.SignOffAsync("gone", default);
        await queue.Rescuer.StepAsync(default);
        Assert.Equal(2L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.worker"));

        await queue.ExecuteAsync("UPDATE queue.worker SET ended_at = ended_at - interval '2 hours'");
        await queue.Rescuer.StepAsync(default);
        Assert.Equal(["alive"], await queue.ColumnAsync("SELECT id FROM queue.worker"));
    }
}
