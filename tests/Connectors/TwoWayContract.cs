using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What a source that is written to and the share owe each other. A class per source says how to make a tree.</summary>
public abstract partial class TwoWayContract(MirrorFixture fixture) : IClassFixture<MirrorFixture>, IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    protected SourceTree Tree => field ??= NewTree();

    /// <summary>An empty tree of its own.</summary>
    protected abstract SourceTree NewTree();

    /// <summary>Whether two names that differ only in case are one at the source.</summary>
    protected virtual bool IgnoresCase => false;

    /// <summary>How copies are named after the source.</summary>
    protected virtual string Origin => "Folder";

    public void Dispose()
    {
        Tree.Dispose();
        GC.SuppressFinalize(this);
    }

    private static ConnectorOptions Small => new() { BatchFiles = 3, BatchBytes = 64, CheckpointEntries = 4, SnapshotPage = 2 };

    private Task<Mirror> MirrorAsync(
        ConflictResolution resolution = ConflictResolution.LastWriterWins,
        SyncDirection direction = SyncDirection.Bidirectional,
        ConnectorOptions? options = null,
        Func<SyncRules, SyncRules>? change = null)
    {
        var rules = new SyncRules { Direction = direction, ConflictResolution = resolution };
        return fixture.MirrorAsync(Tree, options ?? Small, connector => connector with { Rules = change?.Invoke(rules) ?? rules });
    }

    /// <summary>A connector in both directions whose sides hold these files, each with its path as content.</summary>
    private async Task<Mirror> InStepAsync(ConflictResolution resolution, params string[] paths)
    {
        foreach (var path in paths)
            Tree.Write(path, path);
        var mirror = await MirrorAsync(resolution);
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        return mirror;
    }

    private static async Task<Run> QuietRunAsync(Mirror mirror)
    {
        var run = await mirror.RunAsync();
        var report = run.Report;
        Assert.Equal(
            (0, 0, 0, 0, 0, 0, 0, 0, 0),
            (report.Added, report.Updated, report.Moved, report.Deleted, report.SentAdded, report.SentUpdated, report.SentMoved, report.SentDeleted, report.Errors));
        return run;
    }

    private string TreeContent(string path) => System.Text.Encoding.UTF8.GetString(Tree.Files()[path]);

    [Fact]
    public async Task The_first_pass_joins_both_sides_and_own_writes_do_not_come_back()
    {
        Tree.Write("theirs", "1");
        Tree.Write("d/theirs", "2");
        Tree.Write("same", "the same");
        Tree.MakeDirectory("empty");
        var mirror = await MirrorAsync();
        await mirror.WriteInShareAsync("ours", "3");
        await mirror.WriteInShareAsync("d/ours", "4");
        await mirror.WriteInShareAsync("new/deep/er", "5");
        await mirror.WriteInShareAsync("same", "the same");
        await mirror.MakeFolderAsync("void");

        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(["d/ours", "d/theirs", "new/deep/er", "ours", "same", "theirs"], Tree.Files().Keys);
        Assert.Equal((2, 3, 0, 0), (run.Report.Added, run.Report.SentAdded, run.Report.Errors, run.Report.Conflicts));
        var changes = await mirror.ChangeCountAsync();
        await QuietRunAsync(mirror);
        Assert.Equal(changes, await mirror.ChangeCountAsync());
    }

    [Fact]
    public async Task What_one_side_changed_travels_to_the_other()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "edited-there", "edited-here", "gone-there", "gone-here", "moved-there", "moved-here", "d/x", "e/y", "f/z", "g/w");
        var before = await mirror.FilesAsync();

        Tree.Write("edited-there", "by the source");
        Tree.Delete("gone-there");
        Tree.Move("moved-there", "d/was-moved-there");
        Tree.Move("e", "e-renamed-there");
        Tree.Delete("f");
        Tree.Write("new-there/1", "1");
        await mirror.WriteInShareAsync("edited-here", "by the share");
        await mirror.DeleteInShareAsync("gone-here");
        await mirror.MoveInShareAsync("moved-here", "d/was-moved-here");
        await mirror.WriteInShareAsync("new-here/2", "2");
        await mirror.MoveFolderInShareAsync("d", "d-renamed-here");
        await mirror.DeleteFolderInShareAsync("g");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(
            ["d-renamed-here/was-moved-here", "d-renamed-here/was-moved-there", "d-renamed-here/x", "e-renamed-there/y", "edited-here", "edited-there", "new-here/2", "new-there/1"],
            Tree.Files().Keys);
        Assert.Equal(("by the share", "by the source"), (TreeContent("edited-here"), await mirror.ReadAsync("edited-there")));
        Assert.Equal(0, run.Report.Errors);
        Assert.Equal(0, run.Report.Conflicts);
        var after = await mirror.FilesAsync();
        Assert.Equal(before["moved-there"].Id, after["d-renamed-here/was-moved-there"].Id);
        Assert.Equal(before["e/y"].Id, after["e-renamed-there/y"].Id);
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task A_move_in_the_share_is_a_move_at_the_source_that_reads_and_writes_nothing()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b", "d/c");
        var identities = (await mirror.IdentityAsync("a"), await mirror.IdentityAsync("d/b"));

        await mirror.MoveInShareAsync("a", "moved");
        await mirror.MoveFolderInShareAsync("d", "e");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(identities, (await mirror.IdentityAsync("moved"), await mirror.IdentityAsync("e/b")));
        Assert.Equal((3, 0, 0L), (run.Report.SentMoved, run.Report.SentAdded, run.Report.SentBytes));
    }

    [Fact]
    public async Task Files_and_folders_that_change_places_in_the_share_do_so_at_the_source()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "b", "d/1", "e/2", "p/q/inner", "p/outer", "case");

        await mirror.MoveInShareAsync("a", "t");
        await mirror.MoveInShareAsync("b", "a");
        await mirror.MoveInShareAsync("t", "b");
        await mirror.MoveFolderInShareAsync("d", "t");
        await mirror.MoveFolderInShareAsync("e", "d");
        await mirror.MoveFolderInShareAsync("t", "e");
        await mirror.MoveFolderInShareAsync("p/q", "q");
        await mirror.MoveFolderInShareAsync("p", "q/p");
        await mirror.MoveInShareAsync("case", "Case");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(["Case", "a", "b", "d/2", "e/1", "q/inner", "q/p/outer"], Tree.Files().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("b", "a", 0), (TreeContent("a"), TreeContent("b"), run.Report.Errors));
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task A_name_that_changes_its_kind_in_the_share_does_so_at_the_source()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "x", "y/inside");

        await mirror.DeleteInShareAsync("x");
        await mirror.WriteInShareAsync("x/inside", "1");
        await mirror.DeleteFolderInShareAsync("y");
        await mirror.WriteInShareAsync("y", "2");
        await mirror.RunAsync();

        Assert.Equal(["x/inside", "y"], Tree.Files().Keys);
        await mirror.AssertInStepAsync();
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(ConflictResolution.LastWriterWins, true, "source", "source")]
    [InlineData(ConflictResolution.LastWriterWins, false, "share", "share")]
    [InlineData(ConflictResolution.ServerWins, true, "share", "share")]
    [InlineData(ConflictResolution.ClientWins, false, "source", "source")]
    public async Task Of_two_edits_the_winner_is_on_both_sides_and_the_loser_an_older_version(ConflictResolution resolution, bool sourceIsNewer, string winner, string _)
    {
        var mirror = await InStepAsync(resolution, "a.txt");
        var id = (await mirror.FilesAsync())["a.txt"].Id;
        var day = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

        Tree.Write("a.txt", "source");
        File.SetLastWriteTimeUtc(Tree.At("a.txt"), day.UtcDateTime);
        await mirror.WriteInShareAsync("a.txt", "share", sourceIsNewer ? day.AddDays(-1) : day.AddDays(1));
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal((winner, id, 1), (TreeContent("a.txt"), (await mirror.FilesAsync())["a.txt"].Id, run.Report.Conflicts));
        Assert.Superset(new HashSet<string> { "a.txt", "source", "share" }, await mirror.EverStoredAsync());
        var conflict = Assert.Single(await mirror.ConflictsAsync());
        Assert.Equal(("a.txt", ConflictKinds.Content, Conflict.Resolved), (conflict.Path, conflict.Kind, conflict.State));
        Assert.Equal((5, 6), (conflict.Server!.SizeBytes, conflict.Client!.SizeBytes));
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_contents_are_kept_on_both_sides_when_the_rule_is_to_keep_both(bool isNew)
    {
        var mirror = await InStepAsync(ConflictResolution.KeepBoth, isNew ? "other" : "d/report.docx");

        Tree.Write("d/report.docx", "source");
        await mirror.WriteInShareAsync("d/report.docx", "share");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var copy = Assert.Single(Tree.Files().Keys, path => path.Contains("conflict", StringComparison.Ordinal));
        Assert.Matches($@"^d/report \(conflict \d{{4}}-\d\d-\d\d from {Origin}\)\.docx$", copy);
        Assert.Equal(("source", "share", 1), (TreeContent("d/report.docx"), TreeContent(copy), run.Report.Conflicts));
        Assert.Equal((copy, isNew ? ConflictKinds.Added : ConflictKinds.Content), Assert.Single(await mirror.ConflictsAsync()) switch { var one => (one.CopyPath, one.Kind) });
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(ConflictDecision.Server, "share")]
    [InlineData(ConflictDecision.Client, "source")]
    [InlineData(ConflictDecision.Both, "source")]
    public async Task A_conflict_that_a_person_is_to_decide_holds_back_its_file_alone(ConflictDecision decision, string winner)
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "b", "new-too");
        Tree.Write("a", "source");
        Tree.Write("b", "b of the source");
        await mirror.WriteInShareAsync("a", "share");
        await mirror.WriteInShareAsync("c", "c of the share");

        for (var pass = 0; pass < 2; pass++)
        {
            var run = await mirror.RunAsync();
            Assert.Equal((1, 0), (run.Report.Conflicts, run.Report.Errors));
            Assert.Equal(("source", "share"), (TreeContent("a"), await mirror.ReadAsync("a")));
            Assert.Equal(("b of the source", "c of the share"), (await mirror.ReadAsync("b"), TreeContent("c")));
        }

        var conflict = Assert.Single(await mirror.ConflictsAsync());
        Assert.Equal((Conflict.Open, "a", null), (conflict.State, conflict.Path, conflict.Outcome));
        await mirror.DecideAsync(conflict, decision);
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(winner, TreeContent("a"));
        Assert.Equal(decision == ConflictDecision.Both, Tree.Files().Values.Any(content => System.Text.Encoding.UTF8.GetString(content) == "share") && winner == "source");
        conflict = Assert.Single(await mirror.ConflictsAsync());
        Assert.Equal(Conflict.Resolved, conflict.State);
        Assert.NotNull(conflict.Outcome);
        Assert.NotNull(conflict.ResolvedAt);
        Assert.Superset(new HashSet<string> { "source", "share" }, await mirror.EverStoredAsync());
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(ConflictResolution.LastWriterWins, true, true)]
    [InlineData(ConflictResolution.KeepBoth, true, true)]
    [InlineData(ConflictResolution.ServerWins, false, true)]
    [InlineData(ConflictResolution.ClientWins, true, false)]
    public async Task An_edit_survives_a_delete_unless_the_rule_says_otherwise_and_then_the_trash_has_it(
        ConflictResolution resolution, bool editOfSourceSurvives, bool editOfShareSurvives)
    {
        var mirror = await InStepAsync(resolution, "edited-there", "edited-here", "d/edited-in-deleted-folder");

        Tree.Write("edited-there", "by the source");
        Tree.Write("d/edited-in-deleted-folder", "by the source, too");
        await mirror.DeleteInShareAsync("edited-there");
        await mirror.DeleteFolderInShareAsync("d");
        Tree.Delete("edited-here");
        await mirror.WriteInShareAsync("edited-here", "by the share");
        var run = await mirror.RunAsync();
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(editOfSourceSurvives, Tree.Files().ContainsKey("edited-there"));
        Assert.Equal(editOfSourceSurvives, Tree.Files().ContainsKey("d/edited-in-deleted-folder"));
        Assert.Equal(editOfShareSurvives, Tree.Files().ContainsKey("edited-here"));
        Assert.Equal((3, 0), (run.Report.Conflicts, run.Report.Errors));
        Assert.Superset(new HashSet<string> { "by the source", "by the source, too", "by the share" }, await mirror.EverStoredAsync());
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task The_same_change_on_both_sides_is_no_conflict()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "edited", "moved", "gone");

        Tree.Write("edited", "by both");
        Tree.Move("moved", "moved-by-both");
        Tree.Delete("gone");
        Tree.Write("new", "by both, too");
        await mirror.WriteInShareAsync("edited", "by both");
        await mirror.MoveInShareAsync("moved", "moved-by-both");
        await mirror.DeleteInShareAsync("gone");
        await mirror.WriteInShareAsync("new", "by both, too");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal((0, 0), (run.Report.Conflicts, run.Report.Errors));
        Assert.Empty(await mirror.ConflictsAsync());
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(ConflictResolution.LastWriterWins, "there")]
    [InlineData(ConflictResolution.ServerWins, "here")]
    public async Task A_file_that_both_sides_moved_is_in_one_place_afterwards(ConflictResolution resolution, string place)
    {
        var mirror = await InStepAsync(resolution, "a", "d/x");

        Tree.Move("a", "a-there");
        Tree.Move("d", "d-there");
        await mirror.MoveInShareAsync("a", "a-here");
        await mirror.MoveFolderInShareAsync("d", "d-here");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal([$"a-{place}", $"d-{place}/x"], Tree.Files().Keys);
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task A_file_and_a_folder_that_want_one_name_are_both_kept()
    {
        var mirror = await InStepAsync(ConflictResolution.LastWriterWins, "a", "b");

        Tree.Write("x", "file of the source");
        Tree.Write("y/inside", "directory of the source");
        await mirror.WriteInShareAsync("x/inside", "folder of the share");
        await mirror.WriteInShareAsync("y", "file of the share");
        Tree.Move("a", "z");
        await mirror.MoveInShareAsync("b", "z");
        await mirror.RunAsync();
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var contents = Tree.Files().Values.Select(System.Text.Encoding.UTF8.GetString).ToHashSet();
        Assert.Equal(new HashSet<string> { "a", "b", "file of the source", "directory of the source", "folder of the share", "file of the share" }, contents);
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task Where_the_source_follows_the_share_what_differs_there_is_overwritten_and_kept_as_a_version()
    {
        var mirror = await MirrorAsync(direction: SyncDirection.FromScaiDrive);
        foreach (var path in new[] { "changed", "deleted", "moved", "d/x", "e/y", "quiet" })
            await mirror.WriteInShareAsync(path, path);
        Tree.Write("own", "of the source alone");
        Tree.Write("own-d/own", "of the source alone, too");
        Tree.Write("quiet", "had the name before");
        await mirror.RunAsync();
        Assert.Equal(["changed", "d/x", "deleted", "e/y", "moved", "own", "own-d/own", "quiet"], Tree.Files().Keys);
        Assert.Equal("quiet", TreeContent("quiet"));

        Tree.Write("changed", "at the source");
        Tree.Delete("deleted");
        Tree.Move("moved", "elsewhere");
        Tree.Move("d", "d-renamed");
        Tree.Delete("e");
        await mirror.WriteInShareAsync("new/file", "new in the share");
        await mirror.RunAsync();
        await mirror.RunAsync();

        Assert.Equal(["changed", "d/x", "deleted", "e/y", "moved", "new/file", "own", "own-d/own", "quiet"], Tree.Files().Keys);
        Assert.Equal(["changed", "d/x", "deleted", "e/y", "moved", "new/file", "quiet"], (await mirror.FilesAsync()).Keys);
        Assert.Equal("changed", TreeContent("changed"));
        Assert.Superset(new HashSet<string> { "at the source", "had the name before" }, await mirror.EverStoredAsync());
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task Nothing_is_compared_with_the_share_while_nobody_changes_it()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b");

        Tree.Write("a", "changed at the source");
        var run = await mirror.RunAsync(source => new NoWriting((IWritableSource)source));

        Assert.Equal((1, 0), (run.Report.Updated, run.Report.Errors));
        await mirror.AssertInStepAsync();
        Assert.Null(await mirror.UnwantedMarksAsync());
    }

    [Fact]
    public async Task A_share_that_lost_most_of_its_files_deletes_nothing_at_the_source_until_a_person_allows_it()
    {
        for (var i = 0; i < 12; i++)
            Tree.Write($"d{i % 3}/{i:00}", $"{i}");
        var mirror = await MirrorAsync(change: rules => rules with { MassDeletePercent = 20, MassDeleteFiles = 3 });
        await mirror.RunAsync();
        await mirror.DeleteFolderInShareAsync("d1");
        await mirror.WriteInShareAsync("new", "waits");

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());

        Assert.Equal(ConnectorCodes.MassDelete, fault.Code);
        Assert.Contains("4 of 12 files in the source", fault.Message, StringComparison.Ordinal);
        Assert.Equal(12, Tree.Files().Count);

        mirror.Request = new RunRequest("test") { AllowedDeletes = 4 };
        Assert.Equal(4, (await mirror.RunAsync()).Report.SentDeleted);
        await mirror.AssertInStepAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_folder_that_is_gone_deletes_nothing_at_the_source(bool isMoved)
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b");
        var folder = (await fixture.Drive.FindFolderByPathAsync(mirror.Connector.TenantId, mirror.Connector.TargetShareId, "/in/here", Stop))!;
        await mirror.InShareAsync(drive => isMoved ? drive.MoveFolderAsync(folder.Id, null, "elsewhere", Stop) : drive.DeleteFolderAsync(folder.Id, permanent: false, Stop));

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());

        Assert.Equal(ConnectorCodes.TargetMissing, fault.Code);
        Assert.Equal(["a", "d/b"], Tree.Files().Keys);
        if (isMoved)
        {
            await mirror.InShareAsync(drive => drive.MoveFolderAsync(folder.Id, folder.ParentId, "here", Stop));
            await QuietRunAsync(mirror);
            await mirror.AssertInStepAsync();
        }
    }

    [Fact]
    public async Task Patterns_leave_out_what_they_name_on_both_sides_and_delete_nothing()
    {
        Tree.Write("Thumbs.db", "1");
        Tree.Write("a.txt", "2");
        var mirror = await MirrorAsync();
        await mirror.WriteInShareAsync("~$b.txt", "3");
        await mirror.RunAsync();
        Assert.Equal(["Thumbs.db", "a.txt"], Tree.Files().Keys);
        Assert.Equal(["a.txt", "~$b.txt"], (await mirror.FilesAsync()).Keys);

        await mirror.ChangeAsync(connector => connector with { ExcludePatterns = ["*.txt"] });
        await mirror.RunAsync();

        Assert.Equal(["Thumbs.db", "a.txt"], Tree.Files().Keys);
        Assert.Contains("a.txt", (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task A_file_that_the_source_refuses_is_named_and_sent_by_the_next_pass()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        await mirror.WriteInShareAsync("full", "1");
        await mirror.WriteInShareAsync("fits", "2");

        var run = await mirror.RunAsync(source => new RefusingWrites((IWritableSource)source, "full"));

        Assert.Equal(("completed", 1, 1), (run.Status, run.Report.Errors, run.Report.SentAdded));
        Assert.Equal(("full", ProblemCodes.SourceFull), Assert.Single(await mirror.ProblemsAsync(run)) switch { var one => (one.Path, one.Code) });
        Assert.Equal(1, (await mirror.RunAsync()).Report.SentAdded);
        await mirror.AssertInStepAsync();
    }

    [Theory]
    [InlineData(SyncDirection.Bidirectional)]
    [InlineData(SyncDirection.ToScaiDrive)]
    public async Task What_a_failed_write_left_is_tried_again_until_it_is_gone(SyncDirection later)
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        await mirror.WriteInShareAsync("d/half", "1");
        await mirror.WriteInShareAsync("e/fits", "2");

        await mirror.RunAsync(source => new LeavingWrites((IWritableSource)source, Tree, "d/half"));
        await mirror.RunAsync(source => new LeavingWrites((IWritableSource)source, Tree, "d/half"));
        Assert.Equal(2, Tree.Files().Keys.Count(path => SourcePath.IsTemporary(SourcePath.NameOf(path))));
        await mirror.ChangeAsync(connector => connector with { Rules = connector.Rules with { Direction = later } });
        await mirror.RunAsync();

        Assert.DoesNotContain(Tree.Files().Keys, path => SourcePath.IsTemporary(SourcePath.NameOf(path)));
        Assert.Contains("e/fits", Tree.Files().Keys);
    }

    /// <summary>Breaks off in the middle of a file, and cannot be reached to put that right.</summary>
    private sealed class LeavingWrites(IWritableSource inner, SourceTree tree, string broken) : WritableDecorator(inner)
    {
        public override Task<SourceEntry> WriteAsync(
            string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
        {
            if (path != broken)
                return base.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);
            tree.Write(SourcePath.Combine(SourcePath.DirectoryOf(path), temporaryName), "half");
            throw Lost(path);
        }

        public override Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken) =>
            SourcePath.DirectoryOf(path) == SourcePath.DirectoryOf(broken) ? throw Lost(path) : base.RemoveTemporaryAsync(path, cancellationToken);

        private static SourceEntryException Lost(string path) => new(path, new SourceFault(ProblemCodes.TimedOut, "No answer."));
    }

    /// <summary>Fails when it is written to.</summary>
    private sealed class NoWriting(IWritableSource inner) : WritableDecorator(inner)
    {
        public override Task<SourceEntry> WriteAsync(
            string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{path} was written.");
    }

    /// <summary>Has no room for some files.</summary>
    private sealed class RefusingWrites(IWritableSource inner, params string[] refused) : WritableDecorator(inner)
    {
        public override Task<SourceEntry> WriteAsync(
            string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken) =>
            refused.Contains(path)
                ? throw new SourceEntryException(path, new SourceFault(ProblemCodes.SourceFull, "No space left on device."))
                : base.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);
    }
}
