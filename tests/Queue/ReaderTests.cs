namespace ScaiDrive.Queue.Tests;

public sealed class ReaderTests
{
    private const string Tenant = QueueRows.Tenant;
    private const string Stranger = QueueRows.Stranger;

    [Fact]
    public async Task A_tenant_neither_sees_nor_touches_the_jobs_of_another()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var running = await queue.AddAsync(JobStates.Running, subject: "fil_1", connector: "cnn_1", error: "code");
        await queue.ExecuteAsync("INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message) VALUES ('tnt_a', $1, 1, now(), 'information', 'secret')", running);
        foreach (var state in new[] { JobStates.Available, JobStates.Scheduled, JobStates.Retryable, JobStates.Discarded, JobStates.Completed, JobStates.Cancelled })
            await queue.AddAsync(state, subject: "fil_1", connector: "cnn_1", error: "code");

        foreach (var filter in Filters(Stranger))
            Assert.Empty((await queue.Reader.ListAsync(filter, default)).Jobs);
        Assert.Null(await queue.Reader.FindAsync(Stranger, running, default));
        Assert.Empty(await queue.Reader.LogsAsync(Stranger, running, 0, 10, default));
        Assert.Empty(await queue.Reader.RunningAsync(Stranger, 10, default));
        Assert.Empty(await queue.Reader.FailuresAsync(Stranger, 10, default));
        Assert.Empty(await queue.Reader.WaitingAsync(WaitingBy.Kind, Stranger, 10, default));
        Assert.Null(await queue.Explainer.ExplainAsync(Stranger, running, default));
        for (var id = running; id < running + 7; id++)
        {
            Assert.Equal(CancelResult.NotFound, await queue.Control.CancelAsync(Stranger, id, "mine now", default));
            Assert.Equal(RetryResult.NotFound, await queue.Control.RetryAsync(Stranger, id, default));
            Assert.Equal(MoveResult.NotFound, await queue.Control.MoveAsync(Stranger, id, QueueNames.High, default));
        }

        foreach (var filter in Filters(Tenant))
            Assert.NotEmpty((await queue.Reader.ListAsync(filter, default)).Jobs);
    }

    [Fact]
    public async Task Every_filter_restricts_and_all_of_them_together_whatever_the_state()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        foreach (var state in AllStates)
        {
            var wanted = await queue.AddAsync(state, queue: "high", kind: "wanted", connector: "cnn_1", subject: "fil_1", error: "code", message: "100% of the disk is FULL");
            await queue.AddAsync(state);
            await queue.AddAsync(state, queue: "high", kind: "other", connector: "cnn_2", subject: "fil_2", error: "other", message: "100 of the disk");

            JobFilter[] filters =
            [
                new() { TenantId = Tenant, State = state, Kind = "wanted" },
                new() { TenantId = Tenant, State = state, Queue = "high", Kind = "wanted" },
                new() { TenantId = Tenant, State = state, SubjectId = "fil_1" },
                new() { TenantId = Tenant, State = state, Connector = "cnn_1" },
                new() { TenantId = Tenant, State = state, ErrorCode = "code" },
                new() { TenantId = Tenant, State = state, Text = "0% OF the disk is full" },
                new() { TenantId = Tenant, State = state, Text = "IL_1" },
                new() { TenantId = Tenant, State = state, Queue = "high", Kind = "wanted", SubjectId = "fil_1", Connector = "cnn_1", ErrorCode = "code", Text = "full" },
            ];
            foreach (var filter in filters)
                Assert.Equal((state, wanted), (state, Assert.Single((await queue.Reader.ListAsync(filter, default)).Jobs).Id));
            Assert.Equal(3, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, State = state }, default)).Jobs.Count);
            Assert.Equal(2, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, State = state, Queue = "high" }, default)).Jobs.Count);
            // Whatever leads the way, each of the others still restricts.
            var all = filters[^1];
            foreach (var led in new[] { all, all with { SubjectId = null }, all with { SubjectId = null, ErrorCode = null } })
            {
                JobFilter[] contradictions =
                [
                    led with { Queue = "low" }, led with { Kind = "other" }, led with { Connector = "cnn_2" }, led with { Text = "no such text" },
                    led with { ErrorCode = "other" }, led with { SubjectId = "fil_2" },
                ];
                foreach (var filter in contradictions)
                    Assert.Empty((await queue.Reader.ListAsync(filter, default)).Jobs);
            }
        }

        Assert.Equal(AllStates.Length, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, Kind = "wanted" }, default)).Jobs.Count);
        Assert.Equal(AllStates.Length, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, ErrorCode = "code" }, default)).Jobs.Count);
        Assert.Equal(AllStates.Length, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, SubjectId = "fil_1" }, default)).Jobs.Count);
        Assert.Equal(3 * AllStates.Length, (await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant }, default)).Jobs.Count);
        Assert.Empty((await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, State = "no such state" }, default)).Jobs);
    }

    [Fact]
    public async Task Pages_follow_each_other_by_key_newest_first_without_gap_or_overlap()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        var ids = new List<long>();
        for (var i = 0; i < 28; i++)
            ids.Add(await queue.AddAsync(AllStates[i % AllStates.Length], kind: i % 2 == 0 ? "even" : "odd", connector: "cnn_1", subject: "fil_1", error: "code", message: "why"));

        JobFilter[] filters =
        [
            new() { TenantId = Tenant },
            new() { TenantId = Tenant, Queue = QueueNames.Low },
            new() { TenantId = Tenant, SubjectId = "fil_1" },
            new() { TenantId = Tenant, ErrorCode = "code" },
            new() { TenantId = Tenant, Text = "why" },
        ];
        foreach (var filter in filters)
        {
            var seen = new List<long>();
            var after = (long?)null;
            do
            {
                var page = await queue.Reader.ListAsync(filter with { Limit = 3, AfterId = after }, default);
                Assert.InRange(page.Jobs.Count, 1, 3);
                seen.AddRange(page.Jobs.Select(job => job.Id));
                // What comes in while somebody turns the pages stands before the first.
                await queue.AddAsync(connector: "cnn_1", subject: "fil_1", error: "code", message: "why");
                after = page.NextAfterId;
            }
            while (after is not null);

            Assert.Equal(Enumerable.Reverse(ids), seen.Where(id => id <= ids[^1]));
            Assert.Equal(seen.Distinct(), seen);
        }
    }

    [Fact]
    public async Task A_filter_that_fits_one_of_very_many_finds_it_in_pages_that_each_look_at_a_bounded_number()
    {
        await using var queue = await QueueRows.CreateAsync();
        var needle = await queue.AddAsync(JobStates.Discarded, kind: "hay", message: "the needle");
        await queue.ExecuteAsync("""
            INSERT INTO queue.job (tenant_id, lane, kind, state, place, max_attempts, args, subject_id)
            SELECT 'tnt_a', lane, 'hay', 'available', i, 10, '{}', 'fil_' || i FROM queue.job, generate_series(1, 120000) AS i WHERE error_message IS NOT NULL
            """);
        foreach (var filter in new JobFilter[] { new() { TenantId = Tenant, Text = "needle" }, new() { TenantId = Tenant, Text = "needle", Kind = "hay" } })
        {
            var found = new List<long>();
            var pages = 0;
            var after = (long?)null;
            do
            {
                var page = await queue.Reader.ListAsync(filter with { AfterId = after }, default);
                found.AddRange(page.Jobs.Select(job => job.Id));
                Assert.True(page.NextAfterId is null || after is null || page.NextAfterId < after);
                after = page.NextAfterId;
                pages++;
            }
            while (after is not null);

            Assert.Equal([needle], found);
            Assert.InRange(pages, 2, 6);
        }
    }

    [Fact]
    public async Task Many_lanes_are_merged_by_number_however_unevenly_they_are_filled()
    {
        await using var queue = await QueueRows.CreateAsync();
        var first = await queue.AddAsync(kind: "k", limitKey: "host:0");
        for (var i = 1; i < 40; i++)
            await queue.AddAsync(kind: "k", limitKey: $"host:{i}");
        // The first lane has most of the newest, the others have one or two in between.
        await queue.ExecuteAsync("""
            INSERT INTO queue.job (tenant_id, lane, kind, state, place, max_attempts, args)
            SELECT 'tnt_a', CASE WHEN i % 50 = 0 THEN lane + 1 + i / 50 % 30 ELSE lane END, 'k', 'available', i, 10, '{}'
            FROM (SELECT lane FROM queue.job WHERE id = $1) AS one, generate_series(1, 2000) AS i
            ORDER BY i
            """, first);
        var all = (await queue.ColumnAsync("SELECT id FROM queue.job ORDER BY id DESC")).Select(long.Parse);

        var seen = new List<long>();
        var after = (long?)null;
        do
        {
            var page = await queue.Reader.ListAsync(new JobFilter { TenantId = Tenant, Kind = "k", Limit = 100, AfterId = after }, default);
            seen.AddRange(page.Jobs.Select(job => job.Id));
            after = page.NextAfterId;
        }
        while (after is not null);

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Depth_is_what_could_run_now_and_every_job_is_counted_once()
    {
        await using var queue = await QueueRows.CreateAsync();
        var depths = await queue.Reader.DepthsAsync(default);
        Assert.Equal([QueueNames.High, QueueNames.Low], depths.Select(depth => depth.Queue));
        Assert.All(depths, depth => Assert.Equal((0, 0d), (depth.Depth, depth.OldestAgeSeconds)));

        await queue.AddWorkerAsync();
        await queue.AddAsync();
        await queue.AddAsync(tenant: Stranger, kind: "other");
        await queue.AddAsync(JobStates.Running);
        await queue.AddAsync(JobStates.Scheduled);
        await queue.AddAsync(JobStates.Retryable);
        await queue.AddAsync(JobStates.Retryable, dueIn: TimeSpan.FromSeconds(-1));
        await queue.AddAsync(JobStates.Scheduled, dueIn: TimeSpan.FromSeconds(-90));
        await queue.AddAsync(JobStates.Discarded);
        await queue.AddAsync(JobStates.Completed);
        await queue.AddAsync(queue: QueueNames.High);

        depths = await queue.Reader.DepthsAsync(default);
        Assert.Equal(new QueueDepth(QueueNames.Low, 4, depths[1].OldestAgeSeconds, 1, 1, 1, 1), depths[1]);
        Assert.Equal(new QueueDepth(QueueNames.High, 1, depths[0].OldestAgeSeconds, 0, 0, 0, 0), depths[0]);
        Assert.InRange(depths[1].OldestAgeSeconds, 90, 1000);
    }

    [Fact]
    public async Task The_oldest_is_the_first_in_line_of_any_lane_given_back_ones_included_and_running_ones_not()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync();
        await queue.AddAsync(JobStates.Running, dueIn: TimeSpan.FromHours(-9));
        await queue.AddAsync(dueIn: TimeSpan.FromHours(-1));
        Assert.InRange(await LowAsync(), 3600, 4000);

        await queue.AddAsync(kind: "other", dueIn: TimeSpan.FromHours(-2));
        Assert.InRange(await LowAsync(), 7200, 7600);

        var back = await queue.AddAsync(dueIn: TimeSpan.FromHours(-3));
        await queue.ExecuteAsync("UPDATE queue.job SET place = place - 4611686018427387904 WHERE id = $1", back);
        Assert.InRange(await LowAsync(), 10800, 11200);

        // What lies at or below the floor is taken and gone, whatever a reader with an old view still finds there.
        await queue.ExecuteAsync("DELETE FROM queue.job WHERE id = $1", back);
        await queue.ExecuteAsync("UPDATE queue.lane SET floor = (SELECT max(place) FROM queue.job)");
        Assert.Equal(0, await LowAsync());

        async Task<double> LowAsync() => (await queue.Reader.DepthsAsync(default))[1].OldestAgeSeconds;
    }

    [Fact]
    public async Task What_waits_is_told_by_tenant_kind_and_connector_the_most_first()
    {
        await using var queue = await QueueRows.CreateAsync();
        for (var i = 0; i < 3; i++)
            await queue.AddAsync(kind: "embed", connector: "cnn_1");
        await queue.AddAsync(JobStates.Discarded, kind: "extract");
        await queue.AddAsync(kind: "extract", connector: "cnn_2", queue: QueueNames.High);
        await queue.AddAsync(tenant: Stranger, kind: "extract");
        await queue.AddAsync(JobStates.Completed, kind: "done");

        Assert.Equal([(Tenant, 4), (Stranger, 1)], (await queue.Reader.WaitingAsync(WaitingBy.Tenant, null, 10, default)).Select(group => (group.Name!, group.Depth)));
        Assert.Equal([("embed", 3, 0), ("extract", 2, 1)], (await queue.Reader.WaitingAsync(WaitingBy.Kind, null, 10, default)).Select(group => (group.Name!, group.Depth, group.Discarded)));
        Assert.Equal([("embed", 3, 0), ("extract", 1, 1)], (await queue.Reader.WaitingAsync(WaitingBy.Kind, Tenant, 10, default)).Select(group => (group.Name!, group.Depth, group.Discarded)));
        Assert.Equal([("cnn_1", 3), ("cnn_2", 1), (null, 0)], (await queue.Reader.WaitingAsync(WaitingBy.Connector, Tenant, 10, default)).Select(group => (group.Name, group.Depth)));
        Assert.Single(await queue.Reader.WaitingAsync(WaitingBy.Kind, null, 1, default));
    }

    [Fact]
    public async Task Throughput_and_failure_rate_come_from_folded_minutes_and_from_what_is_not_folded_yet_each_once()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddAsync(kind: "a");
        await queue.ExecuteAsync("""
            INSERT INTO queue.throughput (minute, lane, completed, cancelled, failed, busy_ms)
            SELECT date_trunc('minute', now()) - minutes * interval '1 minute', lane.id, 10, 1, 4, 2000 FROM queue.lane, unnest(ARRAY[0, 1, 300]) AS minutes
            """);
        await queue.ExecuteAsync("INSERT INTO queue.tally_change (lane, completed_attempts, failed_attempts, busy_ms) SELECT id, 3, 1, 500 FROM queue.lane");
        // Folded, and its row not gone yet: counted in the minute above.
        await queue.ExecuteAsync("INSERT INTO queue.tally_change (seq, lane, completed_attempts) SELECT 0, id, 100 FROM queue.lane");

        var (high, low) = ((await Lately(5))[0], (await Lately(5))[1]);
        Assert.Equal((23, 2, 9, 4.5), (low.Completed, low.Cancelled, low.Failed, low.BusySeconds));
        Assert.Equal(9d / 34, low.FailureRate);
        Assert.InRange(low.Seconds, 300, 360);
        Assert.Equal(34 / low.Seconds, low.PerSecond);
        Assert.Equal((0, 0, 0), (high.Completed, high.FailureRate, high.PerSecond));
        Assert.Equal(33, (await Lately(1440))[1].Completed);
        Assert.Equal(0, (await queue.Reader.ThroughputAsync(TimeSpan.FromDays(1), Stranger, default))[1].Completed);
        Assert.Equal(33, (await queue.Reader.ThroughputAsync(TimeSpan.FromDays(1), Tenant, default))[1].Completed);

        Task<IReadOnlyList<QueueThroughput>> Lately(int minutes) => queue.Reader.ThroughputAsync(TimeSpan.FromMinutes(minutes), null, default);
    }

    [Fact]
    public async Task Waiting_work_is_jobs_times_the_mean_of_their_kind_and_unknown_kinds_are_told_apart()
    {
        await using var queue = await QueueRows.CreateAsync();
        for (var i = 0; i < 10; i++)
            await queue.AddAsync(kind: "this-hour");
        await queue.AddAsync(JobStates.Retryable, kind: "other", dueIn: TimeSpan.FromSeconds(-1));
        await queue.AddAsync(kind: "today");
        await queue.AddAsync(kind: "never", queue: QueueNames.High);
        await queue.ExecuteAsync("""
            INSERT INTO queue.throughput (minute, lane, completed, failed, busy_ms)
            SELECT date_trunc('minute', now()) - ago, id, 3, 1, CASE WHEN ago > '1 hour' THEN 9000000 ELSE 8000 END
            FROM queue.lane, unnest(ARRAY['2 minutes', '3 hours']::interval[]) AS ago
            WHERE kind = 'this-hour' OR (kind = 'today' AND ago > '1 hour')
            """);

        // Not folded yet.
        await queue.ExecuteAsync("INSERT INTO queue.tally_change (lane, failed_attempts, busy_ms) SELECT id, 1, 2000 FROM queue.lane WHERE kind = 'other'");

        var work = await queue.Reader.WorkAsync(default);
        Assert.Equal([new QueueWork(QueueNames.High, 0, 1), new QueueWork(QueueNames.Low, 22, 1)], work.Queues);
        Assert.Equal((0, null), (work.Slots, work.SecondsToDrain));

        await queue.AddWorkerAsync("a", slots: 8);
        await queue.AddWorkerAsync("b", slots: 3);
        await queue.AddWorkerAsync("silent", slots: 100, silentFor: TimeSpan.FromMinutes(1));
        await queue.AddWorkerAsync("draining", slots: 100, isDraining: true);
        work = await queue.Reader.WorkAsync(default);
        Assert.Equal((11, 2d), (work.Slots, work.SecondsToDrain));
    }

    [Fact]
    public async Task Workers_show_their_heartbeat_and_what_they_really_hold()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddWorkerAsync("a");
        await queue.AddWorkerAsync("silent", silentFor: TimeSpan.FromMinutes(1));
        await queue.AddWorkerAsync("draining", isDraining: true);
        await queue.AddWorkerAsync("gone");
        await queue.ExecuteAsync("UPDATE queue.worker SET ended_at = now() WHERE id = 'gone'");
        await queue.AddAsync(JobStates.Running, worker: "a");
        var rescued = await queue.AddAsync(JobStates.Running, worker: "a");
        // The claim still names it, the job is somebody else's by now.
        await queue.ExecuteAsync("UPDATE queue.job SET lease = lease + 1000 WHERE id = $1", rescued);

        var workers = (await queue.Reader.WorkersAsync(default)).ToDictionary(worker => worker.Id);
        Assert.Equal(["a", "draining", "silent"], workers.Keys.Order());
        Assert.Equal((true, false, 1, 4), (workers["a"].IsAlive, workers["a"].IsDraining, workers["a"].Running, workers["a"].Slots));
        Assert.Equal(["test-job"], workers["a"].Kinds);
        Assert.True(workers["draining"].IsDraining);
        Assert.False(workers["silent"].IsAlive);
        Assert.InRange(workers["silent"].HeartbeatAgeSeconds, 60, 1000);
    }

    [Fact]
    public async Task Failures_are_the_discarded_and_those_to_be_tried_again_newest_first()
    {
        await using var queue = await QueueRows.CreateAsync();
        await queue.AddAsync(JobStates.Scheduled);
        var retryable = await queue.AddAsync(JobStates.Retryable, error: "code");
        await queue.AddAsync(JobStates.Available);
        var discarded = await queue.AddAsync(JobStates.Discarded, error: "code");
        await queue.AddAsync(JobStates.Cancelled);

        Assert.Equal([discarded, retryable], (await queue.Reader.FailuresAsync(Tenant, 10, default)).Select(job => job.Id));
        Assert.Equal([discarded], (await queue.Reader.FailuresAsync(Tenant, 1, default)).Select(job => job.Id));
    }

    private static readonly string[] AllStates =
        [JobStates.Available, JobStates.Scheduled, JobStates.Running, JobStates.Retryable, JobStates.Completed, JobStates.Cancelled, JobStates.Discarded];

    /// <summary>One for every way to find jobs.</summary>
    private static IEnumerable<JobFilter> Filters(string tenant) =>
    [
        new() { TenantId = tenant },
        new() { TenantId = tenant, Queue = QueueNames.Low },
        new() { TenantId = tenant, Kind = "test-job" },
        new() { TenantId = tenant, Connector = "cnn_1" },
        new() { TenantId = tenant, SubjectId = "fil_1" },
        new() { TenantId = tenant, ErrorCode = "code" },
        new() { TenantId = tenant, Text = "fil" },
        .. AllStates.Select(state => new JobFilter { TenantId = tenant, State = state }),
    ];
}
