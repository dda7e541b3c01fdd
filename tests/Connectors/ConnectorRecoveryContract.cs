using Npgsql;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about passes that meet a full disk, a busy database or a share that others change, and about what remains of them.</summary>
public abstract partial class ConnectorContract
{
    [Fact]
    public async Task A_full_disk_ends_the_pass_with_its_code_and_deletes_nothing()
    {
        Tree.Write("a", "1");
        Tree.Write("gone", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        Tree.Delete("gone");
        Tree.Write("b", "3");

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new InterferingSource(
            source, _ => throw new DiskFullException("/content", new IOException("No space left on device")), null)));

        Assert.Equal("STORAGE_FULL", fault.Code);
        Assert.IsType<DiskFullException>(fault.InnerException);
        Assert.Equal(["a", "gone"], (await mirror.FilesAsync()).Keys);
        var run = (await mirror.RunsAsync(1))[0];
        Assert.Equal(("failed", "STORAGE_FULL", fault.Message), (run.Status, run.ErrorCode, run.ErrorMessage));
        Assert.NotNull(run.FinishedAt);
        var connector = await mirror.CurrentAsync();
        Assert.Equal((ConnectorStatus.Error, fault.Message), (connector.Status, connector.StatusMessage));

        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_pass_that_was_given_up_in_the_middle_twice_is_gone_on_with_as_one_run()
    {
        for (var i = 0; i < 9; i++)
            Tree.Write($"{i}", $"{i}");
        var mirror = await MirrorAsync(Small);
        mirror.Commits.FailBefore = 3;
        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync());
        mirror.Commits.FailBefore = null;
        Assert.Equal(ConnectorStatus.Syncing, (await mirror.CurrentAsync()).Status);

        mirror.Commits.FailBefore = mirror.Commits.Count + 2;
        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync());
        mirror.Commits.FailBefore = null;

        var run = await mirror.RunAsync();
        Assert.Equal((ConnectorStatus.Idle, 9L), ((await mirror.CurrentAsync()).Status, run.Report.Added));
        Assert.Single(await mirror.RunsAsync(10));
    }

    [Fact]
    public async Task What_is_read_ahead_counts_only_with_the_commit_that_brings_it()
    {
        for (var i = 0; i < 12; i++)
            Tree.Write($"{i:D2}", $"{i}");
        var mirror = await MirrorAsync(Small);
        using var isAhead = new ManualResetEventSlim();
        // The run, then its first three files; the next three are about to be committed when later ones are already opened.
        mirror.Commits.FailBefore = 3;
        mirror.Commits.OnBegin = () => Assert.True(mirror.Commits.Count < 2 || isAhead.Wait(TimeSpan.FromSeconds(30)));

        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync(source => new InterferingSource(
            source,
            path =>
            {
                if (path == "06")
                    isAhead.Set();
            },
            null)));

        (mirror.Commits.FailBefore, mirror.Commits.OnBegin) = (null, null);
        var cut = (await mirror.RunsAsync(1))[0];
        Assert.Equal((3, 3, "02"), (cut.Report.Listed, cut.Report.Added, cut.Cursor));
        Assert.Equal(["00", "01", "02"], (await mirror.FilesAsync()).Keys);

        var run = await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal((12, 12), (run.Report.Listed, run.Report.Added));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_the_newest_hundred_runs_of_a_connector_are_kept_with_their_problems(bool succeeds)
    {
        Tree.Write("a", "1");
        var (mirror, other) = (await MirrorAsync(), await MirrorAsync());
        foreach (var one in new[] { mirror, other })
        {
            // Ids sort by time: these come before that of any run to come.
            await one.ExecuteAsync("""
                INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, phase, finished_at)
                SELECT $1, 'run_00' || $2 || to_char(number, 'FM000'), $2, 'test', 'completed', 'done', now() FROM generate_series(1, 120) number;
                """);
            await one.ExecuteAsync("""
                INSERT INTO connectors.item (tenant_id, run_id, number, path, code, detail, is_error)
                SELECT tenant_id, id, number, 'a', 'link', '', false FROM connectors.run, generate_series(1, 2) number WHERE tenant_id = $1 AND connector_id = $2;
                """);
        }

        if (succeeds)
            await mirror.RunAsync();
        else
            await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new InterferingSource(source, _ => throw new DiskFullException("/content", new IOException()), null)));

        var runs = await mirror.RunsAsync(1_000);
        Assert.Equal((100, succeeds ? "completed" : "failed"), (runs.Count, runs[0].Status));
        Assert.EndsWith("120", runs[1].Id, StringComparison.Ordinal);
        Assert.EndsWith("022", runs[^1].Id, StringComparison.Ordinal);
        Assert.Equal(99 * 2, await mirror.CountProblemsAsync());
        Assert.Equal((120, 240), ((await other.RunsAsync(1_000)).Count, await other.CountProblemsAsync()));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public async Task A_transaction_that_met_another_one_is_made_again_and_counts_once(string sqlState)
    {
        foreach (var name in new[] { "a", "d/b", "d/e/c", "f/g", "gone", "moved", "tree/x", "tree/y" })
            Tree.Write(name, name);
        var links = Tree.ShowsLinks ? 1 : 0;
        if (Tree.ShowsLinks)
            File.CreateSymbolicLink(Tree.At("link"), "a");
        var mirror = await MirrorAsync(Small);
        mirror.Commits.Refuse = (sqlState, 3);

        var first = await mirror.RunAsync();

        await mirror.AssertInStepAsync(except: "link");
        Assert.Equal((8, 12 + links, links), (first.Report.Added, first.Report.Listed, first.Report.Skipped));
        Assert.Equal(new[] { ("link", ProblemCodes.Link) }.Take(links), (await mirror.ProblemsAsync(first)).Select(one => (one.Path, one.Code)));

        Tree.Delete("gone");
        Tree.Move("moved", "d/moved");
        Tree.Move("tree", "wood");
        Tree.Write("a", "changed");
        var second = await mirror.RunAsync();

        await mirror.AssertInStepAsync(except: "link");
        Assert.Equal((0, 1, 3, 1), (second.Report.Added, second.Report.Updated, second.Report.Moved, second.Report.Deleted));
    }

    [Fact]
    public async Task A_transaction_that_meets_others_again_and_again_leaves_the_run_to_another_attempt()
    {
        Tree.Write("a", "1");
        var mirror = await MirrorAsync();
        mirror.Commits.Refuse = (PostgresErrorCodes.DeadlockDetected, 4);

        Assert.Equal(PostgresErrorCodes.DeadlockDetected, (await Assert.ThrowsAsync<PostgresException>(() => mirror.RunAsync())).SqlState);

        mirror.Commits.Refuse = null;
        Assert.Equal(1, (await mirror.RunAsync()).Report.Added);
        Assert.Single(await mirror.RunsAsync(10));
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_file_whose_stored_content_was_collected_before_the_commit_is_named_and_taken_by_the_next_pass()
    {
        foreach (var name in new[] { "changed", "z", "quiet" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();
        Tree.Write("changed", "changed in place");
        Tree.Write("new", "brand new");
        Tree.Write("other", "another one");
        Tree.Move("z", "moved");
        Tree.Write("moved", "moved and changed");

        var run = await mirror.RunAsync(source =>
        {
            mirror.Commits.OnBegin = () =>
            {
                foreach (var path in new[] { "changed", "moved", "new" })
                    mirror.LoseContent(Tree.Files()[path]);
            };
            return source;
        });
        mirror.Commits.OnBegin = null;

        Assert.Equal(("completed", 1, 3, Tree.IdentitiesLast ? 0 : 1), (run.Status, run.Report.Added, run.Report.Errors, run.Report.Deleted));
        var problems = await mirror.ProblemsAsync(run);
        Assert.Equal([("changed", true), ("moved", true), ("new", true)], problems.Select(one => (one.Path, one.IsError)).Order());
        Assert.All(problems, one =>
        {
            Assert.Equal(ProblemCodes.ContentVanished, one.Code);
            Assert.Contains("was collected", one.Detail, StringComparison.Ordinal);
            Assert.NotEmpty(one.Hint);
        });
        Assert.Equal("changed", await mirror.ReadAsync("changed"));
        if (Tree.IdentitiesLast)
            Assert.Equal(before["z"].Id, (await mirror.FilesAsync())["moved"].Id);

        Assert.Equal(0, (await mirror.RunAsync()).Report.Errors);
        await mirror.AssertInStepAsync();
        if (Tree.IdentitiesLast)
            Assert.Equal(before["z"].Id, (await mirror.FilesAsync())["moved"].Id);
    }

    [Fact]
    public async Task A_new_file_whose_name_somebody_took_in_the_share_does_not_hold_back_its_neighbours()
    {
        Tree.Write("d/old", "old");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var folderId = (await mirror.FilesAsync())["d/old"].FolderId;
        var upload = await mirror.StoreAsync("uploaded");
        await mirror.InShareAsync(async drive =>
        {
            await drive.CreateFileAsync(new NewFile(mirror.Connector.TargetShareId, folderId, "new 2", upload, "text/plain", DateTimeOffset.UnixEpoch), Stop);
            await drive.CreateFolderAsync(mirror.Connector.TargetShareId, folderId, "new 4", Stop);
        });
        foreach (var number in Enumerable.Range(0, 6))
            Tree.Write($"d/new {number}", $"of the source {number}");

        var run = await mirror.RunAsync();

        Assert.Equal((5, 1), (run.Report.Added, run.Report.Errors));
        Assert.Equal(("d/new 4", ProblemCodes.NameConflict), (await mirror.ProblemsAsync(run)).Select(one => (one.Path, one.Code)).Single());
        Assert.Equal(["d/new 0", "d/new 1", "d/new 2", "d/new 3", "d/new 5", "d/old"], (await mirror.FilesAsync()).Keys);
        Assert.Equal("of the source 2", await mirror.ReadAsync("d/new 2"));
    }

    [Fact]
    public async Task An_upload_gives_way_to_what_the_source_has_at_its_place_and_never_ends_the_pass()
    {
        foreach (var name in new[] { "old/x", "swapped", "removed/y" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();
        var folderId = before["swapped"].FolderId;
        var upload = await mirror.StoreAsync("uploaded");
        await mirror.InShareAsync(async drive =>
        {
            // Somebody put what the source has out of the way, and something else in its place.
            await drive.MoveFileAsync(before["swapped"].Id, folderId, "aside", Stop);
            await drive.DeleteFolderAsync(before["removed/y"].FolderId!, permanent: false, Stop);
            foreach (var name in new[] { "new-file", "new-directory", "renamed", "swapped", "removed" })
                await drive.CreateFileAsync(new NewFile(mirror.Connector.TargetShareId, folderId, name, upload, "text/plain", DateTimeOffset.UnixEpoch), Stop);
        });
        Tree.Write("new-file", "of the source");
        Tree.Write("new-directory/z", "of the source");
        Tree.Move("old", "renamed");

        var run = await mirror.RunAsync();

        Assert.Equal(("completed", 0), (run.Status, run.Report.Errors));
        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before["old/x"].Id, before["swapped"].Id), (after["renamed/x"].Id, after["swapped"].Id));
    }

    [Fact]
    public async Task An_uploaded_folder_with_the_name_of_a_new_file_is_named_and_stays()
    {
        Tree.Write("a", "1");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var folderId = (await mirror.FilesAsync())["a"].FolderId;
        await mirror.InShareAsync(drive => drive.CreateFolderAsync(mirror.Connector.TargetShareId, folderId, "b", Stop));
        Tree.Write("b", "2");
        Tree.Write("c", "3");

        var run = await mirror.RunAsync();

        Assert.Equal(("completed", 1, 1), (run.Status, run.Report.Added, run.Report.Errors));
        Assert.Equal(("b", ProblemCodes.NameConflict, true), Assert.Single(await mirror.ProblemsAsync(run)) switch { var one => (one.Path, one.Code, one.IsError) });
        Assert.Equal(["a", "c"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(["b"], await mirror.FoldersAsync());
    }
}
