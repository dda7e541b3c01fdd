using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Overview;
using ScaiDrive.Drive;

namespace ScaiDrive.Jobs.Tests;

public sealed class QuietHoursTests : IAsyncLifetime
{
    private static readonly QuietHours AllDay = new(TimeOnly.MinValue, TimeOnly.MinValue, []);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scaidrive-source-");
    private readonly TellingFolder type = new();
    private readonly ShiftedClock clock = new();
    private Fleet fleet = null!;

    public async Task InitializeAsync()
    {
        type.Root = folder.FullName;
        fleet = await Fleet.CreateAsync(folder.FullName, services => services.AddSingleton<IConnectorType>(type).AddSingleton<TimeProvider>(clock));
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task In_quiet_hours_the_schedule_waits_and_a_person_does_not()
    {
        var connector = await CreateAsync(AllDay);
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        await fleet.StartAsync();
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "schedule", default);
        await Fleet.UntilAsync(async () => (await WaitReasonsAsync()).Count == 1);
        Assert.StartsWith("quiet_hours:", Assert.Single(await WaitReasonsAsync()), StringComparison.Ordinal);
        Assert.Empty(await RunsAsync(connector));

        // It makes way, or one would have to wait for the morning.
        var caller = new Caller(Fleet.Tenant, DriveStore.LocalUserId, IsAdmin: true);
        Assert.NotNull(await fleet.Get<ConnectorRuns>().StartAsync(caller, connector, new RunWish(), default));
        await fleet.SettleAsync();
        Assert.Equal([("manual", "completed")], await RunsAsync(connector));
        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));
    }

    [Fact]
    public async Task A_run_that_quiet_hours_meet_stops_at_its_next_batch_and_goes_on_after_them()
    {
        var begin = TimeOnly.FromDateTime(clock.GetUtcNow().AddHours(6).DateTime);
        var connector = await CreateAsync(new QuietHours(begin, begin.AddHours(12), []));
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        // They begin after the run looked at the clock, and before its first commit.
        type.Listing = () => clock.Ahead = TimeSpan.FromHours(12);
        var job = await fleet.Get<ConnectorRuns>().StartAsync(connector, "schedule", default);
        await fleet.StartAsync();
        await Fleet.UntilAsync(async () => (await WaitReasonsAsync()).Count == 1);
        Assert.Equal([("schedule", "running")], await RunsAsync(connector));

        (type.Listing, clock.Ahead) = (null, TimeSpan.Zero);
        await fleet.SqlAsync("UPDATE queue.job SET run_at = now() WHERE kind = 'sync-connector'");
        await fleet.SettleAsync();
        Assert.Equal([("schedule", "completed")], await RunsAsync(connector));
        Assert.Equal([$"{job}"], await fleet.ColumnAsync("SELECT id::text FROM queue.job_row WHERE kind = 'sync-connector' AND state = 'completed'"));
        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));
    }

    [Fact]
    public async Task In_quiet_hours_nobody_watches()
    {
        var begin = TimeOnly.FromDateTime(clock.GetUtcNow().AddHours(6).DateTime);
        var connector = await CreateAsync(new QuietHours(begin, begin.AddHours(12), []));
        using var stop = new CancellationTokenSource();
        var watch = fleet.Get<ConnectorWatch>().RunAsync(new WatchedConnector(Fleet.Tenant, connector.Id, connector.UpdatedAt), stop.Token);
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 1));
        clock.Ahead = TimeSpan.FromHours(12);
        await Fleet.UntilAsync(() => Task.FromResult(type.Watching == 0));
        clock.Ahead = TimeSpan.Zero;
        await Fleet.UntilAsync(() => Task.FromResult((type.Watching, type.Begun) == (1, 2)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    private Task<List<string>> WaitReasonsAsync() =>
        fleet.ColumnAsync("SELECT wait_reason FROM queue.job_row WHERE kind = 'sync-connector' AND state = 'scheduled' AND wait_reason IS NOT NULL");

    private async Task<List<(string, string)>> RunsAsync(Connector connector) =>
        [.. (await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default)).Select(run => (run.Trigger, run.Status))];

    private Task<Connector> CreateAsync(params QuietHours[] hours) => fleet.ConnectAsync(
        fleet.FolderAt(folder.FullName) with { Type = TellingFolder.TypeName, Rules = new SyncRules { QuietHours = hours, WatchForChanges = false } });

    /// <summary>The clock of the machine, moved.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        internal TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
