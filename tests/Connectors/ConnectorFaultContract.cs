using System.Text;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about crashes and about everything at once.</summary>
public abstract partial class ConnectorContract
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_commit_changes_nothing_about_the_outcome(bool afterCommit)
    {
        PrepareBefore();
        var mirror = await MirrorAsync(Small);
        await CrashEverywhereAsync(mirror, afterCommit);
        var before = await mirror.FilesAsync();

        PrepareAfter();
        await CrashEverywhereAsync(mirror, afterCommit);

        var after = await mirror.FilesAsync();
        Assert.Equal((before["swap1"].Id, before["swap2"].Id), (after["swap2"].Id, after["swap1"].Id));
        Assert.Equal(before["dir/one"].Id, after["renamed/one"].Id);
        Assert.Equal(before["log"].Id, after["log.1"].Id);
        Assert.Equal((before["saved"].Id, 2), (after["saved"].Id, after["saved"].Version));
        Assert.Equal((before["changed"].Id, 2), (after["changed"].Id, after["changed"].Version));
        // Nothing was made twice: every file that ever was is either there or was deleted at the source.
        Assert.All(after.Values.Where(file => before.Values.All(old => old.Id != file.Id)), file => Assert.Equal(1, file.Version));

        void PrepareBefore()
        {
            foreach (var name in new[] { "swap1", "swap2", "log", "saved", "changed", "gone", "dir/one", "dir/two", "kind", "tree/a/b", "tree/c" })
                Tree.Write(name, name);
        }

        void PrepareAfter()
        {
            Tree.Move("swap1", "t");
            Tree.Move("swap2", "swap1");
            Tree.Move("t", "swap2");
            Tree.Move("log", "log.1");
            Tree.Write("log", "new log");
            Tree.Save("saved", "saved again");
            Tree.Write("changed", "changed in place");
            Tree.Delete("gone");
            Tree.Move("dir", "renamed");
            Tree.Delete("kind");
            Tree.Write("kind/now-a-directory", "1");
            Tree.Delete("tree");
            Tree.Write("new/1", "1");
            Tree.Write("new/2", "2");
        }
    }

    /// <summary>Every attempt dies one commit later than it began, so that each commit of the pass is the last one of some attempt.</summary>
    private static async Task CrashEverywhereAsync(Mirror mirror, bool afterCommit)
    {
        for (var attempts = 1; ; attempts++)
        {
            Assert.InRange(attempts, 1, 200);
            // Before a commit progress needs a second one; right after it, one is enough.
            var next = mirror.Commits.Count + (afterCommit ? 1 : 2);
            mirror.Commits.FailBefore = afterCommit ? null : next;
            mirror.Commits.FailAfter = afterCommit ? next : null;
            try
            {
                await mirror.RunAsync();
                break;
            }
            catch (CrashException)
            {
                if (afterCommit && await IsFinishedAsync(mirror))
                    break;
                Assert.DoesNotContain((await mirror.FilesAsync()).Values.GroupBy(file => file.Path), same => same.Count() > 1);
            }
        }

        (mirror.Commits.FailBefore, mirror.Commits.FailAfter) = (null, null);
        await mirror.AssertInStepAsync();
        var changes = await mirror.ChangeCountAsync();
        var again = await mirror.RunAsync();
        Assert.Equal((0, 0, 0, 0), (again.Report.Added, again.Report.Updated, again.Report.Moved, again.Report.Deleted));
        Assert.Equal(changes, await mirror.ChangeCountAsync());
    }

    private static async Task<bool> IsFinishedAsync(Mirror mirror) =>
        await mirror.Fixture.Connectors.FindRunningAsync(mirror.Connector.TenantId, mirror.Connector.Id, CancellationToken.None) is null;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(13)]
    [InlineData(15)]
    public async Task Whatever_happens_to_the_tree_the_share_follows_and_files_keep_their_ids(int seed)
    {
        var history = new StringBuilder();
        Tree.Log = change => history.Append(' ').Append(change).Append(';');
        var random = new Random(seed);
        var mirror = await MirrorAsync(seed % 2 == 0 ? Small : null);
        for (var round = 0; round < 12; round++)
        {
            var before = await mirror.FilesAsync();
            var idOf = Identities().ToDictionary(one => one.Key, one => before.GetValueOrDefault(one.Value)?.Id);
            history.Clear();
            for (var i = 0; i < 25; i++)
                Change(random);
            var wasCut = false;
            if (random.Next(3) == 0)
            {
                mirror.Commits.FailBefore = mirror.Commits.Count + 1 + random.Next(6);
                try
                {
                    await mirror.RunAsync();
                }
                catch (CrashException)
                {
                    // The tree moves on before the next attempt.
                    wasCut = true;
                    for (var i = 0; i < 3; i++)
                        Change(random);
                }

                mirror.Commits.FailBefore = null;
            }

            var run = await mirror.RunAsync();
            // A pass that was cut short judged part of the tree as it was before the cut.
            if (wasCut)
                run = await mirror.RunAsync();

            Assert.Equal(0, run.Report.Errors);
            await AssertInStepAsync(mirror, $"seed {seed}, round {round}:{history}");
            // What moves during a pass into a part that was read already is missed by it, and new to the next one.
            if (wasCut || !Tree.IdentitiesLast)
                continue;
            var after = await mirror.FilesAsync();
            foreach (var (identity, path) in Identities())
            {
                if (idOf.GetValueOrDefault(identity) is { } id && IsKnownById(before, id, path))
                    Assert.True(id == after[path].Id, $"seed {seed}, round {round}: {path} is another file in the share than before. {history}");
            }
        }

        // A file in whose old place an editor saved is the editor's file; only what has no such rival must keep its id.
        bool IsKnownById(SortedDictionary<string, Drive.DriveFile> before, string id, string path) =>
            before.First(one => one.Value.Id == id).Key is var old && (old == path || !File.Exists(Tree.At(old)));
    }

    private static async Task AssertInStepAsync(Mirror mirror, string history)
    {
        try
        {
            await mirror.AssertInStepAsync();
        }
        catch (Xunit.Sdk.XunitException fault)
        {
            throw new InvalidOperationException(history, fault);
        }
    }

    private Dictionary<string, string> Identities()
    {
        var opened = Tree.Open();
        return Tree.Files().Keys.ToDictionary(path => opened.StatAsync(path, Stop).GetAwaiter().GetResult()!.Identity, path => path);
    }

    private void Change(Random random)
    {
        var files = Tree.Files().Keys.ToList();
        var directories = Tree.Directories().ToList();
        string AnyDirectory() => random.Next(3) == 0 || directories.Count == 0 ? "" : directories[random.Next(directories.Count)] + "/";
        string AnyName() => ((char)('a' + random.Next(6))).ToString() + (random.Next(4) == 0 ? "-" : "");
        string Place() => AnyDirectory() + AnyName();
        string Text() => new((char)('0' + random.Next(10)), random.Next(40));
        try
        {
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    Tree.Write(Place(), Text());
                    break;
                case 3 when files.Count > 0:
                    Tree.Write(files[random.Next(files.Count)], Text());
                    break;
                case 4 when files.Count > 0:
                    Tree.Save(files[random.Next(files.Count)], Text());
                    break;
                case 5 or 6 when files.Count > 0:
                    Tree.Move(files[random.Next(files.Count)], Place());
                    break;
                case 7 when files.Count > 1:
                    var (one, other) = (files[random.Next(files.Count)], files[random.Next(files.Count)]);
                    Tree.Move(one, "swapping");
                    if (one != other)
                        Tree.Move(other, one);
                    Tree.Move("swapping", other);
                    break;
                case 8 when directories.Count > 0:
                    Tree.Move(directories[random.Next(directories.Count)], Place());
                    break;
                case 9 when files.Count > 4:
                    Tree.Delete(files[random.Next(files.Count)]);
                    break;
                case 10 when directories.Count > 3:
                    Tree.Delete(directories[random.Next(directories.Count)]);
                    break;
                case 11:
                    Tree.MakeDirectory(Place());
                    break;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not every random move is possible: a directory into itself, a file over a directory.
        }
    }
}
