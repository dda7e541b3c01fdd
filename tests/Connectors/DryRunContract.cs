using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about runs that only show what they would do.</summary>
public abstract partial class TwoWayContract
{
    private static readonly RunRequest Dry = new("test") { IsDryRun = true };

    [Fact]
    public async Task A_dry_run_shows_the_plan_of_both_sides_and_writes_nothing()
    {
        var mirror = await InStepAsync(
            ConflictResolution.LastWriterWins, "edit-there", "edit-here", "edit-both", "gone-there", "gone-here", "move-there", "move-here", "d/1", "d/2", "e/3", "quiet");
        Tree.Write("edit-there", "longer than it was");
        Tree.Write("edit-both", "by the source");
        Tree.Write("new-there/1", "12345");
        Tree.Delete("gone-there");
        Tree.Move("move-there", "moved-there");
        Tree.Move("d", "d-moved");
        Tree.Delete("e");
        await mirror.WriteInShareAsync("edit-here", "longer than it was");
        await mirror.WriteInShareAsync("edit-both", "by the share");
        await mirror.WriteInShareAsync("new-here/2", "123");
        await mirror.DeleteInShareAsync("gone-here");
        await mirror.MoveInShareAsync("move-here", "moved-here");
        var (files, shared, changes, rows) = (Tree.Files().Keys.ToList(), (await mirror.FilesAsync()).Keys.ToList(), await mirror.ChangeCountAsync(), await mirror.SnapshotAsync());
        mirror.Request = Dry;

        var run = await mirror.RunAsync();

        Assert.Equal(("completed", true), (run.Status, run.IsDryRun));
        Assert.Equal(
            [
                ("add", PlanItem.Share, "new-there/1", null), ("add", PlanItem.Source, "new-here/2", null), ("conflict", PlanItem.Share, "edit-both", null),
                ("delete", PlanItem.Share, "e/3", null), ("delete", PlanItem.Share, "gone-there", null), ("delete", PlanItem.Source, "gone-here", null),
                ("move", PlanItem.Share, "d-moved", "d"), ("move", PlanItem.Share, "moved-there", "move-there"), ("move", PlanItem.Source, "moved-here", "move-here"),
                ("update", PlanItem.Share, "edit-there", null), ("update", PlanItem.Source, "edit-here", null),
            ],
            (await mirror.PlanAsync(run)).Select(item => (item.Action, item.Side, item.Path, item.FromPath)).Order());
        Assert.Equal(files, Tree.Files().Keys);
        Assert.Equal(shared, (await mirror.FilesAsync()).Keys);
        Assert.Equal((changes, rows), (await mirror.ChangeCountAsync(), await mirror.SnapshotAsync()));
        Assert.Empty(await mirror.ConflictsAsync());

        mirror.Request = new RunRequest("test");
        Assert.Equal(1, (await mirror.RunAsync()).Report.Conflicts);
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_dry_run_before_the_first_pass_makes_not_even_the_target_folder()
    {
        Tree.Write("d/a", "1");
        var mirror = await MirrorAsync();
        mirror.Request = Dry;

        var run = await mirror.RunAsync();

        Assert.Equal(("add", "d/a", 1L), Assert.Single(await mirror.PlanAsync(run)) switch { var item => (item.Action, item.Path, item.Bytes) });
        Assert.Null(await fixture.Drive.FindFolderByPathAsync(mirror.Connector.TenantId, mirror.Connector.TargetShareId, "/in/here", Stop));
        Assert.Equal((ConnectorStatus.Idle, null), await mirror.CurrentAsync() switch { var one => (one.Status, one.LastSyncAt) });
    }

    [Fact]
    public async Task A_dry_run_that_was_cut_off_makes_way_for_a_sync_and_a_sync_that_was_cut_off_is_no_dry_run()
    {
        Tree.Write("a", "1");
        var mirror = await MirrorAsync();
        mirror.Request = Dry;
        mirror.Commits.FailBefore = mirror.Commits.Count + 2;
        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync());

        mirror.Request = new RunRequest("test");
        mirror.Commits.FailBefore = mirror.Commits.Count + 3;
        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync());
        mirror.Commits.FailBefore = null;

        Assert.Equal(
            [("running", false, null), ("failed", true, ConnectorCodes.Superseded)],
            (await mirror.RunsAsync(10)).Select(run => (run.Status, run.IsDryRun, run.ErrorCode)));
        mirror.Request = Dry;
        Assert.Equal(ConnectorCodes.RunUnfinished, (await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync())).Code);
        Assert.Empty(await mirror.FilesAsync());

        mirror.Request = new RunRequest("test");
        Assert.False((await mirror.RunAsync()).IsDryRun);
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_dry_run_shows_that_the_brake_would_stop_the_pass()
    {
        for (var i = 0; i < 6; i++)
            Tree.Write($"{i}", $"{i}");
        var mirror = await MirrorAsync(change: rules => rules with { MassDeletePercent = 10, MassDeleteFiles = 2 });
        await mirror.RunAsync();
        for (var i = 0; i < 3; i++)
            Tree.Delete($"{i}");
        mirror.Request = Dry;

        var plan = await mirror.PlanAsync(await mirror.RunAsync());

        Assert.Equal(3, plan.Count(item => item.Action == "delete"));
        Assert.Contains("allowed_deletes 3", Assert.Single(plan, item => item.Action == "brake").Detail, StringComparison.Ordinal);
    }
}
