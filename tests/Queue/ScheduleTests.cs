using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ScaiDrive.Queue.Scheduling;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Tests;

/// <summary>The database's clock is never faked: a schedule becomes due by shifting its row.</summary>
public sealed class ScheduleTests : IAsyncLifetime
{
    private const string Tenant = QueueUnderTest.Tenant;
    private const string Subject = "fil_scheduled";

    private QueueUnderTest queue = null!;
    private Schedules schedules = null!;
    private DueSchedules due = null!;

    public async Task InitializeAsync()
    {
        queue = await QueueUnderTest.CreateAsync();
        schedules = new Schedules(queue.DataSource, queue.Jobs);
        due = new DueSchedules(queue.DataSource, queue.Jobs, NullLogger.Instance);
    }

    public async Task DisposeAsync() => await queue.DisposeAsync();

    [Fact]
    public async Task A_new_schedule_waits_for_its_first_time()
    {
        var schedule = await CreateAsync();
        Assert.True(PrefixedId.IsWellFormed(schedule.Id, "sch"));
        Assert.Equal((ScheduleStates.Active, null, null), (schedule.State, schedule.LastFireAt, schedule.LastJobId));
        Assert.Equal(schedule.AnchorAt + TimeSpan.FromMinutes(15), schedule.NextFireAt);

        Assert.Equal(0, await due.FireAsync(default));
        Assert.Equal(0, await JobCountAsync());
    }

    [Fact]
    public async Task A_due_schedule_enqueues_its_job_as_it_was_described_and_moves_on()
    {
        var schedule = await CreateAsync(Hourly("described") with
        {
            ArgsJson = """{"text":"hello","page_count":3}""",
            Queue = QueueNames.High,
            Connector = "cnn_1",
            SubjectId = "fil_1",
            LimitKey = "remote",
            MaxAttempts = 4,
        });
        schedule = await ShiftAsync(schedule, intervals: 1);
        var fireTime = schedule.NextFireAt!.Value;

        Assert.Equal(1, await due.FireAsync(default));

        var after = await FindAsync(schedule);
        Assert.Equal(
            $$"""{{TestJob.Kind}} high cnn_1 fil_1 remote 4 available {{schedule.Id}}:{{ScheduleFire.KeyOf(fireTime)}} {"text":"hello","page_count":3}""",
            await queue.ScalarAsync<string>(
                "SELECT concat_ws(' ', kind, queue, connector, subject_id, limit_key, max_attempts, state, unique_key, args) FROM queue.job_row WHERE id = $1",
                after.LastJobId!.Value));
        Assert.Equal((fireTime, fireTime.AddHours(1), ScheduleStates.Active), (after.LastFireAt, after.NextFireAt, after.State));
        Assert.Equal(0, await due.FireAsync(default));
    }

    [Fact]
    public async Task Each_time_fires_once_however_many_workers_look_and_whatever_their_clocks_say()
    {
        const int Count = 60;
        for (var i = 0; i < Count; i++)
            await ShiftAsync(await CreateAsync(Hourly($"s{i}")), intervals: 1);
        var later = await CreateAsync(Hourly("later"));
        TimeSpan[] skews = [TimeSpan.FromHours(-30), TimeSpan.FromSeconds(-7), TimeSpan.Zero, TimeSpan.FromSeconds(9), TimeSpan.FromHours(30)];
        var runners = skews.Select(skew => NewRunner(new SkewedTime(skew))).ToList();

        await Task.WhenAll(runners.Select(runner => runner.StartAsync(default)));
        await QueueUnderTest.UntilAsync(async () => await OverdueCountAsync() == 0);
        // Whoever looked at the moment of a fire looks again before the next one is made due.
        await ShiftAllAsync(intervals: 1, except: later.Id);
        await schedules.CreateAsync(Tenant, Hourly("a word that something changed"), default);
        await QueueUnderTest.UntilAsync(async () => await OverdueCountAsync() == 0);
        await Task.WhenAll(runners.Select(runner => runner.StopAsync(default)));

        // The first job of each is unfinished, and overlap is left out: so one job each, and one fire that was skipped.
        Assert.Equal(Count, await JobCountAsync());
        Assert.Equal(Count, await queue.ScalarAsync<long>("SELECT count(DISTINCT unique_key) FROM queue.job"));
        Assert.Equal(Count, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.schedule WHERE last_skip_reason = 'previous_unfinished'"));
        Assert.Equal((later.NextFireAt, null), ((await FindAsync(later)).NextFireAt, (await FindAsync(later)).LastFireAt));
    }

    [Fact]
    public async Task Workers_that_fire_at_the_same_moment_do_not_fire_the_same_time_twice()
    {
        const int Count = 250;
        for (var i = 0; i < Count; i++)
            await CreateAsync(Hourly($"s{i}") with { Overlap = OverlapPolicies.QueueUp });
        await ShiftAllAsync(intervals: 1);

        var handled = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new DueSchedules(queue.DataSource, queue.Jobs, NullLogger.Instance);
            var sum = 0;
            while (await mine.FireAsync(default) is > 0 and var some)
                sum += some;
            return sum;
        })));

        Assert.Equal((Count, (long)Count), (handled.Sum(), await JobCountAsync()));
        Assert.Equal(Count, await queue.ScalarAsync<long>("SELECT count(DISTINCT unique_key) FROM queue.job"));
    }

    [Fact]
    public async Task A_fire_that_cannot_commit_leaves_neither_a_job_nor_a_moved_time()
    {
        var schedule = await ShiftAsync(await CreateAsync(), intervals: 1);
        await queue.ExecuteAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$;");
        await queue.ExecuteAsync("""
            CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON queue.schedule DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        await Assert.ThrowsAsync<PostgresException>(() => due.FireAsync(default));
        Assert.Equal((0L, schedule.NextFireAt), (await JobCountAsync(), (await FindAsync(schedule)).NextFireAt));

        await queue.ExecuteAsync("DROP TRIGGER refuse ON queue.schedule");
        Assert.Equal((1, 1L), (await due.FireAsync(default), await JobCountAsync()));
    }

    [Theory]
    [InlineData(MisfirePolicies.FireOnce, 1)]
    [InlineData(MisfirePolicies.FireAll, 5)]
    [InlineData(MisfirePolicies.Skip, 0)]
    public async Task Fires_that_were_missed_while_nobody_worked_follow_the_policy(string misfire, int jobs)
    {
        var schedule = await CreateAsync(Hourly("missed") with { Misfire = misfire });
        // Due five hours ago for the first time, half an hour ago for the last.
        schedule = await ShiftAsync(schedule, intervals: 5, extra: TimeSpan.FromMinutes(30));
        Assert.Equal(1, await due.FireAsync(default));

        var after = await FindAsync(schedule);
        var last = schedule.NextFireAt!.Value.AddHours(4);
        Assert.Equal(jobs, await JobCountAsync());
        Assert.Equal(last.AddHours(1), after.NextFireAt);
        Assert.Equal(jobs > 0 ? last : null, after.LastFireAt);
        Assert.Equal(misfire == MisfirePolicies.FireAll ? null : FireSkips.Missed, after.LastSkipReason);
        if (misfire == MisfirePolicies.FireAll)
        {
            Assert.Equal(
                Enumerable.Range(0, 5).Select(i => $"{schedule.Id}:{ScheduleFire.KeyOf(schedule.NextFireAt.Value.AddHours(i))}"),
                await queue.ColumnAsync("SELECT unique_key FROM queue.job ORDER BY id"));
        }
    }

    [Fact]
    public async Task A_fire_is_left_out_while_the_job_of_the_one_before_is_not_finished()
    {
        var schedule = await ShiftAsync(await CreateAsync(), intervals: 1);
        await due.FireAsync(default);
        var first = (await FindAsync(schedule)).LastJobId;
        schedule = await ShiftAsync(schedule, intervals: 1);
        await due.FireAsync(default);

        var after = await FindAsync(schedule);
        Assert.Equal((1L, first, schedule.NextFireAt), (await JobCountAsync(), after.LastJobId, after.LastSkipAt));
        Assert.Equal(FireSkips.PreviousUnfinished, after.LastSkipReason);

        await EndJobsAsync();
        await ShiftAsync(schedule, intervals: 1);
        await due.FireAsync(default);
        Assert.NotEqual(first, (await FindAsync(schedule)).LastJobId);
    }

    [Fact]
    public async Task Jobs_of_a_schedule_that_may_overlap_queue_up()
    {
        var schedule = await CreateAsync(Hourly("overlapping") with { Overlap = OverlapPolicies.QueueUp });
        for (var i = 1; i <= 3; i++)
        {
            await ShiftAsync(schedule, intervals: 1, extra: TimeSpan.FromMinutes(i));
            await due.FireAsync(default);
        }

        Assert.Equal(3, await JobCountAsync());
    }

    [Fact]
    public async Task A_job_from_elsewhere_with_the_same_unique_key_stands_for_the_fire()
    {
        await queue.EnqueueAsync(uniqueKey: "shared");
        var schedule = await ShiftAsync(await CreateAsync(Hourly("sharing") with { UniqueKey = "shared" }), intervals: 1);
        await due.FireAsync(default);

        var after = await FindAsync(schedule);
        Assert.Equal((1L, null, FireSkips.EqualJobUnfinished), (await JobCountAsync(), after.LastJobId, after.LastSkipReason));
        Assert.Equal(schedule.NextFireAt!.Value.AddMinutes(60), after.NextFireAt);
    }

    [Fact]
    public async Task A_schedule_without_a_further_time_ends_with_its_last_fire()
    {
        var schedule = await ShiftAsync(await CreateAsync(), intervals: 1);
        await queue.ExecuteAsync("UPDATE queue.schedule SET end_at = now()");
        await due.FireAsync(default);

        var after = await FindAsync(schedule);
        Assert.Equal((ScheduleStates.Ended, null, schedule.NextFireAt), (after.State, after.NextFireAt, after.LastFireAt));
        Assert.Empty((await schedules.PreviewAsync(Tenant, schedule.Id, 5, default))!);
        Assert.Equal(0, await due.FireAsync(default));
    }

    [Theory]
    [InlineData("0 0 12 30 2 ?", null, "cron")]
    [InlineData("0 0 12 1 1 ? 2020", null, "cron")]
    [InlineData("0 12 * * *", "2020-01-01T00:00:00Z", "end_at")]
    public async Task A_schedule_that_would_never_fire_is_refused(string cron, string? end, string field)
    {
        var timing = new ScheduleTiming { Cron = cron, EndAt = end is null ? null : DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture) };
        var fault = await Assert.ThrowsAsync<InvalidScheduleException>(() => CreateAsync(Hourly("never") with { Timing = timing }));
        Assert.Equal(field, fault.Field);
        Assert.Empty((await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant }, default)).Schedules);
    }

    [Fact]
    public async Task A_definition_that_cannot_work_is_refused_by_the_name_of_its_field()
    {
        var good = Hourly("good");
        foreach (var (bad, field) in new[]
        {
            (good with { Name = " " }, "name"), (good with { Kind = "Not A Kind" }, "kind"), (good with { ArgsJson = "[1]" }, "args"),
            (good with { ArgsJson = "{" }, "args"), (good with { Queue = "urgent" }, "queue"), (good with { MaxAttempts = 0 }, "max_attempts"),
            (good with { Misfire = "ignore" }, "misfire"), (good with { Overlap = "maybe" }, "overlap"),
            (good with { Misfire = MisfirePolicies.FireAll, Overlap = OverlapPolicies.Skip }, "overlap"),
            (good with { MisfireTolerance = TimeSpan.FromDays(2) }, "misfire_tolerance_seconds"), (good with { SubjectId = "" }, "subject_id"),
            (good with { Timing = new ScheduleTiming { Cron = "0 2 * * *", TimeZone = "Mars/Olympus" } }, "time_zone"),
        })
        {
            var fault = await Assert.ThrowsAsync<InvalidScheduleException>(() => CreateAsync(bad));
            Assert.Equal(field, fault.Field);
            Assert.StartsWith(field, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_paused_schedule_drops_what_falls_into_the_pause_and_goes_on_when_resumed()
    {
        var schedule = await CreateAsync();
        var paused = await schedules.PauseAsync(Tenant, schedule.Id, new SchedulePause("ada", "holidays", null), default);
        Assert.Equal((ScheduleStates.Paused, null, new SchedulePause("ada", "holidays", null)), (paused!.State, paused.NextFireAt, paused.Pause));
        Assert.NotNull(paused.PausedAt);
        Assert.Equal(3, (await schedules.PreviewAsync(Tenant, schedule.Id, 3, default))!.Count);

        // The pause lasts for many intervals.
        await queue.ExecuteAsync("UPDATE queue.schedule SET anchor_at = anchor_at - 100 * every");
        Assert.Equal(0, await due.FireAsync(default));
        var resumed = await schedules.ResumeAsync(Tenant, schedule.Id, default);
        Assert.Equal((ScheduleStates.Active, schedule.NextFireAt, null), (resumed!.State, resumed.NextFireAt, resumed.Pause));
        Assert.Equal(0, await due.FireAsync(default));
    }

    [Fact]
    public async Task A_pause_with_an_end_ends_by_itself_and_the_first_fire_after_it_is_the_next()
    {
        var schedule = await CreateAsync();
        var until = schedule.NextFireAt!.Value.AddMinutes(20);
        var paused = await schedules.PauseAsync(Tenant, schedule.Id, new SchedulePause("ada", null, until), default);
        Assert.Equal((ScheduleStates.Paused, schedule.NextFireAt.Value.AddMinutes(30)), (paused!.State, paused.NextFireAt));
        await queue.ExecuteAsync("UPDATE queue.schedule SET next_fire_at = now()");
        Assert.Equal(0, await due.FireAsync(default));

        await queue.ExecuteAsync("UPDATE queue.schedule SET paused_until = now()");
        Assert.Equal((ScheduleStates.Active, null), ((await FindAsync(schedule)).State, (await FindAsync(schedule)).Pause));
        Assert.Equal(1, await due.FireAsync(default));
        Assert.Equal(1, await JobCountAsync());
        Assert.Equal(1, await queue.ScalarAsync<long>("SELECT count(*) FROM queue.schedule WHERE paused_at IS NULL AND paused_by IS NULL"));
    }

    [Fact]
    public async Task A_pause_cannot_end_in_the_past()
    {
        var schedule = await CreateAsync();
        var fault = await Assert.ThrowsAsync<InvalidScheduleException>(
            () => schedules.PauseAsync(Tenant, schedule.Id, new SchedulePause("ada", null, DateTimeOffset.UnixEpoch), default));
        Assert.Equal("until", fault.Field);
    }

    [Fact]
    public async Task Running_now_is_a_fire_besides_and_waits_for_none_before_it()
    {
        var schedule = await CreateAsync();
        var first = await schedules.RunNowAsync(Tenant, schedule.Id, default);
        var after = await FindAsync(schedule);
        Assert.Equal((first!.JobId, schedule.NextFireAt, null), (after.LastJobId, after.NextFireAt, after.LastFireAt));

        Assert.Equal(new RunNowResult(null, FireSkips.PreviousUnfinished), await schedules.RunNowAsync(Tenant, schedule.Id, default));
        await ShiftAsync(schedule, intervals: 1);
        await due.FireAsync(default);
        Assert.Equal(FireSkips.PreviousUnfinished, (await FindAsync(schedule)).LastSkipReason);

        await EndJobsAsync();
        Assert.NotNull((await schedules.RunNowAsync(Tenant, schedule.Id, default))!.JobId);
    }

    [Fact]
    public async Task A_schedule_of_another_tenant_does_not_exist()
    {
        var schedule = await CreateAsync();
        const string Other = "tnt_b";
        Assert.Null(await schedules.FindAsync(Other, schedule.Id, default));
        Assert.Null(await schedules.UpdateAsync(Other, schedule.Id, definition => definition, default));
        Assert.Null(await schedules.PauseAsync(Other, schedule.Id, new SchedulePause("eve", null, null), default));
        Assert.Null(await schedules.ResumeAsync(Other, schedule.Id, default));
        Assert.Null(await schedules.RunNowAsync(Other, schedule.Id, default));
        Assert.Null(await schedules.PreviewAsync(Other, schedule.Id, 5, default));
        Assert.False(await schedules.DeleteAsync(Other, schedule.Id, default));
        Assert.Empty((await schedules.ListAsync(new ScheduleFilter { TenantId = Other }, default)).Schedules);
        Assert.Equal(schedule with { }, await FindAsync(schedule));

        await schedules.CreateAsync(Other, Hourly("nightly"), default);
        await CreateAsync(Hourly("nightly"));
    }

    [Fact]
    public async Task Two_schedules_of_a_tenant_do_not_share_a_name()
    {
        await CreateAsync(Hourly("one"));
        var two = await CreateAsync(Hourly("two"));
        var created = await Assert.ThrowsAsync<ScheduleConflictException>(() => CreateAsync(Hourly("one")));
        var renamed = await Assert.ThrowsAsync<ScheduleConflictException>(
            () => schedules.UpdateAsync(Tenant, two.Id, definition => definition with { Name = "one" }, default));
        Assert.Equal((ScheduleConflictException.NameTaken, ScheduleConflictException.NameTaken), (created.Code, renamed.Code));
    }

    [Fact]
    public async Task Another_definition_keeps_the_next_fire_and_another_timing_counts_from_the_last()
    {
        var schedule = await ShiftAsync(await CreateAsync(Hourly("changing")), intervals: 1, extra: TimeSpan.FromMinutes(20));
        await due.FireAsync(default);
        var fired = await FindAsync(schedule);

        var renamed = await schedules.UpdateAsync(
            Tenant, schedule.Id, definition => definition with { Name = "changed", ArgsJson = """{"text":"other"}""" }, default);
        Assert.Equal(("changed", """{"text":"other"}""", fired.NextFireAt), (renamed!.Definition.Name, renamed.Definition.ArgsJson, renamed.NextFireAt));

        var faster = await schedules.UpdateAsync(Tenant, schedule.Id, definition => definition with { Timing = Every(45) }, default);
        Assert.Equal(fired.LastFireAt!.Value.AddMinutes(45), faster!.NextFireAt);
        var daily = await schedules.UpdateAsync(
            Tenant, schedule.Id, definition => definition with { Timing = new ScheduleTiming { Cron = "0 12 * * *", TimeZone = "Europe/Berlin" } }, default);
        Assert.Equal(("Europe/Berlin", null), (daily!.Definition.Timing.TimeZone, daily.Definition.Timing.Every));
        Assert.Equal(12, TimeZoneInfo.ConvertTime(daily.NextFireAt!.Value, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).Hour);
    }

    [Fact]
    public async Task The_preview_tells_the_coming_fires_and_stops_at_the_end()
    {
        var schedule = await CreateAsync();
        var end = schedule.NextFireAt!.Value.AddMinutes(30);
        schedule = (await schedules.UpdateAsync(Tenant, schedule.Id, definition => definition with { Timing = definition.Timing with { EndAt = end } }, default))!;
        Assert.Equal([schedule.NextFireAt!.Value, schedule.NextFireAt.Value.AddMinutes(15)], await schedules.PreviewAsync(Tenant, schedule.Id, 10, default));
        Assert.Equal(7, (await schedules.PreviewAsync(new ScheduleTiming { Cron = "0 12 * * *" }, 7, default)).Count);
    }

    [Fact]
    public async Task Schedules_come_newest_first_in_pages_by_key()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await CreateAsync(Hourly($"s{i}") with { Kind = i == 2 ? "other-job" : TestJob.Kind })).Id);
        ids.Reverse();

        var first = await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant, Limit = 2 }, default);
        var second = await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant, Limit = 3, AfterId = first.NextAfterId }, default);
        Assert.Equal(ids, first.Schedules.Concat(second.Schedules).Select(schedule => schedule.Id));
        Assert.Null(second.NextAfterId);

        var others = await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant, Kind = "other-job", State = ScheduleStates.Active }, default);
        Assert.Equal(ids[2], Assert.Single(others.Schedules).Id);
        Assert.Empty((await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant, State = ScheduleStates.Paused }, default)).Schedules);
    }

    [Fact]
    public async Task An_owner_has_one_schedule_that_people_cannot_change()
    {
        var schedule = await UpsertAsync("cnn_1", Hourly("owned"));
        Assert.Equal(schedule, await UpsertAsync("cnn_1", Hourly("owned")));

        foreach (var change in new Func<Task>[]
        {
            () => schedules.UpdateAsync(Tenant, schedule.Id, definition => definition, default),
            () => schedules.PauseAsync(Tenant, schedule.Id, new SchedulePause("ada", null, null), default),
            () => schedules.ResumeAsync(Tenant, schedule.Id, default),
            () => schedules.DeleteAsync(Tenant, schedule.Id, default),
        })
        {
            var refused = await Assert.ThrowsAsync<ScheduleConflictException>(change);
            Assert.Equal(ScheduleConflictException.Owned, refused.Code);
            Assert.Contains("cnn_1", refused.Message, StringComparison.Ordinal);
        }

        Assert.NotNull((await schedules.RunNowAsync(Tenant, schedule.Id, default))!.JobId);
        Assert.True(await queue.InTransactionAsync(transaction => schedules.DeleteOwnedAsync(transaction, Tenant, "cnn_1", default)));
        Assert.Null(await schedules.FindAsync(Tenant, schedule.Id, default));
    }

    [Fact]
    public async Task Bringing_an_owners_schedule_in_line_does_not_swallow_a_fire_that_is_overdue()
    {
        var schedule = await ShiftAsync(await UpsertAsync("cnn_1", Hourly("owned")), intervals: 3);
        Assert.Equal(schedule.NextFireAt, (await UpsertAsync("cnn_1", Hourly("renamed"))).NextFireAt);

        Assert.Equal(ScheduleStates.Paused, (await UpsertAsync("cnn_1", Hourly("renamed"), new SchedulePause("connector", "paused", null))).State);
        Assert.Equal(0, await due.FireAsync(default));
        Assert.Equal(ScheduleStates.Active, (await UpsertAsync("cnn_1", Hourly("renamed"))).State);
        Assert.Equal(0, await due.FireAsync(default));
    }

    [Fact]
    public async Task A_new_schedule_that_might_have_fired_before_is_due_at_once()
    {
        var since = DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(since.AddHours(1), (await UpsertAsync("cnn_1", Hourly("old"), since: since)).NextFireAt);
        Assert.Null((await UpsertAsync("cnn_2", Hourly("paused"), new SchedulePause("ada", null, null), since)).NextFireAt);
        Assert.Equal(1, await due.FireAsync(default));
        Assert.Equal(1, await JobCountAsync());
    }

    [Fact]
    public async Task Two_that_set_an_owners_schedule_up_at_once_leave_one()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => UpsertAsync("cnn_1", Hourly("owned")))));
        Assert.Single(made.Select(schedule => schedule.Id).Distinct());
    }

    [Fact]
    public async Task A_schedule_exists_when_its_transaction_commits_and_not_before()
    {
        await using (var connection = await queue.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await schedules.CreateAsync(transaction, Tenant, Hourly("rolled back"), default);
            await transaction.RollbackAsync();
        }

        Assert.Empty((await schedules.ListAsync(new ScheduleFilter { TenantId = Tenant }, default)).Schedules);
    }

    [Fact]
    public async Task One_schedule_that_cannot_be_read_any_more_does_not_hold_up_the_others()
    {
        var broken = await CreateAsync(Hourly("broken"));
        var sound = await CreateAsync(Hourly("sound"));
        await ShiftAllAsync(intervals: 1);
        await queue.ExecuteAsync("UPDATE queue.schedule SET every = NULL, cron = '0 2 * * *', time_zone = 'Europe/Atlantis' WHERE id = $1", broken.Id);
        await FireAllAsync();

        Assert.Equal((1L, 0), (await JobCountAsync(), await due.FireAsync(default)));
        Assert.NotNull((await FindAsync(sound)).LastJobId);
        Assert.Contains("Europe/Atlantis", (await FindAsync(broken)).Fault, StringComparison.Ordinal);

        // Its time stays, and it is tried again.
        await queue.ExecuteAsync("UPDATE queue.schedule SET time_zone = 'Europe/Berlin', fault_until = now() WHERE id = $1", broken.Id);
        await FireAllAsync();
        Assert.Equal((2L, null), (await JobCountAsync(), (await FindAsync(broken)).Fault));
    }

    [Fact]
    public async Task One_schedule_whose_job_is_refused_does_not_hold_up_the_others()
    {
        await CreateAsync(Hourly("broken"));
        for (var i = 0; i < 3; i++)
            await CreateAsync(Hourly($"sound{i}"));
        await ShiftAllAsync(intervals: 1);
        await queue.ExecuteAsync("UPDATE queue.schedule SET max_attempts = 2000 WHERE name = 'broken'");
        await FireAllAsync();
        Assert.Equal(["sound0", "sound1", "sound2"], await queue.ColumnAsync("SELECT name FROM queue.schedule WHERE last_job_id IS NOT NULL ORDER BY name"));
        Assert.Equal(["broken"], await queue.ColumnAsync("SELECT name FROM queue.schedule WHERE fault LIKE '%2000%' AND next_fire_at < now()"));
    }

    [Fact]
    public async Task A_runner_hears_of_a_schedule_that_is_due_sooner_than_it_meant_to_wake()
    {
        // Its time stands still: only the notification can wake it.
        var runner = NewRunner(new FakeTimeProvider());
        await runner.StartAsync(default);
        await QueueUnderTest.UntilAsync(async () => await ListenersAsync() > 0);
        await queue.InTransactionAsync(async transaction =>
        {
            var schedule = await schedules.CreateAsync(transaction, Tenant, Hourly("sudden"), default);
            await using var shift = new NpgsqlCommand("UPDATE queue.schedule SET next_fire_at = now()", transaction.Connection, transaction);
            await shift.ExecuteNonQueryAsync();
            return schedule;
        });
        await QueueUnderTest.UntilAsync(async () => await JobCountAsync() == 1);
        await runner.StopAsync(default);
    }

    [Fact]
    public async Task A_runner_finds_what_no_notification_told_it_when_its_pause_is_over()
    {
        var time = new FakeTimeProvider();
        var runner = NewRunner(time);
        await CreateAsync(Hourly("far away") with { Timing = new ScheduleTiming { Every = TimeSpan.FromDays(3650) } });
        await runner.StartAsync(default);
        await QueueUnderTest.UntilAsync(async () => await ListenersAsync() > 0);
        await queue.ExecuteAsync("UPDATE queue.schedule SET next_fire_at = now()");
        await QueueUnderTest.UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(20));
            return await JobCountAsync() == 1;
        });
        await runner.StopAsync(default);
    }

    [Fact]
    public async Task The_pause_of_a_runner_is_what_the_databases_clock_says()
    {
        Assert.Equal((false, null), await due.LookAheadAsync(default));
        await CreateAsync();
        var (isOverdue, untilNext) = await due.LookAheadAsync(default);
        Assert.False(isOverdue);
        Assert.InRange(untilNext!.Value, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));

        await ShiftAllAsync(intervals: 1);
        Assert.True((await due.LookAheadAsync(default)).IsOverdue);
    }

    [Fact]
    public async Task A_worker_fires_schedules_and_runs_their_jobs()
    {
        var done = new Happening();
        await ShiftAsync(await CreateAsync(), intervals: 1);
        await queue.StartWorkerAsync((args, _, _) =>
        {
            done.Set();
            return Task.FromResult<JobOutcome>(new JobOutcome.Completed());
        });
        var runner = NewRunner(TimeProvider.System);
        await runner.StartAsync(default);
        await done.Async;
        await runner.StopAsync(default);
    }

    private static ScheduleTiming Every(int minutes) => new() { Every = TimeSpan.FromMinutes(minutes) };

    private static ScheduleDefinition Hourly(string name) => ScheduleDefinition.Of(name, new TestJob(), Every(60)) with { SubjectId = Subject };

    private Task<Schedule> CreateAsync(ScheduleDefinition? definition = null) =>
        schedules.CreateAsync(Tenant, definition ?? Hourly("quarterly") with { Timing = Every(15) }, default);

    private Task<Schedule> UpsertAsync(string owner, ScheduleDefinition definition, SchedulePause? pause = null, DateTimeOffset? since = null) =>
        queue.InTransactionAsync(transaction => schedules.UpsertAsync(transaction, Tenant, owner, definition, pause, since, default));

    private async Task<Schedule> FindAsync(Schedule schedule) => (await schedules.FindAsync(schedule.TenantId, schedule.Id, default))!;

    /// <summary>Makes it as if so much time had passed.</summary>
    private async Task<Schedule> ShiftAsync(Schedule schedule, int intervals, TimeSpan extra = default)
    {
        await queue.ExecuteAsync(
            "UPDATE queue.schedule SET next_fire_at = next_fire_at - $2 * every - $3, anchor_at = anchor_at - $2 * every - $3 WHERE id = $1", schedule.Id, intervals, extra);
        return await FindAsync(schedule);
    }

    private Task ShiftAllAsync(int intervals, string except = "") => queue.ExecuteAsync(
        "UPDATE queue.schedule SET next_fire_at = next_fire_at - $1 * every, anchor_at = anchor_at - $1 * every WHERE id <> $2", intervals, except);

    private async Task FireAllAsync()
    {
        while (await due.FireAsync(default) > 0)
        {
        }
    }

    private Task<int> EndJobsAsync() => queue.InTransactionAsync(
        transaction => queue.Jobs.CancelBySubjectsAsync(transaction, Tenant, [Subject], [TestJob.Kind], "not_needed", "Not needed.", null, default));

    private Task<long> JobCountAsync() => queue.ScalarAsync<long>("SELECT count(*) FROM queue.job_row");

    private Task<long> OverdueCountAsync() => queue.ScalarAsync<long>("SELECT count(*) FROM queue.schedule WHERE next_fire_at <= now()");

    private Task<long> ListenersAsync() => queue.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN \"queue_schedule\"%' AND state = 'idle'");

    private ScheduleRunner NewRunner(TimeProvider time) => new(
        queue.DataSource,
        queue.Jobs,
        new NotificationListener(queue.DataSource, time, NullLogger<NotificationListener>.Instance),
        time,
        NullLogger<ScheduleRunner>.Instance);

    /// <summary>A clock that is wrong, and runs.</summary>
    private sealed class SkewedTime(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
    }
}
