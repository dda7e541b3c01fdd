using System.Text;
using ScaiDrive.Connectors.Conflicts;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about names that one side can hold and the other cannot.</summary>
public abstract partial class TwoWayContract
{
    [Fact]
    public async Task A_name_that_the_source_cannot_hold_is_reported_and_stays_in_the_share()
    {
        var mirror = await MirrorAsync();
        foreach (var path in new[] { "CON", "d/what?", "e./inside", "fine" })
            await mirror.WriteInShareAsync(path, path);

        var run = await mirror.RunAsync(source => new WindowsNames((IWritableSource)source));

        Assert.Equal(["fine"], Tree.Files().Keys);
        Assert.Equal(["CON", "d/what?", "e./inside", "fine"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(
            [("CON", ProblemCodes.NameNotAllowed), ("d/what?", ProblemCodes.NameNotAllowed), ("e.", ProblemCodes.NameNotAllowed)],
            (await mirror.ProblemsAsync(run)).Select(one => (one.Path, one.Code)).Order());
        // Told again when the share has news; until then nothing is compared for their sake.
        Assert.Equal(0, (await mirror.RunAsync(source => new WindowsNames((IWritableSource)source))).Report.Errors);
        await mirror.WriteInShareAsync("news", "news");
        Assert.Equal(3, (await mirror.RunAsync(source => new WindowsNames((IWritableSource)source))).Report.Errors);
    }

    [Theory]
    [InlineData(ConflictResolution.KeepBoth, false)]
    [InlineData(ConflictResolution.KeepBoth, true)]
    [InlineData(ConflictResolution.LastWriterWins, false)]
    [InlineData(ConflictResolution.LastWriterWins, true)]
    [InlineData(ConflictResolution.Manual, true)]
    [InlineData(ConflictResolution.ServerWins, true)]
    public async Task Two_names_that_differ_only_in_case_are_settled_by_rule_where_the_source_takes_them_for_one(ConflictResolution resolution, bool shareIsNewer)
    {
        Tree.Write("d/report.docx", "of the source");
        File.SetLastWriteTimeUtc(Tree.At("d/report.docx"), new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        var mirror = await MirrorAsync(resolution);
        await mirror.WriteInShareAsync("d/Report.docx", "of the share", new DateTimeOffset(2026, 1, shareIsNewer ? 3 : 1, 0, 0, 0, TimeSpan.Zero));
        Func<IConnectorSource, IConnectorSource> windows = source => new WindowsNames((IWritableSource)source);

        var run = await mirror.RunAsync(windows);
        await mirror.RunAsync(windows);

        var atSource = Tree.Files().Values.Select(Encoding.UTF8.GetString).ToHashSet();
        var problems = (await mirror.ProblemsAsync(run)).Select(one => one.Code).ToHashSet();
        Assert.Superset(new HashSet<string> { "of the source", "of the share" }, await mirror.EverStoredAsync());
        switch (resolution)
        {
            case ConflictResolution.KeepBoth:
                Assert.Equal(["of the share", "of the source"], atSource.Order());
                Assert.Equal(ConflictKinds.Case, Assert.Single(await mirror.ConflictsAsync()).Kind);
                await mirror.AssertInStepAsync();
                break;
            case ConflictResolution.LastWriterWins:
                Assert.Equal([shareIsNewer ? "of the share" : "of the source"], atSource);
                Assert.Contains(ProblemCodes.CaseConflict, problems);
                Assert.Equal(2, (await mirror.FilesAsync()).Count);
                break;
            case ConflictResolution.Manual:
                Assert.Equal(["of the source"], atSource);
                var open = Assert.Single(await mirror.ConflictsAsync());
                Assert.Equal((Conflict.Open, ConflictKinds.Case), (open.State, open.Kind));
                await mirror.DecideAsync(open, ConflictDecision.Both);
                await mirror.RunAsync(windows);
                await mirror.AssertInStepAsync();
                break;
            default:
                Assert.Equal(["of the source"], atSource);
                Assert.Contains(ProblemCodes.CaseConflict, problems);
                break;
        }
    }

    [Fact]
    public async Task A_decomposed_name_at_the_source_is_not_renamed()
    {
        Tree.Write("e\u0301/u\u0308.txt", "1");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        await mirror.WriteInShareAsync("\u00e9/\u00fc.txt", "2");
        var run = await mirror.RunAsync();

        Assert.Equal(["e\u0301/u\u0308.txt"], Tree.Files().Keys);
        Assert.Equal(("2", 1, 0), (TreeContent("e\u0301/u\u0308.txt"), run.Report.SentUpdated, run.Report.SentMoved));
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_commit_of_a_pass_in_both_directions_changes_nothing_about_the_outcome(bool afterCommit)
    {
        var mirror = await InStepAsync(ConflictResolution.KeepBoth, "edit-there", "edit-here", "edit-both", "move-here", "swap1", "swap2", "gone-here", "d/1", "e/2", "kind");
        Tree.Write("edit-there", "by the source");
        Tree.Write("edit-both", "by the source, too");
        await mirror.WriteInShareAsync("edit-here", "by the share");
        await mirror.WriteInShareAsync("edit-both", "by the share, too");
        await mirror.MoveInShareAsync("move-here", "e/moved");
        await mirror.MoveInShareAsync("swap1", "t");
        await mirror.MoveInShareAsync("swap2", "swap1");
        await mirror.MoveInShareAsync("t", "swap2");
        await mirror.DeleteInShareAsync("gone-here");
        await mirror.MoveFolderInShareAsync("d", "d-moved");
        await mirror.DeleteInShareAsync("kind");
        await mirror.WriteInShareAsync("kind/inside", "new");

        for (var at = 1; at < 200; at++)
        {
            (mirror.Commits.Count, mirror.Commits.FailBefore, mirror.Commits.FailAfter) = (0, afterCommit ? null : at, afterCommit ? at : null);
            try
            {
                await mirror.RunAsync();
                break;
            }
            catch (CrashException)
            {
                // The next attempt goes on, and gets as far as one commit more.
            }
        }

        (mirror.Commits.FailBefore, mirror.Commits.FailAfter) = (null, null);
        await mirror.AssertInStepAsync();
        Assert.Equal(("swap2", "swap1", "by the share"), (TreeContent("swap1"), TreeContent("swap2"), TreeContent("edit-here")));
        Assert.Equal(10, Tree.Files().Count);
        Assert.Single(Tree.Files().Keys, path => path.Contains("conflict", StringComparison.Ordinal));
        await QuietRunAsync(mirror);
    }

    /// <summary>Has the names of Windows, whatever the file system of the test allows.</summary>
    private sealed class WindowsNames(IWritableSource inner) : WritableDecorator(inner)
    {
        public override NameRules Names => NameRules.Windows;
    }
}
