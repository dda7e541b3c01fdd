using ScaiDrive.Connectors;

namespace ScaiDrive.Jobs.Tests;

public sealed class SyncConnectorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scaidrive-source-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_becomes_searchable_and_follows_renames_and_deletes_run_by_run()
    {
        await using var fleet = await Fleet.CreateAsync(folder.FullName);
        var connector = await fleet.ConnectAsync(fleet.FolderAt(folder.FullName));
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        File.WriteAllText(Path.Combine(folder.FullName, "b.txt"), "dugong");
        await fleet.StartAsync();
        Assert.NotNull(await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default));
        await fleet.SettleAsync();
        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));

        File.Move(Path.Combine(folder.FullName, "a.txt"), Path.Combine(folder.FullName, "renamed.txt"));
        File.Delete(Path.Combine(folder.FullName, "b.txt"));
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        await fleet.SettleAsync();

        Assert.Equal(["renamed.txt"], await fleet.FindAsync("narwhal"));
        Assert.Empty(await fleet.FindAsync("dugong"));
        var runs = await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default);
        Assert.Equal([(1L, 1L, 0L), (0L, 0L, 2L)], runs.Select(run => (run.Report.Moved, run.Report.Deleted, run.Report.Added)));
    }

    [Fact]
    public async Task Only_one_run_of_a_connector_is_unfinished_at_a_time()
    {
        await using var fleet = await Fleet.CreateAsync(folder.FullName);
        var connector = await fleet.ConnectAsync(fleet.FolderAt(folder.FullName));

        Assert.NotNull(await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default));
        Assert.Null(await fleet.Get<ConnectorRuns>().StartAsync(connector, "schedule", default));
    }

    [Fact]
    public async Task A_source_that_is_gone_fails_the_run_with_a_code_and_deletes_nothing()
    {
        await using var fleet = await Fleet.CreateAsync(folder.FullName);
        var connector = await fleet.ConnectAsync(fleet.FolderAt(folder.FullName));
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        await fleet.StartAsync();
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        await fleet.SettleAsync();

        Directory.Move(folder.FullName, folder.FullName + ".away");
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        await fleet.SettleAsync();
        Directory.Move(folder.FullName + ".away", folder.FullName);

        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));
        Assert.Equal(["discarded"], await fleet.ColumnAsync("SELECT state FROM queue.job_row WHERE kind = 'sync-connector' ORDER BY id DESC LIMIT 1"));
        Assert.NotNull((await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 1, default))[0].ErrorCode);
    }

    [Theory]
    [InlineData("false", "ARRAY['elsewhere']", "completed")]
    [InlineData("true", "NULL", "failed")]
    public async Task A_run_that_was_left_unfinished_and_is_not_what_was_asked_for_is_followed_by_one_that_is(string dryRun, string scope, string ending)
    {
        await using var fleet = await Fleet.CreateAsync(folder.FullName);
        var connector = await fleet.ConnectAsync(fleet.FolderAt(folder.FullName));
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "narwhal");
        await fleet.SqlAsync(
            $"INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, is_dry_run, scope) VALUES ('{Fleet.Tenant}', 'run_0', '{connector.Id}', 'change', {dryRun}, {scope})");
        await fleet.StartAsync();
        await fleet.Get<ConnectorRuns>().StartAsync(connector, "manual", default);
        await fleet.SettleAsync();
        Assert.Equal(["a.txt"], await fleet.FindAsync("narwhal"));
        var runs = await fleet.Get<ConnectorStore>().ListRunsAsync(Fleet.Tenant, connector.Id, null, 10, default);
        Assert.Equal([("completed", "manual"), (ending, "change")], runs.Select(run => (run.Status, run.Trigger)));
        Assert.Equal((false, null), (runs[0].IsDryRun, runs[0].Scope));
        Assert.Equal(["completed"], await fleet.ColumnAsync("SELECT state FROM queue.job_row WHERE kind = 'sync-connector'"));
    }
}
