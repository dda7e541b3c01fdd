namespace ScaiDrive.Queue.Tests;

public sealed class ControlTests
{
    private const string Tenant = QueueRows.Tenant;

    [Theory]
    [InlineData(JobStates.Discarded)]
    [InlineData(JobStates.Cancelled)]
    [InlineData(JobStates.Completed)]
    public async Task An_ended_job_starts_afresh_behind_whoever_waits_and_keeps_its_history(string state)
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(state, uniqueKey: "k", subject: "fil_1", error: "code", message: "why", attempt: 10);
        await queue.ExecuteAsync("INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message) VALUES ('tnt_a', $1, 1, now(), 'warning', 'x')", id);
        var waiting = await queue.AddAsync();

        var heard = await queue.HearAsync(async () => Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id, default)));

        var job = await queue.FindAsync(id);
        Assert.Equal((JobStates.Available, 0, "fil_1", "why"), (job.State, job.Attempt, job.SubjectId, job.ErrorMessage));
        Assert.Null(job.FinishedAt);
        Assert.Equal([waiting, id], await queue.LineOfAsync(id));
        Assert.Equal([$"lanes:{await queue.ScalarAsync<int>("SELECT lane FROM queue.job WHERE id = $1", id)}"], heard);
        Assert.True(await queue.ScalarAsync<bool>("SELECT holds_key AND run_at > now() - interval '1 minute' FROM queue.job WHERE id = $1", id));
        Assert.Single(await queue.Reader.LogsAsync(Tenant, id, 0, 10, default));
        Assert.Equal(0L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.finished_job"));
        await queue.CheckCountsAsync();
    }

    [Theory]
    [InlineData(JobStates.Scheduled)]
    [InlineData(JobStates.Retryable)]
    public async Task A_job_that_waits_for_its_time_is_due_at_once_with_the_attempts_it_has_left(string state)
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(state, attempt: 3, uniqueKey: "k");
        var waiting = await queue.AddAsync();

        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id, default));
        Assert.Equal((JobStates.Available, 3), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).Attempt));
        Assert.True(await queue.ScalarAsync<bool>("SELECT holds_key AND run_at <= now() FROM queue.job WHERE id = $1", id));
        Assert.Equal([waiting, id], await queue.LineOfAsync(id));
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_job_in_line_keeps_its_place_and_a_running_one_its_worker()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var first = await queue.AddAsync();
        var second = await queue.AddAsync();
        var running = await queue.AddAsync(JobStates.Running);

        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, first, default));
        Assert.Equal(RetryResult.StillRunning, await queue.Control.RetryAsync(Tenant, running, default));
        Assert.Equal([first, second], await queue.LineOfAsync(first));
        Assert.Equal(JobStates.Running, await queue.StateAsync(running));
        await queue.CheckCountsAsync();
    }

    [Theory]
    [InlineData(JobStates.Discarded)]
    [InlineData(JobStates.Completed)]
    public async Task No_job_is_run_again_while_an_equal_one_is_not_finished(string state)
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(state, uniqueKey: "k");
        var equal = await queue.AddAsync(JobStates.Scheduled, uniqueKey: "k");
        var otherKind = await queue.AddAsync(JobStates.Discarded, kind: "other", uniqueKey: "k");

        Assert.Equal(RetryResult.EqualJobWaits, await queue.Control.RetryAsync(Tenant, id, default));
        Assert.Equal(state, await queue.StateAsync(id));
        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, otherKind, default));
        Assert.Equal(CancelResult.Cancelled, await queue.Control.CancelAsync(Tenant, equal, "make room", default));
        Assert.Equal(CancelResult.AlreadyFinished, await queue.Control.CancelAsync(Tenant, equal, "again", default));
        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id, default));
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task Of_equal_jobs_retried_together_the_newest_runs_and_a_key_taken_in_the_same_moment_stops_only_its_own()
    {
        await using var queue = await QueueRows.CreateAsync();
        var older = await queue.AddAsync(JobStates.Discarded, uniqueKey: "k");
        var newer = await queue.AddAsync(JobStates.Completed, uniqueKey: "k");
        var rival = await queue.AddAsync(JobStates.Discarded, uniqueKey: "taken");
        var free = await queue.AddAsync(JobStates.Discarded, uniqueKey: "free");

        // A producer has added an equal job and not committed yet.
        await using var connection = await queue.DataSource.OpenConnectionAsync();
        await using var producer = await connection.BeginTransactionAsync();
        await using var insert = new Npgsql.NpgsqlCommand("""
            INSERT INTO queue.job (tenant_id, lane, kind, state, place, max_attempts, args, unique_key, holds_key)
            SELECT 'tnt_a', lane, kind, 'available', 99, 10, '{}', 'taken', true FROM queue.job LIMIT 1
            """, connection);
        await insert.ExecuteNonQueryAsync();
        await using var count = new Npgsql.NpgsqlCommand("INSERT INTO queue.tally_change (lane, available) SELECT lane, 1 FROM queue.job LIMIT 1", connection);
        await count.ExecuteNonQueryAsync();

        var retrying = queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Ids = [older, newer, rival, free] }, default);
        await QueueUnderTest.UntilAsync(async () => await queue.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
        await producer.CommitAsync();
        var result = await retrying;

        Assert.Equal((4, 2, 2), (result.Matched, result.Changed, result.Refused));
        Assert.Equal(2, result.Refusals["equal_job_waits"]);
        Assert.Equal(
            [JobStates.Discarded, JobStates.Available, JobStates.Discarded, JobStates.Available],
            [await queue.StateAsync(older), await queue.StateAsync(newer), await queue.StateAsync(rival), await queue.StateAsync(free)]);
        await queue.CheckCountsAsync();
    }

    [Theory]
    [InlineData(JobStates.Available)]
    [InlineData(JobStates.Scheduled)]
    [InlineData(JobStates.Retryable)]
    public async Task A_waiting_job_that_is_cancelled_ends_and_gives_its_key_free(string state)
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(state, uniqueKey: "k", subject: "fil_1", attempt: 2);

        Assert.Equal(CancelResult.Cancelled, await queue.Control.CancelAsync(Tenant, id, "not \0 needed", default));

        var job = await queue.FindAsync(id);
        Assert.Equal((JobStates.Cancelled, JobErrorCodes.CancelledByRequest, "not \uFFFD needed", "fil_1", 2), (job.State, job.ErrorCode, job.ErrorMessage, job.SubjectId, job.Attempt));
        Assert.NotNull(job.FinishedAt);
        await queue.AddAsync(state, uniqueKey: "k");
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_running_job_is_asked_to_end_its_worker_is_told_and_the_first_wish_stands()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(JobStates.Running, uniqueKey: "k");

        var heard = await queue.HearAsync(async () =>
        {
            Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(Tenant, id, "first", default));
            Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(Tenant, id, "second", default));
        });

        Assert.Equal([$"cancel:{id}", $"cancel:{id}"], heard);
        Assert.True((await queue.FindAsync(id)).IsCancelRequested);
        Assert.Equal("running cancelled_by_request first false", await queue.ScalarAsync<string>("SELECT concat_ws(' ', state, cancel_code, cancel_reason, holds_key::text) FROM queue.job"));
        // What is enqueued after the request is not taken for the job that ends.
        await queue.AddAsync(uniqueKey: "k");
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_wish_to_end_does_not_outlive_a_retry()
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(JobStates.Discarded);
        await queue.ExecuteAsync("UPDATE queue.job SET cancel_code = 'x', cancel_reason = 'y'");
        await queue.Control.RetryAsync(Tenant, id, default);
        Assert.False((await queue.FindAsync(id)).IsCancelRequested);
    }

    [Fact]
    public async Task A_moved_job_waits_behind_the_others_of_the_other_queue_and_waits_for_its_time_there()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(connector: "cnn_1", limitKey: "host:a");
        var later = await queue.AddAsync(JobStates.Scheduled, connector: "cnn_1", limitKey: "host:a");
        var running = await queue.AddAsync(JobStates.Running);
        var ended = await queue.AddAsync(JobStates.Discarded);
        var done = await queue.AddAsync(JobStates.Completed);
        var high = await queue.AddAsync(queue: QueueNames.High, connector: "cnn_1", limitKey: "host:a");

        var heard = await queue.HearAsync(async () => Assert.Equal(MoveResult.Moved, await queue.Control.MoveAsync(Tenant, id, QueueNames.High, default)));
        Assert.Equal(MoveResult.Moved, await queue.Control.MoveAsync(Tenant, later, QueueNames.High, default));
        Assert.Equal(MoveResult.AlreadyThere, await queue.Control.MoveAsync(Tenant, id, QueueNames.High, default));
        Assert.Equal(MoveResult.StillRunning, await queue.Control.MoveAsync(Tenant, running, QueueNames.High, default));
        Assert.Equal(MoveResult.AlreadyFinished, await queue.Control.MoveAsync(Tenant, ended, QueueNames.High, default));
        Assert.Equal(MoveResult.AlreadyFinished, await queue.Control.MoveAsync(Tenant, done, QueueNames.High, default));
        await Assert.ThrowsAsync<ArgumentException>(() => queue.Control.MoveAsync(Tenant, id, "middle", default));

        Assert.Equal([high, id], await queue.LineOfAsync(id));
        Assert.Equal([$"lanes:{await queue.ScalarAsync<int>("SELECT lane FROM queue.job WHERE id = $1", high)}"], heard);
        Assert.Equal((QueueNames.High, JobStates.Scheduled, "cnn_1", "host:a"), (await queue.FindAsync(later) is var job ? (job.Queue, job.State, job.Connector, job.LimitKey) : default));
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_filter_changes_what_it_fits_in_steps_and_an_error_code_is_enough()
    {
        await using var queue = await QueueRows.CreateAsync();
        var seed = await queue.AddAsync(JobStates.Discarded, error: "keep");
        await queue.ExecuteAsync("""
            WITH added AS (
                INSERT INTO queue.job (tenant_id, lane, kind, state, max_attempts, args, discarded_at, error_code)
                SELECT 'tnt_a', lane, 'test-job', 'discarded', 10, '{}', now(), 'provider_down' FROM queue.job, generate_series(1, 1203) RETURNING lane)
            INSERT INTO queue.tally_change (lane, discarded) SELECT lane, count(*) FROM added GROUP BY lane
            """);
        var cancelled = await queue.AddAsync(JobStates.Cancelled, error: "provider_down");
        var selection = new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant, ErrorCode = "provider_down" } };

        Assert.Equal(new BulkCount(1203, true), await queue.Control.CountForRetryAsync(selection, default));
        Assert.Equal(0L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job WHERE state = 'available'"));
        var heard = await queue.HearAsync(async () =>
        {
            var result = await queue.Control.RetryAsync(selection, default);
            Assert.Equal((1203, 1203, 0, null), (result.Matched, result.Changed, result.Refused, result.ContinueAfterId));
        });

        // One word to the workers for each step of 500.
        Assert.Equal(3, heard.Count);
        Assert.Equal(1203L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job WHERE state = 'available'"));
        Assert.Equal((JobStates.Discarded, JobStates.Cancelled), (await queue.StateAsync(seed), await queue.StateAsync(cancelled)));
        await queue.CheckCountsAsync();

        var stop = await queue.Control.CancelAsync(new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant } }, "enough", default);
        Assert.Equal((1203, 1203), (stop.Matched, stop.Changed));
        Assert.Equal((JobStates.Discarded, JobStates.Cancelled), (await queue.StateAsync(seed), await queue.StateAsync(cancelled)));
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_very_long_change_stops_at_a_bound_and_goes_on_from_its_key()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddAsync(JobStates.Scheduled);
        await queue.ExecuteAsync("""
            WITH added AS (
                INSERT INTO queue.job (tenant_id, lane, kind, state, place, max_attempts, args)
                SELECT 'tnt_a', lane, 'test-job', 'available', i, 10, '{}' FROM queue.job, generate_series(1, 20999) AS i RETURNING lane)
            INSERT INTO queue.tally_change (lane, available) SELECT lane, count(*) FROM added GROUP BY lane
            """);
        var selection = new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant, Queue = QueueNames.Low } };

        Assert.Equal(new BulkCount(20000, false), await queue.Control.CountForMoveAsync(selection, default));
        var first = await queue.Control.MoveAsync(selection, QueueNames.High, default);
        Assert.Equal((20000, 20000), (first.Matched, first.Changed));
        var second = await queue.Control.MoveAsync(selection with { Filter = selection.Filter with { AfterId = first.ContinueAfterId } }, QueueNames.High, default);
        Assert.Equal((1000, 1000, null), (second.Matched, second.Changed, second.ContinueAfterId));
        Assert.Equal(21000, (await queue.Reader.DepthsAsync(default))[0] is var high ? high.Depth + high.Scheduled : 0);
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task Named_jobs_each_get_their_own_answer_and_what_moved_on_is_left_alone()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var waiting = await queue.AddAsync();
        var running = await queue.AddAsync(JobStates.Running);
        var done = await queue.AddAsync(JobStates.Completed);
        var foreign = await queue.AddAsync(tenant: QueueRows.Stranger);

        var named = new JobSelection { TenantId = Tenant, Ids = [waiting, running, done, foreign, waiting] };
        Assert.Equal(new BulkCount(2, true), await queue.Control.CountForCancelAsync(named, default));
        var result = await queue.Control.CancelAsync(named, "stop", default);

        Assert.Equal((4, 2, 2, null), (result.Matched, result.Changed, result.Refused, result.ContinueAfterId));
        Assert.Equal((1, 1), (result.Refusals["ended"], result.Refusals["missing"]));
        Assert.Equal((JobStates.Cancelled, JobStates.Available), (await queue.StateAsync(waiting), await queue.StateAsync(foreign, QueueRows.Stranger)));

        // Chosen as discarded; by the time its turn comes it has been run again, so it is no longer what was meant.
        var result2 = await queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant } }, default);
        Assert.Equal((0, 0), (result2.Matched, result2.Changed));
        Assert.Equal(JobStates.Cancelled, await queue.StateAsync(waiting));
        await queue.CheckCountsAsync();
    }

    [Fact]
    public async Task A_selection_that_cannot_be_meant_is_refused()
    {
        await using var queue = await QueueRows.CreateAsync();
        var filter = new JobFilter { TenantId = Tenant };
        var bad = new Func<Task>[]
        {
            () => queue.Control.RetryAsync(new JobSelection { TenantId = Tenant }, default),
            () => queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Ids = [] }, default),
            () => queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Ids = [.. Enumerable.Range(1, 10_001).Select(i => (long)i)] }, default),
            () => queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Filter = filter with { TenantId = QueueRows.Stranger } }, default),
            () => queue.Control.RetryAsync(new JobSelection { TenantId = Tenant, Filter = filter with { State = JobStates.Running } }, default),
            () => queue.Control.CancelAsync(new JobSelection { TenantId = Tenant, Filter = filter with { State = JobStates.Completed } }, "x", default),
            () => queue.Control.MoveAsync(new JobSelection { TenantId = Tenant, Filter = filter with { State = JobStates.Running } }, QueueNames.High, default),
            () => queue.Control.MoveAsync(new JobSelection { TenantId = Tenant, Filter = filter }, "middle", default),
            () => queue.Control.CountForRetryAsync(new JobSelection { TenantId = Tenant, Filter = filter with { State = "no such state" } }, default),
        };
        foreach (var call in bad)
            await Assert.ThrowsAsync<ArgumentException>(call);
    }

    [Fact]
    public async Task A_waiting_job_that_a_worker_takes_in_the_same_moment_is_asked_to_end_or_left_as_the_filter_says()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync();
        await using var connection = await queue.DataSource.OpenConnectionAsync();

        // Cancelled by a filter for jobs in line: taken by now, so no longer meant.
        await AsItIsTakenAsync(
            () => queue.Control.CancelAsync(new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant, State = JobStates.Available } }, "x", default),
            result => Assert.Equal((1, 0, 1), (result.Matched, result.Changed, result.Refusals["moved_on"])));
        Assert.False((await queue.FindAsync(id)).IsCancelRequested);
        await queue.ExecuteAsync("UPDATE queue.job SET state = 'available', lease = NULL, worker_id = NULL");

        await AsItIsTakenAsync(
            () => queue.Control.CancelAsync(new JobSelection { TenantId = Tenant, Filter = new JobFilter { TenantId = Tenant } }, "x", default),
            result => Assert.Equal((1, 1), (result.Matched, result.Changed)));
        Assert.Equal((JobStates.Running, true), (await queue.FindAsync(id) is var job ? (job.State, job.IsCancelRequested) : default));

        async Task AsItIsTakenAsync(Func<Task<BulkResult>> change, Action<BulkResult> check)
        {
            await using var claim = await connection.BeginTransactionAsync();
            await using var take = new Npgsql.NpgsqlCommand("UPDATE queue.job SET state = 'running', lease = 7, worker_id = 'w'", connection);
            await take.ExecuteNonQueryAsync();
            var changing = change();
            await QueueUnderTest.UntilAsync(async () => await queue.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
            await claim.CommitAsync();
            check(await changing);
        }
    }

    [Fact]
    public async Task A_job_that_ends_while_it_is_looked_for_is_found_where_it_went()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(JobStates.Running);
        await using var connection = await queue.DataSource.OpenConnectionAsync();
        await using var ending = await connection.BeginTransactionAsync();
        await using var complete = new Npgsql.NpgsqlCommand("""
            WITH gone AS (DELETE FROM queue.job RETURNING *)
            INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, attempt, max_attempts, losses, run_at, created_at, finished_at, args)
            SELECT tenant_id, id, lane, kind, 'completed', 1, max_attempts, 0, run_at, created_at, now(), args FROM gone
            """, connection);
        await complete.ExecuteNonQueryAsync();

        var cancelling = queue.Control.CancelAsync(Tenant, id, "too late", default);
        await QueueUnderTest.UntilAsync(async () => await queue.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
        await ending.CommitAsync();
        Assert.Equal(CancelResult.AlreadyFinished, await cancelling);
    }
}
