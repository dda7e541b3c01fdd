using ScaiDrive.Connectors.Sync;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about runs over parts of a source, and about the hints that ask for them.</summary>
public abstract partial class ConnectorContract
{
    private static readonly RunRequest Hinted = new("notify") { Scope = [] };

    [Fact]
    public async Task A_run_over_parts_lists_only_those_and_judges_nothing_else()
    {
        foreach (var path in new[] { "a/1", "a/deep/2", "a/gone", "b/3", "b/gone", "c/4" })
            Tree.Write(path, path);
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.CurrentAsync();
        Tree.Write("a/1", "changed");
        Tree.Write("a/new/er/5", "new");
        Tree.Write("a/deep/2", "changed, and not asked for");
        Tree.Delete("a/gone");
        Tree.Delete("b/gone");
        Tree.Write("c/4", "changed, and not asked for");
        await mirror.HintAsync(new SyncScope("a", false));
        mirror.Request = Hinted;

        SourceDecorator? seen = null;
        var run = await mirror.RunAsync(source => seen = new SourceDecorator(source));

        Assert.Equal(["a", "a/new", "a/new/er"], seen!.Listed);
        Assert.Equal((1, 1, 1), (run.Report.Added, run.Report.Updated, run.Report.Deleted));
        Assert.Equal(["a/1", "a/deep/2", "a/new/er/5", "b/3", "b/gone", "c/4"], (await mirror.FilesAsync()).Keys);
        var after = await mirror.CurrentAsync();
        Assert.Equal((before.LastSyncAt, before.RootIdentity, ConnectorStatus.Idle), (after.LastSyncAt, after.RootIdentity, after.Status));
        Assert.Empty(await mirror.HintsAsync());

        mirror.Request = new RunRequest("test");
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
    }

    [Theory]
    [InlineData("d")]
    [InlineData("d/e")]
    [InlineData("never/was")]
    public async Task A_hint_of_a_directory_that_is_gone_or_unknown_means_the_nearest_one_that_is_known(string hinted)
    {
        foreach (var path in new[] { "d/e/1", "d/2", "top" })
            Tree.Write(path, path);
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        Tree.Delete("d");
        Tree.Write("never/was/3", "3");
        await mirror.HintAsync(new SyncScope(hinted, false));
        mirror.Request = Hinted;

        await mirror.RunAsync();

        Assert.Contains("never/was/3", (await mirror.FilesAsync()).Keys);
        // Whether what lay below is gone shows at the second look.
        Assert.NotNull((await mirror.RunAsync()).Scope);
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_directory_that_moves_out_of_the_hinted_ones_keeps_its_files()
    {
        Tree.Write("a/d/e/1", "1");
        Tree.Write("b/2", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["a/d/e/1"].Id;
        Tree.Move("a/d", "b/moved");
        await mirror.HintAsync(new SyncScope("a", true));
        mirror.Request = Hinted;

        Assert.Equal(0, (await mirror.RunAsync()).Report.Deleted);
        Assert.Equal([new SyncScope("a", false)], await mirror.HintsAsync());
        await mirror.HintAsync(new SyncScope("b", false));
        Assert.NotNull((await mirror.RunAsync()).Scope);

        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["b/moved/e/1"].Id);
        Assert.Empty(await mirror.HintsAsync());
    }

    [Fact]
    public async Task A_directory_that_two_runs_over_the_hinted_ones_miss_is_gone_with_all_below_it()
    {
        Tree.Write("a/d/e/1", "1");
        Tree.Write("a/d/e/2", "2");
        Tree.Write("a/back/3", "3");
        Tree.Write("b/4", "4");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        Tree.Delete("a/d");
        Tree.Move("a/back", "b/back");
        await mirror.HintAsync(new SyncScope("a", false));
        mirror.Request = Hinted;
        Assert.Equal(0, (await mirror.RunAsync()).Report.Deleted);
        Tree.Move("b/back", "a/back");

        Assert.Equal(2, (await mirror.RunAsync()).Report.Deleted);

        await mirror.AssertInStepAsync();
        Assert.Equal(["a/back/3", "b/4"], (await mirror.FilesAsync()).Keys.Order());
        Assert.Empty(await mirror.HintsAsync());
        // That it came back is known: missed once more, it is put off once more.
        Tree.Move("a/back", "b/back");
        await mirror.HintAsync(new SyncScope("a", false));
        Assert.Equal(0, (await mirror.RunAsync()).Report.Deleted);
    }

    [Fact]
    public async Task The_brake_adds_up_what_runs_over_parts_delete_and_such_a_run_does_not_hide_that_it_stopped_the_last_pass()
    {
        for (var i = 0; i < 12; i++)
            Tree.Write($"d{i % 3}/{i:00}", $"{i}");
        var mirror = await MirrorAsync(change: connector => connector with { Rules = new SyncRules { MassDeletePercent = 30, MassDeleteFiles = 2 } });
        await mirror.RunAsync();
        foreach (var path in new[] { "d0/00", "d0/03", "d1/01", "d1/04" })
            Tree.Delete(path);
        mirror.Request = Hinted;
        await mirror.HintAsync(new SyncScope("d0", false));
        Assert.Equal(2, (await mirror.RunAsync()).Report.Deleted);
        await mirror.HintAsync(new SyncScope("d1", false));

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());

        Assert.Equal(ConnectorCodes.MassDelete, fault.Code);
        Assert.Contains("2 of 12 files in the share after 2 since", fault.Message, StringComparison.Ordinal);
        mirror.Request = new RunRequest("test");
        await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());
        Tree.Write("d2/new", "new");
        await mirror.HintAsync(new SyncScope("d2", false));
        mirror.Request = Hinted;
        await mirror.RunAsync();
        Assert.Equal((ConnectorStatus.Error, true), await mirror.CurrentAsync() switch { var one => (one.Status, one.StatusMessage!.Contains("allowed_deletes 2", StringComparison.Ordinal)) });

        mirror.Request = new RunRequest("test") { AllowedDeletes = 2 };
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal(ConnectorStatus.Idle, (await mirror.CurrentAsync()).Status);
    }

    [Fact]
    public async Task A_directory_that_moves_between_two_hinted_ones_keeps_its_files()
    {
        Tree.Write("a/d/1", "1");
        Tree.Write("b/2", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["a/d/1"].Id;
        Tree.Move("a/d", "b/moved");
        await mirror.HintAsync(new SyncScope("a", false), new SyncScope("b", false));
        mirror.Request = Hinted;

        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["b/moved/1"].Id);
    }

    [Fact]
    public async Task A_run_over_everything_takes_all_hints_and_one_that_fails_gives_its_hints_back()
    {
        Tree.Write("a/1", "1");
        var mirror = await MirrorAsync();
        await mirror.HintAsync(new SyncScope("a", true), new SyncScope("b", false));
        Assert.Equal([new SyncScope("a", true), new SyncScope("b", false)], (await mirror.HintsAsync()).OrderBy(scope => scope.Directory));
        Assert.Null((await mirror.RunAsync()).Scope);
        Assert.Empty(await mirror.HintsAsync());

        await mirror.HintAsync(new SyncScope("a", false));
        mirror.Request = Hinted;
        await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new ProbingSource(
            source, () => throw new ConnectorException(ConnectorCodes.SourceOffline, "gone"))));
        Assert.Equal([new SyncScope("a", false)], await mirror.HintsAsync());

        await mirror.HintAsync(SyncScope.All);
        Assert.Null((await mirror.RunAsync()).Scope);
    }
}
