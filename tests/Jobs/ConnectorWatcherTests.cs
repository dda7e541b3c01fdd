using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;

namespace ScaiDrive.Jobs.Tests;

public sealed class ConnectorWatcherTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scaidrive-source-");
    private readonly TellingFolder type = new();
    private Fleet fleet = null!;

    public async Task InitializeAsync()
    {
        type.Root = folder.FullName;
        fleet = await Fleet.CreateAsync(folder.FullName, services => services.AddSingleton<IConnectorType>(type));
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_a_source_tells_of_is_found_without_the_schedule()
    {
        var connector = await CreateAsync();
        await fleet.StartAsync();
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));

        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        type.Tell(new SyncScope("", IsRecursive: false));

        await Fleet.UntilAsync(async () => (await fleet.FindAsync("narwhal")).SequenceEqual(["a.txt"]));
        await fleet.SettleAsync();
        var run = Assert.Single(await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default));
        Assert.Equal((ConnectorRuns.Change, "completed"), (run.Trigger, run.Status));
        Assert.Equal([new SyncScope("", false)], run.Scope);
        Assert.Equal(["high"], await fleet.ColumnAsync("SELECT DISTINCT queue FROM queue.job_row WHERE kind IN ('sync-connector', 'extract-text', 'index-text')"));
        Assert.Empty(await fleet.Get<ConnectorStore>().HintsAsync(Fleet.Tenant, connector.Id, default));
    }

    [Fact]
    public async Task What_is_told_of_during_a_run_is_looked_at_by_another()
    {
        var connector = await CreateAsync();
        // Unfinished: nobody works on it yet.
        Assert.NotNull(await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default));
        using var stop = new CancellationTokenSource();
        var watch = fleet.Get<ConnectorWatch>().RunAsync(new WatchedConnector(Fleet.Tenant, connector.Id, connector.UpdatedAt), stop.Token);
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));
        type.Tell(new SyncScope("deep", IsRecursive: true));
        await Fleet.UntilAsync(async () => (await fleet.Get<ConnectorStore>().HintsAsync(Fleet.Tenant, connector.Id, default)).Count == 1);
        Assert.Equal(["manual"], await TriggersAsync());

        await fleet.SqlAsync("DELETE FROM queue.job");
        await Fleet.UntilAsync(async () => (await TriggersAsync()).SequenceEqual(["change"]));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task What_a_run_leaves_is_looked_at_by_another_and_everything_not_more_often_than_admitted()
    {
        var connector = await CreateAsync();
        await fleet.SqlAsync("UPDATE connectors.connector SET last_sync_at = now()");
        var store = fleet.Get<ConnectorStore>();
        using var stop = new CancellationTokenSource();
        var watch = fleet.Get<ConnectorWatch>().RunAsync(new WatchedConnector(Fleet.Tenant, connector.Id, connector.UpdatedAt), stop.Token);
        // The look at everything that every watch begins with.
        await Fleet.UntilAsync(async () => (await WantedAsync()).SequenceEqual(["true low"]));
        await fleet.SqlAsync("DELETE FROM connectors.hint; DELETE FROM queue.job");

        var part = new SyncScope("deep", IsRecursive: true);
        await store.AddHintsAsync(Fleet.Tenant, connector.Id, [SyncScope.All, part], default);

        await Fleet.UntilAsync(async () => (await WantedAsync()).SequenceEqual(["true high"]));
        Assert.Equal([part], await store.HintsAsync(Fleet.Tenant, connector.Id, default));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task What_a_run_gives_back_because_it_failed_waits_for_a_change_or_the_schedule()
    {
        var connector = await CreateAsync();
        var watch = fleet.Get<ConnectorWatch>();
        Assert.False(await watch.HasLeftHintsAsync(connector, default));
        await fleet.Get<ConnectorStore>().AddHintsAsync(Fleet.Tenant, connector.Id, [new SyncScope("deep", IsRecursive: true)], default);
        Assert.True(await watch.HasLeftHintsAsync(connector, default));

        await fleet.SqlAsync($"""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, error_code, finished_at)
            VALUES ('{Fleet.Tenant}', 'run_1', '{connector.Id}', 'change', 'failed', '{ConnectorCodes.MassDelete}', now())
            """);
        Assert.False(await watch.HasLeftHintsAsync(connector, default));
    }

    [Fact]
    public async Task A_connection_that_was_lost_asks_for_everything_when_it_is_back()
    {
        var connector = await CreateAsync();
        await fleet.StartAsync();
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        await fleet.SettleAsync();

        type.Lose();
        await Fleet.UntilAsync(() => Task.FromResult(type.Begun == 2));
        await Fleet.UntilAsync(async () => (await RunsAsync(connector)).Contains((ConnectorRuns.Change, true)));
        await fleet.SettleAsync();
        Assert.Contains("low", await fleet.ColumnAsync("SELECT queue FROM queue.job_row WHERE kind = 'sync-connector' AND args ->> 'trigger' = 'change'"));
    }

    [Fact]
    public async Task One_worker_watches_a_connector_and_another_takes_over_when_it_is_gone()
    {
        await CreateAsync();
        using var first = Watcher();
        using var second = Watcher();
        await using var held = new WatcherLocks(fleet.DataSource);
        await using var taken = new WatcherLocks(fleet.DataSource);
        await first.LookAsync(held, default);
        await second.LookAsync(taken, default);
        await Fleet.UntilAsync(() => Task.FromResult(type.Begun == 1));
        await second.LookAsync(taken, default);
        Assert.Equal(1, type.Begun);

        await held.DisposeAsync();
        await second.LookAsync(taken, default);
        await Fleet.UntilAsync(() => Task.FromResult(type.Begun == 2));
        await first.EndAllAsync();
        await second.EndAllAsync();
        Assert.Equal(0, type.Watching);
    }

    [Fact]
    public async Task A_connector_that_is_paused_changed_or_deleted_is_followed()
    {
        var connector = await CreateAsync();
        using var watcher = Watcher();
        await using var locks = new WatcherLocks(fleet.DataSource);
        await watcher.LookAsync(locks, default);
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));

        await ChangeAsync((store, transaction) => store.PauseAsync(transaction, Fleet.Tenant, connector.Id, "maintenance", default));
        await watcher.LookAsync(locks, default);
        Assert.Equal(0, type.Watching);
        await ChangeAsync((store, transaction) => store.ResumeAsync(transaction, Fleet.Tenant, connector.Id, default));
        await watcher.LookAsync(locks, default);
        await Fleet.UntilAsync(() => Task.FromResult(type.Begun == 2));

        await ChangeAsync((store, transaction) => store.SetSecretAsync(transaction, Fleet.Tenant, connector.Id, "new", default));
        await watcher.LookAsync(locks, default);
        await Fleet.UntilAsync(() => Task.FromResult(type.Begun == 3));
        await ChangeAsync((store, transaction) => store.UpdateAsync(transaction, connector with { Rules = new SyncRules { WatchForChanges = false } }, default));
        await watcher.LookAsync(locks, default);
        Assert.Equal(0, type.Watching);
        await ChangeAsync((store, transaction) => store.DeleteAsync(transaction, Fleet.Tenant, connector.Id, default));
        await watcher.LookAsync(locks, default);
        Assert.Equal((0, 3), (type.Watching, type.Begun));
    }

    [Fact]
    public async Task A_password_that_is_refused_is_not_tried_again_before_something_changed()
    {
        var connector = await CreateAsync();
        type.Refusal = new ConnectorException(ConnectorCodes.AuthenticationFailed, "The password is wrong.");
        var clock = new HastyClock();
        var watch = new ConnectorWatch(
            fleet.Get<ConnectorStore>(), fleet.Get<ConnectorSources>(), fleet.Get<ConnectorRuns>(), new JobsOptions(), clock, NullLogger<ConnectorWatch>.Instance);
        using var stop = new CancellationTokenSource();
        var watching = watch.RunAsync(new WatchedConnector(Fleet.Tenant, connector.Id, connector.UpdatedAt), stop.Token);
        await Fleet.UntilAsync(() => Task.FromResult(clock.Waits >= 20));
        Assert.Equal(1, type.Opened);

        // A run got through.
        type.Refusal = null;
        await fleet.SqlAsync("UPDATE connectors.connector SET last_sync_at = now()");
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task A_connector_whose_last_run_was_refused_is_watched_when_it_was_changed_since()
    {
        var connector = await CreateAsync();
        var overview = fleet.Get<ConnectorOverview>();
        Assert.Single(await overview.WatchedAsync([TellingFolder.TypeName], default));
        await fleet.SqlAsync($"""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, error_code, finished_at)
            VALUES ('{Fleet.Tenant}', 'run_1', '{connector.Id}', 'schedule', 'failed', '{ConnectorCodes.PasswordExpired}', now())
            """);
        Assert.Empty(await overview.WatchedAsync([TellingFolder.TypeName], default));
        await ChangeAsync((store, transaction) => store.SetSecretAsync(transaction, Fleet.Tenant, connector.Id, "new", default));
        Assert.Single(await overview.WatchedAsync([TellingFolder.TypeName], default));
    }

    [Fact]
    public async Task A_source_that_always_tells_of_something_is_looked_at_as_a_whole_in_its_interval()
    {
        var connector = await CreateAsync();
        await fleet.SqlAsync("UPDATE connectors.connector SET last_sync_at = now() - interval '1 hour'");
        using var stop = new CancellationTokenSource();
        var watch = fleet.Get<ConnectorWatch>().RunAsync(new WatchedConnector(Fleet.Tenant, connector.Id, connector.UpdatedAt), stop.Token);
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));
        type.Tell(new SyncScope("deep", IsRecursive: true));
        await Fleet.UntilAsync(async () => (await TriggersAsync()).SequenceEqual(["change"]));
        Assert.Equal(["false low"], await WantedAsync());

        // It was made, and failed: the next ones are small again.
        await fleet.SqlAsync("DELETE FROM queue.job");
        await fleet.SqlAsync($"""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, error_code, finished_at)
            VALUES ('{Fleet.Tenant}', 'run_1', '{connector.Id}', 'change', 'failed', '{ConnectorCodes.MassDelete}', now())
            """);
        await Fleet.UntilAsync(async () =>
        {
            type.Tell(new SyncScope("deep", IsRecursive: true));
            return (await WantedAsync()).Count == 1;
        });
        Assert.StartsWith("true", Assert.Single(await WantedAsync()), StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public void However_often_everything_is_asked_for_it_is_looked_at_once_in_an_interval()
    {
        var clock = new SteppedClock();
        var looks = new FullLooks(clock);
        var (part, interval) = (new SyncScope("a", IsRecursive: false), TimeSpan.FromMinutes(15));
        Assert.Equal([SyncScope.All], looks.Admit([SyncScope.All], interval));
        Assert.Equal([part], looks.Admit([SyncScope.All, part], interval));
        Assert.Empty(looks.Admit([], interval));
        clock.Elapsed = interval;
        Assert.Equal([SyncScope.All], looks.Admit([], interval));
        Assert.Equal([part], looks.Admit([part], interval));
    }

    private Task<List<string>> WantedAsync() =>
        fleet.ColumnAsync("SELECT (args ->> 'only_hints') || ' ' || queue FROM queue.job_row WHERE kind = 'sync-connector' AND state NOT IN ('completed', 'cancelled')");

    private ConnectorWatcher Watcher() => new(
        fleet.DataSource, fleet.Get<ConnectorOverview>(), fleet.Get<ConnectorSources>(), fleet.Get<ConnectorWatch>(), new JobsOptions(), TimeProvider.System,
        NullLogger<ConnectorWatcher>.Instance);

    private Task<List<string>> TriggersAsync() =>
        fleet.ColumnAsync("SELECT args ->> 'trigger' FROM queue.job_row WHERE kind = 'sync-connector' AND state NOT IN ('completed', 'cancelled')");

    private async Task<List<(string Trigger, bool IsFull)>> RunsAsync(Connector connector) =>
        [.. (await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default)).Select(run => (run.Trigger, run.Scope is null))];

    private Task<Connector> CreateAsync() => fleet.ConnectAsync(fleet.FolderAt(folder.FullName) with { Type = TellingFolder.TypeName });

    private Task<T> ChangeAsync<T>(Func<ConnectorStore, Npgsql.NpgsqlTransaction, Task<T>> change) => fleet.InConnectorsAsync(change);

    /// <summary>Every wait is over at once, and counted.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private int waits;

        internal int Waits => Volatile.Read(ref waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref waits);
            return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
        }
    }

    private sealed class SteppedClock : TimeProvider
    {
        internal TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
