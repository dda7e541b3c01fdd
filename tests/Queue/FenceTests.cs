using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue.Claiming;

namespace ScaiDrive.Queue.Tests;

public sealed class FenceTests
{
    private const string Tenant = QueueUnderTest.Tenant;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stale_lease_cannot_commit_the_handlers_writes(bool andComplete)
    {
        await using var queue = await NewQueueWithTableAsync();
        var (slow, fast) = (await queue.NewWorkerAsync("slow"), await queue.NewWorkerAsync("fast"));
        var id = await queue.EnqueueAsync();
        using var stale = await queue.RunOneAsync(slow);
        await using var transaction = await stale.BeginAsync(default);
        await WriteAsync(transaction.Transaction, "stale");
        await queue.LoseAsync(slow);
        var fresh = await queue.ClaimOneAsync(fast);

        var refusal = await Assert.ThrowsAsync<LeaseLostException>(() =>
            andComplete ? transaction.CommitAndCompleteAsync(default) : transaction.CommitAsync(default));

        Assert.Equal((id, 1), (refusal.JobId, refusal.Attempt));
        Assert.Empty(await queue.ColumnAsync("SELECT text FROM written"));
        Assert.False(stale.IsCompleted);
        Assert.False(stale.EndsInTransaction);
        Assert.NotEmpty(await queue.SettleAsync(Settlement.Completed(fresh)));
    }

    [Fact]
    public async Task A_held_lease_commits_and_the_job_goes_on()
    {
        await using var queue = await NewQueueWithTableAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync();
        using var run = await queue.RunOneAsync(worker);
        foreach (var text in new[] { "first", "second" })
        {
            await using var transaction = await run.BeginAsync(default);
            await WriteAsync(transaction.Transaction, text);
            await transaction.CommitAsync(default);
        }

        await using (var dropped = await run.BeginAsync(default))
            await WriteAsync(dropped.Transaction, "dropped");

        Assert.Equal(["first", "second"], await queue.ColumnAsync("SELECT text FROM written ORDER BY text"));
        Assert.Equal(JobStates.Running, (await queue.FindAsync(id)).State);
    }

    [Fact]
    public async Task The_handlers_writes_and_the_completion_commit_together_with_the_log_before_them()
    {
        await using var queue = await NewQueueWithTableAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync();
        using var run = await queue.RunOneAsync(worker);
        await run.LogAsync(LogLevel.Information, "wrote it", default);
        await using var transaction = await run.BeginAsync(default);
        await WriteAsync(transaction.Transaction, "done");
        await transaction.CommitAndCompleteAsync(default);

        Assert.True(run.IsCompleted);
        Assert.Equal(["done"], await queue.ColumnAsync("SELECT text FROM written"));
        Assert.Equal((JobStates.Completed, worker), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).Worker));
        Assert.Equal("wrote it", Assert.Single(await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default)).Message);
        Assert.Empty(await queue.SettleAsync(Settlement.Failed(run.Job, TimeSpan.Zero, "late", "late")));
    }

    [Fact]
    public async Task A_commit_that_has_checked_its_lease_comes_before_the_rescue()
    {
        await using var queue = await NewQueueWithTableAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        using var run = await queue.RunOneAsync(worker);
        await using var transaction = await run.BeginAsync(default);
        await WriteAsync(transaction.Transaction, "in time");
        await using (var check = new NpgsqlCommand(JobSql.CheckLease, transaction.Transaction.Connection, transaction.Transaction)
        {
            Parameters = { new() { Value = run.TenantId }, new() { Value = run.JobId }, new() { Value = run.Job.Lease } },
        })
        {
            Assert.NotNull(await check.ExecuteScalarAsync());
        }

        Assert.Empty(await queue.LoseAsync(worker));
        await transaction.CommitAsync(default);
        Assert.Single(await queue.Rescuer.StepAsync(default));
        Assert.Equal(["in time"], await queue.ColumnAsync("SELECT text FROM written"));
    }

    [Fact]
    public async Task A_stale_lease_writes_neither_log_nor_progress()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (slow, fast) = (await queue.NewWorkerAsync("slow"), await queue.NewWorkerAsync("fast"));
        var id = await queue.EnqueueAsync();
        using var stale = await queue.RunOneAsync(slow);
        await queue.LoseAsync(slow);
        using var fresh = await queue.RunOneAsync(fast);
        foreach (var run in new[] { stale, fresh })
        {
            await run.LogAsync(LogLevel.Warning, $"attempt {run.Attempt}", default);
            await run.ProgressAsync(run.Attempt * 10, 100, null, default);
        }

        await queue.Journal.FlushAsync([stale], default);
        await queue.Journal.FlushAsync([fresh, stale], default);

        var said = (await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default)).Select(line => line.Message).ToArray();
        Assert.Equal("attempt 2", said[^1]);
        Assert.DoesNotContain("attempt 1", said);
        Assert.Equal(20, (await queue.FindAsync(id)).ProgressDone);
    }

    [Fact]
    public async Task Log_and_progress_are_readable_while_the_job_runs_and_the_log_is_read_on_from_any_line()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = (await queue.EnqueueAsync())!.Value;
        using var run = await queue.RunOneAsync(worker);
        for (var i = 1; i <= 3; i++)
            await run.LogAsync(LogLevel.Information, $"line {i}\0", default);
        await run.ProgressAsync(1, null, "starting", default);
        await run.ProgressAsync(5, 9, "page 5", default);
        await queue.Journal.FlushAsync([run], default);

        var lines = await queue.Reader.LogsAsync(Tenant, id, 0, 2, default);
        Assert.Equal(["line 1\uFFFD", "line 2\uFFFD"], lines.Select(line => line.Message));
        Assert.Equal(("information", 1), (lines[0].Level, lines[0].Attempt));
        Assert.Equal("line 3\uFFFD", Assert.Single(await queue.Reader.LogsAsync(Tenant, id, lines[1].Seq, 10, default)).Message);
        var row = Assert.Single(await queue.Reader.RunningAsync(Tenant, 10, default));
        Assert.Equal((5, 9, "page 5"), (row.ProgressDone, row.ProgressTotal, row.ProgressMessage));
    }

    [Fact]
    public async Task How_far_a_job_got_stays_visible_until_its_next_attempt_begins()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        var id = await queue.EnqueueAsync();
        using (var run = await queue.RunOneAsync(worker))
        {
            await run.ProgressAsync(5, 9, "page 5", default);
            await queue.Journal.FlushAsync([run], default);
            await queue.SettleAsync(Settlement.Failed(run.Job, TimeSpan.Zero, "x", "y"));
        }

        Assert.Equal(5, (await queue.FindAsync(id)).ProgressDone);
        await queue.Store.PromoteAsync(10, default);
        await queue.ClaimOneAsync(worker);
        Assert.Null((await queue.FindAsync(id)).ProgressDone);
    }

    [Fact]
    public async Task An_attempt_that_talks_without_end_keeps_its_first_lines()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.NewWorkerAsync();
        await queue.EnqueueAsync();
        using var run = await queue.RunOneAsync(worker);
        for (var i = 0; i < Running.JobRun.MaxLines + 100; i++)
            await run.LogAsync(LogLevel.Information, "again", default);
        await queue.Journal.FlushAsync([run], default);

        Assert.Equal(Running.JobRun.MaxLines, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_log"));
        Assert.Contains("the rest is not kept", (await queue.ColumnAsync("SELECT message FROM queue.job_log ORDER BY seq DESC LIMIT 1"))[0], StringComparison.Ordinal);
    }

    private static async Task<QueueUnderTest> NewQueueWithTableAsync()
    {
        var queue = await QueueUnderTest.CreateAsync();
        await queue.ExecuteAsync("CREATE TABLE written (text text)");
        return queue;
    }

    private static async Task WriteAsync(NpgsqlTransaction transaction, string text)
    {
        await using var command = new NpgsqlCommand("INSERT INTO written VALUES ($1)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = text } },
        };
        await command.ExecuteNonQueryAsync();
    }
}
