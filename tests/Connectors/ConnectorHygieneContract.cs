using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about what is left out, retried, asked for first and told item by item.</summary>
public abstract partial class ConnectorContract
{
    [Fact]
    public async Task A_locked_file_is_tried_once_more_at_the_end_and_is_no_error_when_it_can_be_read_then()
    {
        Tree.Write("a", "1");
        Tree.Write("d/b", "2");
        var mirror = await MirrorAsync();
        var refusals = 2;

        var run = await mirror.RunAsync(source => new LockingSource(source, () => refusals-- > 0));

        await mirror.AssertInStepAsync();
        Assert.Equal((2, 0), (run.Report.Added, run.Report.Errors));
        Assert.Empty(await mirror.ProblemsAsync(run));
    }

    [Fact]
    public async Task A_file_that_stays_locked_is_counted_once_and_named_and_the_run_goes_on()
    {
        Tree.Write("a", "1");
        Tree.Write("b", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        Tree.Write("a", "changed");
        Tree.Write("b", "changed too");

        var run = await mirror.RunAsync(source => new LockingSource(source, path => path == "a"));

        Assert.Equal(("completed", 1, 1), (run.Status, run.Report.Errors, run.Report.Updated));
        Assert.Equal(("a", ProblemCodes.Locked), Assert.Single(await mirror.ProblemsAsync(run)) switch { var one => (one.Path, one.Code) });
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task Hidden_and_system_entries_are_left_out_and_counted_unless_the_rules_ask_for_them()
    {
        foreach (var path in new[] { "hidden", "system", "shown", "hidden-d/x" })
            Tree.Write(path, path);
        var mirror = await MirrorAsync();
        Func<IConnectorSource, IConnectorSource> marking = source => new MarkingSource(
            source, path => path.StartsWith("hidden", StringComparison.Ordinal) ? SourceAttributes.Hidden : path == "system" ? SourceAttributes.System : SourceAttributes.None);

        var run = await mirror.RunAsync(marking);

        Assert.Equal(["shown"], (await mirror.FilesAsync()).Keys);
        Assert.Equal((3, 0), (run.Report.Excluded, run.Report.Errors));

        await mirror.ChangeAsync(connector => connector with { Rules = connector.Rules with { SyncHiddenFiles = true, SyncSystemFiles = true } });
        await mirror.RunAsync(marking);
        await mirror.AssertInStepAsync();

        await mirror.ChangeAsync(connector => connector with { Rules = connector.Rules with { SyncHiddenFiles = false } });
        await mirror.RunAsync(marking);
        Assert.Equal(["shown", "system"], (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task A_pass_that_would_delete_too_much_deletes_nothing_and_says_how_many_until_a_person_allows_it()
    {
        for (var i = 0; i < 12; i++)
            Tree.Write($"d{i % 3}/{i:00}", $"{i}");
        var mirror = await MirrorAsync(Small, connector => connector with { Rules = new SyncRules { MassDeletePercent = 20, MassDeleteFiles = 3 } });
        await mirror.RunAsync();
        Tree.Delete("d1");
        Tree.Write("new", "comes all the same");

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());

        Assert.Equal(ConnectorCodes.MassDelete, fault.Code);
        Assert.Contains("4 of 13 files", fault.Message, StringComparison.Ordinal);
        Assert.Contains("allowed_deletes 4", fault.Message, StringComparison.Ordinal);
        Assert.Equal(13, (await mirror.FilesAsync()).Count);
        Assert.Equal(("failed", ConnectorCodes.MassDelete), (await mirror.RunsAsync(1))[0] switch { var run => (run.Status, run.ErrorCode) });

        mirror.Request = new RunRequest("test") { AllowedDeletes = 3 };
        await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());
        Assert.Equal(13, (await mirror.FilesAsync()).Count);

        mirror.Request = new RunRequest("test") { AllowedDeletes = 4 };
        Assert.Equal(4, (await mirror.RunAsync()).Report.Deleted);
        await mirror.AssertInStepAsync();
    }

    [Theory]
    [InlineData(101, 100, 20, 1000, false)]
    [InlineData(100, 100, 20, 101, false)]
    [InlineData(101, 100, 20, 505, false)]
    [InlineData(101, 100, 20, 504, true)]
    [InlineData(5000, 100, 100, 5000, false)]
    [InlineData(1, 0, 0, 1000000, true)]
    public void The_brake_needs_both_limits_exceeded(long gone, int files, int percent, long all, bool stops) =>
        Assert.Equal(stops, MassDeleteBrake.IsTooMuch(gone, all, new SyncRules { MassDeleteFiles = files, MassDeletePercent = percent }));

    [Fact]
    public async Task Every_item_that_was_dealt_with_is_told_with_what_became_of_it()
    {
        foreach (var path in new[] { "changed", "deleted", "moved", "quiet" })
            Tree.Write(path, path);
        var mirror = await MirrorAsync();
        Assert.Equal(4, (await mirror.ItemsAsync(await mirror.RunAsync())).Count(item => item.Action == ItemActions.Added));
        Tree.Write("changed", "another");
        Tree.Delete("deleted");
        Tree.Move("moved", "z");
        Tree.Write("new", "new");
        if (Tree.ShowsLinks)
            File.CreateSymbolicLink(Tree.At("link"), "a");

        var items = await mirror.ItemsAsync(await mirror.RunAsync());

        (string, string, string?)[] link = Tree.ShowsLinks ? [("link", ItemActions.Skipped, ProblemCodes.Link)] : [];
        Assert.Equal(
            [("changed", ItemActions.Updated, null), ("deleted", ItemActions.Deleted, null), .. link, ("new", ItemActions.Added, null), ("z", ItemActions.Moved, null)],
            items.Select(item => (item.Path, item.Action, item.Code)).Order());
        Assert.Equal(items.Count, items.Select(item => item.Number).Distinct().Count());
    }

    [Fact]
    public async Task Items_and_problems_are_kept_up_to_limits_of_their_own()
    {
        for (var i = 0; i < 6; i++)
        {
            Tree.Write($"{i}", $"{i}");
            if (Tree.ShowsLinks)
                File.CreateSymbolicLink(Tree.At($"link{i}"), "a");
        }

        var mirror = await MirrorAsync(Small with { KeptItems = 4, KeptProblems = 2 });

        var run = await mirror.RunAsync();

        var items = await mirror.ItemsAsync(run);
        Assert.Equal((4, Tree.ShowsLinks ? 2 : 0), (items.Count(item => item.Code is null), items.Count(item => item.Code is not null)));
        Assert.Equal(Tree.ShowsLinks ? (12, 6) : (6, 0), (run.ItemCount, run.ProblemCount));
    }

    /// <summary>Some files are held by another program.</summary>
    private sealed class LockingSource(IConnectorSource inner, Func<string, bool> isLocked) : SourceDecorator(inner)
    {
        internal LockingSource(IConnectorSource inner, Func<bool> isLocked)
            : this(inner, _ => isLocked())
        {
        }

        public override Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) =>
            isLocked(path) ? throw new SourceEntryException(path, new SourceFault(ProblemCodes.Locked, "In use.")) : base.OpenAsync(path, cancellationToken);
    }

    /// <summary>Marks entries as hidden or as belonging to the system, where the file system of the test cannot.</summary>
    private sealed class MarkingSource(IConnectorSource inner, Func<string, SourceAttributes> attributesOf) : SourceDecorator(inner)
    {
        public override async IAsyncEnumerable<SourceEntry> ListAsync(
            string directory, string? fromName, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var entry in base.ListAsync(directory, fromName, cancellationToken))
                yield return entry with { Attributes = attributesOf(entry.Path) };
        }

        public override async Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) =>
            await base.StatAsync(path, cancellationToken) is { } entry ? entry with { Attributes = attributesOf(path) } : null;
    }
}
