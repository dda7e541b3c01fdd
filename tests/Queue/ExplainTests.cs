namespace ScaiDrive.Queue.Tests;

public sealed class ExplainTests
{
    private const string Tenant = QueueRows.Tenant;

    [Fact]
    public async Task A_running_job_names_its_worker_since_when_and_its_heartbeat()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync("w-1", silentFor: TimeSpan.FromSeconds(2));
        var id = await queue.AddAsync(JobStates.Running, worker: "w-1", attempt: 2);
        await queue.ExecuteAsync("INSERT INTO queue.job_progress (tenant_id, job_id, done, total, message) VALUES ('tnt_a', $1, 3, 9, 'page 3')", id);

        var answer = await ExplainAsync(queue, id, JobReasons.Running);
        Assert.Equal(("w-1", true), (answer.Causes[0].Worker, answer.Causes[0].Since is not null));
        Assert.InRange(answer.Causes[0].HeartbeatAgeSeconds!.Value, 2, 11);
        Assert.Equal((3, 9, "page 3"), (answer.Job.ProgressDone, answer.Job.ProgressTotal, answer.Job.ProgressMessage));
        Assert.Contains("attempt 2 of 10", answer.Sentence, StringComparison.Ordinal);

        await queue.Control.CancelAsync(Tenant, id, "not needed", default);
        answer = await ExplainAsync(queue, id, JobReasons.CancelRequested, JobReasons.Running);
        Assert.Equal("not needed", answer.Causes[0].Note);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_whose_worker_does_not_answer_is_about_to_be_rescued(bool isKnown)
    {
        await using var queue = await QueueRows.CreateAsync();
        if (isKnown)
            await queue.AddWorkerAsync(silentFor: TimeSpan.FromSeconds(30));
        var id = await queue.AddAsync(JobStates.Running);

        var answer = await ExplainAsync(queue, id, JobReasons.WorkerSilent);
        Assert.Contains(isKnown ? "not answered for 3" : "not known", answer.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobStates.Completed, JobReasons.Completed)]
    [InlineData(JobStates.Cancelled, JobReasons.Cancelled)]
    [InlineData(JobStates.Discarded, JobReasons.Discarded)]
    public async Task An_ended_job_says_when_and_why(string state, string reason)
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(state, error: "code", message: "It broke.", attempt: 10);
        var answer = await ExplainAsync(queue, id, reason);
        Assert.NotNull(answer.Causes[0].Since);
        if (state != JobStates.Completed)
            Assert.Equal(("code", "It broke.", true), (answer.Causes[0].ErrorCode, answer.Causes[0].Note, answer.Sentence.Contains("It broke.", StringComparison.Ordinal)));
        Assert.Null(answer.Line);
    }

    [Fact]
    public async Task Before_its_time_nothing_else_decides_but_all_else_is_told()
    {
        await using var queue = await QueueRows.CreateAsync();
        var snoozed = await queue.AddAsync(JobStates.Scheduled);
        await queue.ExecuteAsync("UPDATE queue.job SET wait_reason = 'the share is away'");
        var failed = await queue.AddAsync(JobStates.Retryable, error: "provider_down", message: "It answered 503.", attempt: 2);
        await queue.Rules.PauseAsync("queue:low", "usr_a", "upgrade", null, default);

        var answer = await ExplainAsync(queue, snoozed, JobReasons.Scheduled, JobReasons.Paused, JobReasons.NoWorker);
        Assert.Equal(("the share is away", answer.Job.RunAt), (answer.Causes[0].Note, answer.Causes[0].Until));
        answer = await ExplainAsync(queue, failed, JobReasons.WaitingToRetry, JobReasons.Paused, JobReasons.NoWorker);
        Assert.Equal(("provider_down", "It answered 503."), (answer.Causes[0].ErrorCode, answer.Causes[0].Note));
    }

    [Fact]
    public async Task A_job_whose_time_has_come_waits_to_be_put_in_line()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(JobStates.Retryable, dueIn: TimeSpan.FromSeconds(-1));
        await ExplainAsync(queue, id, JobReasons.Due);
    }

    [Theory]
    [InlineData("queue:low")]
    [InlineData("tenant:tnt_a")]
    [InlineData("kind:test-job")]
    [InlineData("connector:cnn_1")]
    [InlineData("key:host:a")]
    public async Task A_pause_of_any_key_it_carries_is_told_with_who_why_and_until_when_and_ends_by_itself(string key)
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(connector: "cnn_1", limitKey: "host:a");
        await queue.Rules.PauseAsync("tenant:tnt_b", "x", "other", null, default);
        await ExplainAsync(queue, id, JobReasons.Next);

        await queue.Rules.PauseAsync(key, "usr_a", "upgrade", TimeProvider.System.GetUtcNow().AddHours(1), default);
        var cause = (await ExplainAsync(queue, id, JobReasons.Paused)).Causes[0];
        Assert.Equal((key, "usr_a", "upgrade", true, true), (cause.Key, cause.By, cause.Note, cause.Since is not null, cause.Until is not null));

        await queue.ExecuteAsync("UPDATE queue.rule SET paused_until = now() - interval '1 second'");
        await ExplainAsync(queue, id, JobReasons.Next);
    }

    [Fact]
    public async Task A_throttle_is_told_until_it_has_passed()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync(connector: "cnn_1");
        await queue.ExecuteAsync("INSERT INTO queue.rule (key, throttled_until, throttle_reason) VALUES ('connector:cnn_1', now() + interval '1 hour', 'Retry-After: 3600')");
        var cause = (await ExplainAsync(queue, id, JobReasons.Throttled)).Causes[0];
        Assert.Equal(("connector:cnn_1", "Retry-After: 3600", true), (cause.Key, cause.Note, cause.Until is not null));

        await queue.ExecuteAsync("UPDATE queue.rule SET throttled_until = now() - interval '1 second'");
        await ExplainAsync(queue, id, JobReasons.Next);
    }

    [Fact]
    public async Task A_limit_on_running_jobs_counts_every_lane_with_the_key()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync(slots: 9);
        var id = await queue.AddAsync(limitKey: "host:a");
        await queue.AddAsync(JobStates.Running, limitKey: "host:a", queue: QueueNames.High);
        await queue.AddAsync(JobStates.Running, limitKey: "host:a", tenant: QueueRows.Stranger);
        await queue.AddAsync(JobStates.Running, limitKey: "host:b");
        await queue.AddAsync(JobStates.Running, limitKey: "host:b");
        await queue.Rules.SetLimitAsync("key:host:a", 3, null, default);
        await ExplainAsync(queue, id, JobReasons.Next);

        await queue.Rules.SetLimitAsync("key:host:a", 2, null, default);
        var cause = (await ExplainAsync(queue, id, JobReasons.MaxRunning)).Causes[0];
        Assert.Equal(("key:host:a", 2, 2L), (cause.Key, cause.MaxRunning, cause.Running));
    }

    [Fact]
    public async Task A_rate_tells_when_the_next_start_is_free()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync();
        await queue.Rules.SetLimitAsync("kind:test-job", null, new RateLimit(1, TimeSpan.FromHours(1), 5), default);
        await ExplainAsync(queue, id, JobReasons.Next);

        await queue.ExecuteAsync("UPDATE queue.rule SET tokens = 0.5, refilled_at = now()");
        var cause = (await ExplainAsync(queue, id, JobReasons.RateLimited)).Causes[0];
        Assert.InRange((cause.Until!.Value - TimeProvider.System.GetUtcNow()).TotalMinutes, 20, 30);

        // What has come in since counts.
        await queue.ExecuteAsync("UPDATE queue.rule SET refilled_at = now() - interval '40 minutes'");
        await ExplainAsync(queue, id, JobReasons.Next);
    }

    [Fact]
    public async Task Without_a_worker_that_could_take_it_that_is_the_answer()
    {
        await using var queue = await QueueRows.CreateAsync();
        var id = await queue.AddAsync(kind: "recognize-text");
        await queue.AddWorkerAsync("silent", kind: "recognize-text", silentFor: TimeSpan.FromMinutes(1));
        await queue.AddWorkerAsync("draining", kind: "recognize-text", isDraining: true);
        await ExplainAsync(queue, id, JobReasons.NoWorker);

        await queue.AddWorkerAsync("other");
        var answer = await ExplainAsync(queue, id, JobReasons.NoWorkerForKind);
        Assert.Contains("None of the 1 live workers takes recognize-text", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_hands_are_full_the_slots_and_the_line_are_told()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync("w", slots: 2);
        await queue.AddWorkerAsync("other-kind", slots: 9, kind: "other");
        await queue.AddAsync(JobStates.Running);
        await queue.AddAsync(JobStates.Running);
        var back = await queue.AddAsync();
        await queue.ExecuteAsync("UPDATE queue.job SET place = place - 4611686018427387904 WHERE id = $1", back);
        await queue.AddAsync();
        var id = await queue.AddAsync();
        await queue.AddAsync();

        var answer = await ExplainAsync(queue, id, JobReasons.WorkersBusy, JobReasons.InLine);
        Assert.Equal((1, 2), (answer.Causes[0].Workers, answer.Causes[0].Slots));
        Assert.Equal((2, true), (answer.Line!.Ahead, answer.Line.AheadIsExact));
        Assert.Equal(0, (await queue.Explainer.ExplainAsync(Tenant, back, default))!.Line!.Ahead);
    }

    [Fact]
    public async Task Its_line_names_the_lanes_of_its_tenant_and_only_sums_up_others()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var id = await queue.AddAsync();
        for (var i = 0; i < 3; i++)
            await queue.AddAsync(queue: QueueNames.High, kind: "extract", connector: "cnn_1");
        await queue.AddAsync(kind: "embed", limitKey: "host:a");
        await queue.AddAsync(JobStates.Scheduled, kind: "later");
        await queue.AddAsync(tenant: QueueRows.Stranger, kind: "secret");
        await queue.AddAsync(tenant: "tnt_c", kind: "secret");

        var answer = await ExplainAsync(queue, id, JobReasons.InLine);
        Assert.Equal(
            [new OtherLane(QueueNames.High, "extract", "cnn_1", null, 3), new OtherLane(QueueNames.Low, "embed", null, "host:a", 1)], answer.Line!.SameTenant);
        Assert.Equal((0, 2), (answer.Line.Ahead, answer.Line.OtherTenants));
        Assert.DoesNotContain(answer.Line.SameTenant, lane => lane.Kind == "secret");
    }

    [Fact]
    public async Task A_very_long_line_is_counted_up_to_a_bound()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var first = await queue.AddAsync();
        await queue.ExecuteAsync("INSERT INTO queue.job (tenant_id, lane, kind, state, place, max_attempts, args) SELECT 'tnt_a', lane, kind, 'available', 100 + i, 10, '{}' FROM queue.job, generate_series(1, 10500) AS i");
        var last = await queue.ScalarAsync<long>("SELECT max(id) FROM queue.job");

        var answer = (await queue.Explainer.ExplainAsync(Tenant, last, default))!;
        Assert.Equal((10_000, false), (answer.Line!.Ahead, answer.Line.AheadIsExact));
        Assert.Contains("at least 10000", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(JobReasons.Next, (await queue.Explainer.ExplainAsync(Tenant, first, default))!.Reason);
    }

    [Fact]
    public async Task Everything_that_holds_is_told_the_decisive_first()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync(slots: 1);
        await queue.AddAsync(JobStates.Running, connector: "cnn_1");
        var before = await queue.AddAsync(connector: "cnn_1");
        var id = await queue.AddAsync(connector: "cnn_1");
        await queue.Rules.SetLimitAsync("connector:cnn_1", 1, null, default);
        await queue.Rules.SetLimitAsync("kind:test-job", null, new RateLimit(1, TimeSpan.FromHours(1), 1), default);
        await queue.Rules.PauseAsync("tenant:tnt_a", "usr_a", "why", null, default);
        await queue.ExecuteAsync("UPDATE queue.rule SET tokens = 0, refilled_at = now() WHERE rate_count IS NOT NULL");
        await queue.ExecuteAsync("UPDATE queue.rule SET throttled_until = now() + interval '1 hour', throttle_reason = '429' WHERE key = 'connector:cnn_1'");

        await ExplainAsync(
            queue, id, JobReasons.Paused, JobReasons.Throttled, JobReasons.MaxRunning, JobReasons.RateLimited, JobReasons.WorkersBusy, JobReasons.InLine);
        Assert.NotEqual(before, id);
    }

    private static async Task<JobExplanation> ExplainAsync(QueueRows queue, long id, params string[] reasons)
    {
        var answer = (await queue.Explainer.ExplainAsync(Tenant, id, default))!;
        Assert.Equal(reasons, answer.Causes.Select(cause => cause.Reason));
        Assert.Equal(reasons[0], answer.Reason);
        Assert.All(answer.Causes, cause => Assert.EndsWith(".", cause.Sentence.TrimEnd(), StringComparison.Ordinal));
        return answer;
    }
}
