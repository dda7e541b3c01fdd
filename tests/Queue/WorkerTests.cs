using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Queue.Tests;

public sealed class WorkerTests
{
    private const string Tenant = QueueUnderTest.Tenant;

    [Fact]
    public async Task A_job_runs_with_its_arguments_and_ends_as_its_handler_says_with_its_whole_log()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var ran = new Happening();
        var worker = await queue.StartWorkerAsync(async (args, job, cancellationToken) =>
        {
            await job.LogAsync(LogLevel.Information, $"{args.Text} {args.PageCount} {job.TenantId} {job.Queue} {job.Connector} {job.SubjectId} {job.Attempt}/{job.MaxAttempts}", cancellationToken);
            await job.ProgressAsync(1, 1, null, cancellationToken);
            ran.Set();
            return new JobOutcome.Completed();
        });
        var id = await queue.EnqueueAsync(new TestJob("report", 3), subject: "fil_1", connector: "cnn_1");
        await ran.Async;
        await worker.StopAsync(default);

        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Completed, 1, 1L), (row.State, row.Attempt, row.ProgressDone));
        Assert.StartsWith(new QueueOptions().WorkerName, row.Worker, StringComparison.Ordinal);
        Assert.Equal("report 3 tnt_a low cnn_1 fil_1 1/10", Assert.Single(await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default)).Message);
    }

    [Fact]
    public async Task A_failed_attempt_is_tried_again_later_under_its_code()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.StartWorkerAsync((args, _, _) => throw (args.Text == "coded"
            ? new JobFailedException("provider_down", "It answered 503.")
            : new InvalidOperationException("Oops")));
        var (coded, plain) = (await queue.EnqueueAsync(new TestJob("coded")), await queue.EnqueueAsync(new TestJob("plain")));
        await QueueUnderTest.UntilAsync(async () => (await queue.Reader.FailuresAsync(Tenant, 10, default)).Count == 2);
        await worker.StopAsync(default);

        var row = await queue.FindAsync(coded);
        Assert.Equal((JobStates.Retryable, 1, "provider_down", "It answered 503."), (row.State, row.Attempt, row.ErrorCode, row.ErrorMessage));
        Assert.InRange(row.RunAt - row.CreatedAt, TimeSpan.FromMinutes(54), TimeSpan.FromMinutes(67));
        Assert.Equal((JobErrorCodes.UnhandledError, "InvalidOperationException: Oops"), ((await queue.FindAsync(plain)).ErrorCode, (await queue.FindAsync(plain)).ErrorMessage));
    }

    [Fact]
    public async Task After_its_last_attempt_a_job_is_discarded_and_can_be_retried_by_hand()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var healed = false;
        var ran = new Happening();
        var worker = await queue.StartWorkerAsync((_, job, _) =>
        {
            if (!healed)
                throw new JobFailedException("no_luck", $"Attempt {job.Attempt}");
            ran.Set();
            return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
        }, QueueUnderTest.FastHeartbeat with { RetryBase = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromMilliseconds(20) });
        var id = await queue.EnqueueAsync(maxAttempts: 3);
        await QueueUnderTest.UntilAsync(async () => (await queue.FindAsync(id)).State == JobStates.Discarded);
        Assert.Equal((3, "no_luck", "Attempt 3"), ((await queue.FindAsync(id)).Attempt, (await queue.FindAsync(id)).ErrorCode, (await queue.FindAsync(id)).ErrorMessage));

        Assert.Equal(
            [(1, "Attempt 1 of 3 failed: no_luck: Attempt 1"), (2, "Attempt 2 of 3 failed: no_luck: Attempt 2"), (3, "Attempt 3 of 3 failed: no_luck: Attempt 3")],
            (await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default)).Select(line => (line.Attempt, line.Message)));
        healed = true;
        Assert.Equal(RetryResult.Requeued, await queue.Control.RetryAsync(Tenant, id.Value, default));
        await ran.Async;
        await worker.StopAsync(default);
        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Completed, 1, (string?)null), (row.State, row.Attempt, row.ErrorCode));
    }

    [Fact]
    public async Task Snoozed_and_cancelled_are_endings_of_their_own()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var worker = await queue.StartWorkerAsync((args, _, _) => Task.FromResult<JobOutcome>(args.Text == "snooze"
            ? new JobOutcome.Snoozed(TimeSpan.FromHours(1), "throttled until later")
            : new JobOutcome.Cancelled("superseded", "A newer version came.")));
        var (snoozed, cancelled) = (await queue.EnqueueAsync(new TestJob("snooze")), await queue.EnqueueAsync(new TestJob("cancel")));
        await QueueUnderTest.UntilAsync(async () =>
            (await queue.FindAsync(snoozed)).State == JobStates.Scheduled && (await queue.FindAsync(cancelled)).State == JobStates.Cancelled);
        await worker.StopAsync(default);

        Assert.Equal((0, "throttled until later"), ((await queue.FindAsync(snoozed)).Attempt, (await queue.FindAsync(snoozed)).WaitReason));
        Assert.Equal("superseded", (await queue.FindAsync(cancelled)).ErrorCode);
    }

    [Fact]
    public async Task Arguments_that_cannot_be_read_fail_the_attempt_under_a_code()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var id = await queue.EnqueueAsync(maxAttempts: 1);
        await queue.ExecuteAsync("UPDATE queue.job SET args = '{\"page_count\": \"many\"}'");
        await queue.StartWorkerAsync((_, _, _) => throw new InvalidOperationException("must not be reached"));
        await QueueUnderTest.UntilAsync(async () => (await queue.FindAsync(id)).State == JobStates.Discarded);
        Assert.Equal(JobErrorCodes.BadArgs, (await queue.FindAsync(id)).ErrorCode);
    }

    [Fact]
    public async Task Draining_waits_for_running_jobs_and_takes_no_new_ones()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, finish) = (new Happening(), new Happening());
        var worker = await queue.StartWorkerAsync(async (_, _, cancellationToken) =>
        {
            started.Set();
            await finish.Async.WaitAsync(cancellationToken);
            return new JobOutcome.Completed();
        });
        var running = await queue.EnqueueAsync();
        await started.Async;
        var stopping = worker.StopAsync(default);
        var later = await queue.EnqueueAsync();
        finish.Set();
        await stopping;

        Assert.Equal(JobStates.Completed, (await queue.FindAsync(running)).State);
        Assert.Equal((JobStates.Available, 0), ((await queue.FindAsync(later)).State, (await queue.FindAsync(later)).Attempt));
    }

    [Fact]
    public async Task Draining_hands_back_what_does_not_finish_without_burning_the_attempt()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var started = new Happening();
        var worker = await queue.StartWorkerAsync(async (_, job, cancellationToken) =>
        {
            await job.LogAsync(LogLevel.Information, "half-way", cancellationToken);
            started.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new JobOutcome.Completed();
        }, QueueUnderTest.FastHeartbeat with { DrainTimeout = TimeSpan.Zero });
        var id = await queue.EnqueueAsync(uniqueKey: "k");
        await started.Async;
        var before = await queue.FindAsync(id);
        await worker.StopAsync(default);

        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Available, 0, (string?)null, (string?)null), (row.State, row.Attempt, row.Worker, row.ErrorCode));
        Assert.Equal(before.RunAt, row.RunAt);
        Assert.Equal(
            ["half-way", "Handed back: the worker is stopping."],
            (await queue.Reader.LogsAsync(Tenant, id!.Value, 0, 10, default)).Select(line => line.Message));
        Assert.Equal(0L, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.worker WHERE ended_at IS NULL"));
    }

    [Fact]
    public async Task A_handler_that_ignores_the_drain_loses_its_job_and_can_write_nothing_more()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, release) = (new Happening(), new Happening());
        var refusal = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = await queue.StartWorkerAsync(async (_, job, _) =>
        {
            started.Set();
            await release.Async;
            try
            {
                await using var transaction = await job.BeginAsync(default);
                await transaction.CommitAsync(default);
                refusal.SetResult(null);
            }
            catch (Exception fault)
            {
                refusal.SetResult(fault);
            }

            return new JobOutcome.Completed();
        }, QueueUnderTest.FastHeartbeat with { DrainTimeout = TimeSpan.Zero });
        var id = await queue.EnqueueAsync();
        await started.Async;
        await worker.StopAsync(default);
        Assert.Equal((JobStates.Available, 0), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).Attempt));

        release.Set();
        Assert.IsType<LeaseLostException>(await refusal.Task.WaitAsync(QueueUnderTest.Patience));
        Assert.Equal(JobStates.Available, (await queue.FindAsync(id)).State);
    }

    [Fact]
    public async Task Cancelling_a_running_job_cancels_its_handler()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, cancelled) = (new Happening(), new Happening());
        // Heartbeats an hour apart: only the notification can carry the wish.
        var worker = await queue.StartWorkerAsync(
            Blocking(started, cancelled), QueueUnderTest.FastHeartbeat with { Heartbeat = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(3) });
        var id = await queue.EnqueueAsync(subject: "fil_1");
        await started.Async;
        await ListeningAsync(queue);

        Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(Tenant, id!.Value, "Not needed.", default));
        await cancelled.Async;
        await worker.StopAsync(default);

        var row = await queue.FindAsync(id);
        Assert.Equal((JobStates.Cancelled, JobErrorCodes.CancelledByRequest, "Not needed."), (row.State, row.ErrorCode, row.ErrorMessage));
    }

    [Fact]
    public async Task A_cancellation_whose_notification_is_lost_arrives_with_the_heartbeat()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, cancelled) = (new Happening(), new Happening());
        var worker = await queue.StartWorkerAsync(Blocking(started, cancelled));
        var id = await queue.EnqueueAsync();
        await started.Async;
        await queue.ExecuteAsync("UPDATE queue.job SET cancel_code = 'superseded', cancel_reason = 'newer'");
        await cancelled.Async;
        await worker.StopAsync(default);
        Assert.Equal((JobStates.Cancelled, "superseded"), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).ErrorCode));
    }

    [Fact]
    public async Task A_worker_that_was_declared_lost_cancels_its_handlers_and_goes_on_under_a_new_name()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, cancelled, again) = (new Happening(), new Happening(), new Happening());
        var worker = await queue.StartWorkerAsync(async (_, job, cancellationToken) =>
        {
            if (job.Attempt == 2)
            {
                again.Set();
                return new JobOutcome.Completed();
            }

            return await Blocking(started, cancelled)(new TestJob(), job, cancellationToken);
        });
        var id = await queue.EnqueueAsync();
        await started.Async;
        var name = worker.WorkerId;
        // What a rescuer elsewhere does, in one statement: this worker's heartbeat cannot come in between.
        await queue.ExecuteAsync("UPDATE queue.worker SET ended_at = now()");
        await queue.Rescuer.StepAsync(default);
        await cancelled.Async;
        await again.Async;
        await worker.StopAsync(default);

        Assert.NotEqual(name, worker.WorkerId);
        Assert.Equal((JobStates.Completed, 2), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).Attempt));
    }

    [Fact]
    public async Task A_running_worker_rescues_the_jobs_of_a_lost_one()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var dead = await queue.NewWorkerAsync("dead");
        var id = await queue.EnqueueAsync();
        await queue.ClaimOneAsync(dead);
        var ran = new Happening();
        var worker = await queue.StartWorkerAsync((_, _, _) =>
        {
            ran.Set();
            return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
        });
        await queue.SilenceAsync(dead);
        await ran.Async;
        await worker.StopAsync(default);
        Assert.Equal((JobStates.Completed, 2), ((await queue.FindAsync(id)).State, (await queue.FindAsync(id)).Attempt));
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_handed_back_by_its_own_worker()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var ran = new Happening();
        var worker = await queue.StartWorkerAsync((_, job, _) =>
        {
            ran.Set();
            return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
        }, QueueUnderTest.FastHeartbeat with { Lease = TimeSpan.FromMilliseconds(150), PollInterval = TimeSpan.FromMilliseconds(30) });
        await QueueUnderTest.UntilAsync(() => Task.FromResult(worker.WorkerId.Length > 0));
        await queue.EnqueueAndClaimUnseenAsync(worker.WorkerId);
        await ran.Async;
        await worker.StopAsync(default);
        Assert.Equal(["completed 1"], await queue.ColumnAsync("SELECT state || ' ' || attempt FROM queue.job_row"));
    }

    [Fact]
    public async Task A_wake_up_reaches_an_idle_worker_whose_listening_connection_was_cut()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.StartWorkerAsync((_, _, _) => Task.FromResult<JobOutcome>(new JobOutcome.Completed()));
        var listening = await ListeningAsync(queue);
        Assert.True(await queue.ScalarAsync<bool>("SELECT pg_terminate_backend($1)", listening));
        await QueueUnderTest.UntilAsync(async () => await ListeningAsync(queue) != listening);

        // The next poll is an hour away. The first job may owe its start to the new connection, the others to their wake-up alone.
        for (var i = 0; i < 5; i++)
        {
            var id = await queue.EnqueueAsync();
            await QueueUnderTest.UntilAsync(async () => (await queue.FindAsync(id)).State == JobStates.Completed);
        }
    }

    [Fact]
    public async Task A_worker_survives_the_loss_of_all_its_connections()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var (started, finish, ranLater) = (new Happening(), new Happening(), new Happening());
        var worker = await queue.StartWorkerAsync(async (args, _, cancellationToken) =>
        {
            if (args.Text == "later")
            {
                ranLater.Set();
                return new JobOutcome.Completed();
            }

            started.Set();
            await finish.Async.WaitAsync(cancellationToken);
            return new JobOutcome.Completed();
        }, QueueUnderTest.FastHeartbeat with { PollInterval = TimeSpan.FromMilliseconds(50) });
        var running = await queue.EnqueueAsync(new TestJob("running"));
        await started.Async;
        for (var cut = 0; cut < 3; cut++)
            await queue.CutAllConnectionsAsync();
        finish.Set();
        var later = await QueueUnderTest.RetryAsync(() => queue.EnqueueAsync(new TestJob("later")));
        await ranLater.Async;
        await worker.StopAsync(default);

        var row = await QueueUnderTest.RetryAsync(() => queue.FindAsync(running));
        Assert.Equal((JobStates.Completed, 1), (row.State, row.Attempt));
        Assert.Equal(JobStates.Completed, (await QueueUnderTest.RetryAsync(() => queue.FindAsync(later))).State);
    }

    [Fact]
    public async Task High_goes_first_yet_low_keeps_its_floor()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        for (var i = 0; i < 6; i++)
        {
            await queue.EnqueueAsync(queue: QueueNames.Low);
            await queue.EnqueueAsync(queue: QueueNames.High);
        }

        var all = new Happening();
        var (high, low) = (0, 0);
        await queue.StartWorkerAsync(async (_, job, cancellationToken) =>
        {
            var count = job.Queue == QueueNames.High ? Interlocked.Increment(ref high) : Interlocked.Increment(ref low);
            if (Volatile.Read(ref high) + Volatile.Read(ref low) == 4)
                all.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new JobOutcome.Completed();
        }, QueueUnderTest.FastHeartbeat with { Slots = 4, LowFloor = 1 });
        await all.Async;

        Assert.Equal((3, 1), (high, low));
    }

    [Fact]
    public async Task Low_jobs_leave_room_for_somebody_who_waits()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        for (var i = 0; i < 8; i++)
            await queue.EnqueueAsync(queue: QueueNames.Low);
        var (full, answered) = (new Happening(), new Happening());
        var low = 0;
        await queue.StartWorkerAsync(async (_, job, cancellationToken) =>
        {
            if (job.Queue == QueueNames.High)
            {
                answered.Set();
                return new JobOutcome.Completed();
            }

            if (Interlocked.Increment(ref low) == 3)
                full.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new JobOutcome.Completed();
        }, QueueUnderTest.FastHeartbeat with { Slots = 4, LowFloor = 1, HighReserve = 1 });
        await full.Async;
        await queue.EnqueueAsync(queue: QueueNames.High);
        await answered.Async;
        Assert.Equal(3, low);
    }

    [Fact]
    public async Task Two_workers_do_every_job_exactly_once()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        const int Count = 400;
        var seen = new System.Collections.Concurrent.ConcurrentBag<long>();
        var done = new Happening();
        Script script = (_, job, _) =>
        {
            seen.Add(job.JobId);
            if (seen.Count == Count)
                done.Set();
            return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
        };
        var workers = new[] { await queue.StartWorkerAsync(script), await queue.StartWorkerAsync(script) };
        await queue.InTransactionAsync(tx => queue.Jobs.EnqueueManyAsync(
            tx, [.. Enumerable.Range(0, Count).Select(i => (new TestJob($"{i}"), new JobOptions { TenantId = Tenant, Queue = i % 2 == 0 ? "high" : "low" }))], default));
        await done.Async;
        foreach (var worker in workers)
            await worker.StopAsync(default);

        Assert.Equal(Count, seen.Distinct().Count());
        Assert.Equal(Count, seen.Count);
        Assert.Equal((long)Count, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_row WHERE state = 'completed' AND attempt = 1"));
    }

    [Fact]
    public async Task Endings_are_counted_by_queue_and_result()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var results = new System.Collections.Concurrent.ConcurrentBag<string>();
        var tasks = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == QueueMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Keep(instrument.Name, QueueMetrics.JobsProcessed, "result", tags, results));
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Keep(instrument.Name, QueueMetrics.JobDuration, "task", tags, tasks));
        meters.Start();
        var worker = await queue.StartWorkerAsync((args, _, _) => args.Text switch
        {
            "ok" => Task.FromResult<JobOutcome>(new JobOutcome.Completed()),
            _ => throw new JobFailedException("x", "y"),
        });
        var ids = new[]
        {
            await queue.EnqueueAsync(new TestJob("ok"), queue: "high"),
            await queue.EnqueueAsync(new TestJob("retry"), queue: "high"),
            await queue.EnqueueAsync(new TestJob("error"), queue: "high", maxAttempts: 1),
        };
        await QueueUnderTest.UntilAsync(async () => await queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_row WHERE state IN ('completed', 'retryable', 'discarded')") == 3);
        await worker.StopAsync(default);

        // Other tests of this process count too.
        Assert.Contains("ok", results);
        Assert.Contains("retry", results);
        Assert.Contains("error", results);
        Assert.Contains(TestJob.Kind, tasks);

        static void Keep(string name, string wanted, string tag, ReadOnlySpan<KeyValuePair<string, object?>> tags, System.Collections.Concurrent.ConcurrentBag<string> into)
        {
            foreach (var (key, value) in tags)
            {
                if (name == wanted && key == tag)
                    into.Add((string)value!);
            }
        }
    }

    [Fact]
    public void A_worker_refuses_options_that_contradict_each_other()
    {
        QueueOptions[] wrong =
        [
            new() { Slots = 1 },
            new() { Lease = TimeSpan.FromSeconds(5) },
            new() { Slots = 4, LowFloor = 4 },
            new() { PollInterval = TimeSpan.Zero },
            new() { RetryLimit = TimeSpan.FromSeconds(1) },
        ];
        Assert.All(wrong, options => Assert.Throws<ValidationException>(() =>
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true)));
        var fine = new QueueOptions();
        Validator.ValidateObject(fine, new ValidationContext(fine), validateAllProperties: true);
        Assert.Equal(2, fine.LowFloor);
    }

    private static Script Blocking(Happening started, Happening cancelled) => async (_, _, cancellationToken) =>
    {
        started.Set();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled.Set();
            throw;
        }

        return new JobOutcome.Completed();
    };

    /// <summary>The server process of the worker's listening connection, once it listens; 0 while it does not.</summary>
    private static async Task<int> ListeningAsync(QueueUnderTest queue)
    {
        var process = 0;
        await QueueUnderTest.UntilAsync(async () =>
        {
            process = await queue.ScalarAsync<int>("""
                SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN "queue"' AND state = 'idle'
                """);
            return process != 0;
        });
        return process;
    }
}
