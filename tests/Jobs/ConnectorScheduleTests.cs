using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs.Tests;

/// <summary>Runs of connectors come from schedules. The database's clock is never faked: their rows are shifted instead.</summary>
public sealed class ConnectorScheduleTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scaidrive-source-");
    private Fleet fleet = null!;

    public async Task InitializeAsync() => fleet = await Fleet.CreateAsync(folder.FullName);

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_connector_owns_one_schedule_of_its_interval_that_waits_one_interval()
    {
        var connector = await CreateAsync();
        var schedule = await OnlyScheduleAsync();
        Assert.Equal(connector.Id, schedule.OwnerId);
        Assert.Equal((SyncConnector.Kind, connector.Id, QueueNames.Low), (schedule.Definition.Kind, schedule.Definition.Connector, schedule.Definition.Queue));
        Assert.Equal(TimeSpan.FromMinutes(15), schedule.Definition.Timing.Every);
        Assert.InRange(schedule.NextFireAt!.Value, connector.CreatedAt.AddMinutes(14), connector.CreatedAt.AddMinutes(15));

        // The key keeps the schedule's runs from overlapping with those that somebody else asks for.
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        Assert.Equal(schedule.Definition.UniqueKey, Assert.Single(await fleet.ColumnAsync("SELECT unique_key FROM queue.job")));
        Assert.Equal(FireSkips.EqualJobUnfinished, (await fleet.Get<Schedules>().RunNowAsync(Fleet.Tenant, schedule.Id, default))!.Refusal);
    }

    [Fact]
    public async Task The_schedule_exists_if_and_only_if_the_connector_does()
    {
        await using (var connection = await fleet.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await fleet.Get<ConnectorStore>().CreateAsync(transaction, Fleet.Tenant, fleet.FolderAt(folder.FullName), default);
            await transaction.RollbackAsync();
        }

        Assert.Empty(await SchedulesAsync());
        var connector = await CreateAsync();
        await ChangeAsync((store, transaction) => store.DeleteAsync(transaction, Fleet.Tenant, connector.Id, default));
        Assert.Empty(await SchedulesAsync());
    }

    [Fact]
    public async Task The_schedule_follows_the_interval_and_the_pause_of_its_connector()
    {
        var connector = await CreateAsync();
        var first = await OnlyScheduleAsync();
        await ChangeAsync((store, transaction) => store.UpdateAsync(transaction, connector with { SyncIntervalMinutes = 60, Name = "Renamed" }, default));
        var slower = await OnlyScheduleAsync();
        Assert.Equal((first.Id, TimeSpan.FromMinutes(60), first.NextFireAt!.Value.AddMinutes(45)), (slower.Id, slower.Definition.Timing.Every, slower.NextFireAt));

        await ChangeAsync((store, transaction) => store.PauseAsync(transaction, Fleet.Tenant, connector.Id, "maintenance", default));
        var paused = await OnlyScheduleAsync();
        Assert.Equal((ScheduleStates.Paused, "maintenance", null), (paused.State, paused.Pause?.Reason, paused.NextFireAt));

        await ChangeAsync((store, transaction) => store.ResumeAsync(transaction, Fleet.Tenant, connector.Id, default));
        Assert.Equal((ScheduleStates.Active, slower.NextFireAt), ((await OnlyScheduleAsync()).State, (await OnlyScheduleAsync()).NextFireAt));
    }

    [Theory]
    [InlineData("SELECT", false)]
    [InlineData("UPDATE connectors.connector SET last_sync_at = now() - interval '14 minutes', created_at = created_at - interval '1 day'", false)]
    [InlineData("UPDATE connectors.connector SET last_sync_at = now() - interval '15 minutes'", true)]
    [InlineData("UPDATE connectors.connector SET created_at = created_at - interval '15 minutes'", true)]
    [InlineData("INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status) SELECT tenant_id, 'run_1', id, 'manual', 'running' FROM connectors.connector", true)]
    public async Task A_connector_that_is_resumed_makes_up_for_the_run_that_its_pause_kept_it_from(string meanwhile, bool isMadeUpFor)
    {
        var connector = await CreateAsync();
        var (admin, caller) = (fleet.Get<ConnectorAdmin>(), new Caller(Fleet.Tenant, DriveStore.LocalUserId, IsAdmin: true));
        await admin.PauseAsync(caller, connector.Id, "maintenance", default);
        await fleet.SqlAsync(meanwhile);
        await admin.ResumeAsync(caller, connector.Id, default);
        Assert.Equal(isMadeUpFor ? ["schedule"] : [], await fleet.ColumnAsync("SELECT args ->> 'trigger' FROM queue.job"));
    }

    [Fact]
    public async Task A_connector_that_was_due_while_all_workers_were_down_runs_once()
    {
        var connector = await CreateAsync();
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        await fleet.SqlAsync("UPDATE queue.schedule SET next_fire_at = next_fire_at - 100 * every, anchor_at = anchor_at - 100 * every");
        await fleet.StartAsync();
        await FiredAsync();
        await fleet.SettleAsync();

        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));
        var run = Assert.Single(await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default));
        Assert.Equal(("schedule", "completed"), (run.Trigger, run.Status));
        Assert.Equal(ScheduleStates.Active, (await OnlyScheduleAsync()).State);
    }

    [Fact]
    public async Task A_connector_without_a_schedule_gets_one_at_start_and_runs_at_once_when_its_interval_has_passed()
    {
        var connector = await CreateAsync();
        await fleet.SqlAsync("DELETE FROM queue.schedule; UPDATE connectors.connector SET created_at = created_at - interval '3 hours'");
        await fleet.StartAsync();
        await FiredAsync();
        await fleet.SettleAsync();

        Assert.Single(await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default));
        Assert.Equal(connector.Id, (await OnlyScheduleAsync()).OwnerId);
    }

    [Fact]
    public async Task The_start_leaves_a_schedule_that_is_in_step_as_it_is()
    {
        await CreateAsync();
        var before = await OnlyScheduleAsync();
        var repair = new ConnectorScheduleRepair(
            fleet.DataSource, fleet.Get<ConnectorStore>(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ConnectorScheduleRepair>.Instance);
        await repair.RepairAsync(default);
        Assert.Equal(before, await OnlyScheduleAsync());
    }

    [Fact]
    public async Task A_schedule_whose_connector_went_without_it_goes_with_its_next_run()
    {
        await CreateAsync();
        await fleet.SqlAsync("DELETE FROM connectors.connector; UPDATE queue.schedule SET next_fire_at = now()");
        await fleet.StartAsync();
        await UntilAsync(async () => (await SchedulesAsync()).Count == 0);
    }

    private Task FiredAsync() => UntilAsync(async () => (await SchedulesAsync()).SingleOrDefault()?.LastFireAt is not null);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    private async Task<IReadOnlyList<Schedule>> SchedulesAsync() =>
        (await fleet.Get<Schedules>().ListAsync(new ScheduleFilter { TenantId = Fleet.Tenant }, default)).Schedules;

    private async Task<Schedule> OnlyScheduleAsync() => Assert.Single(await SchedulesAsync());

    private Task<Connector> CreateAsync() => fleet.ConnectAsync(fleet.FolderAt(folder.FullName));

    private async Task ChangeAsync(Func<ConnectorStore, NpgsqlTransaction, Task<bool>> change) => Assert.True(await fleet.InConnectorsAsync(change));
}
