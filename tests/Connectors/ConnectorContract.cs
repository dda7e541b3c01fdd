using ScaiDrive.Connectors.Filtering;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What every source owes the share it is mirrored into. A class per source says how to make a tree.</summary>
public abstract partial class ConnectorContract(MirrorFixture fixture) : IClassFixture<MirrorFixture>, IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    protected SourceTree Tree => field ??= NewTree();

    protected MirrorFixture Fixture => fixture;

    /// <summary>An empty tree of its own.</summary>
    protected abstract SourceTree NewTree();

    public void Dispose()
    {
        Tree.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<Mirror> MirrorAsync(ConnectorOptions? options = null, Func<NewConnector, NewConnector>? change = null) =>
        fixture.MirrorAsync(Tree, options, change);

    /// <summary>So small that every page and batch is crossed.</summary>
    private static ConnectorOptions Small => new() { BatchFiles = 3, BatchBytes = 64, CheckpointEntries = 4, SnapshotPage = 2 };

    [Fact]
    public async Task The_first_pass_brings_every_file_and_every_empty_directory()
    {
        Tree.Write("a.txt", "alpha");
        Tree.Write("b/c/d.txt", "delta");
        Tree.Write("b-/x", "sorts between b and b/c in whole paths");
        Tree.Write("b/leer", "");
        Tree.Write("ünïcödé/名前 𝔘.md", "names");
        Tree.MakeDirectory("empty/inside");
        var mirror = await MirrorAsync();

        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal("delta", await mirror.ReadAsync("b/c/d.txt"));
        Assert.Equal(("completed", 5, 0, 0, 0), (run.Status, run.Report.Added, run.Report.Updated, run.Report.Deleted, run.Report.Errors));
        Assert.Equal(11, run.Report.Listed);
        var connector = (await fixture.Connectors.FindAsync(mirror.Connector.TenantId, mirror.Connector.Id, Stop))!;
        Assert.Equal((ConnectorStatus.Idle, 5L), (connector.Status, connector.TotalFilesSynced));
        Assert.NotNull(connector.LastSyncAt);
    }

    [Fact]
    public async Task An_unchanged_source_is_neither_read_nor_written()
    {
        Tree.Write("a", "1");
        Tree.Write("d/b", "2");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var changes = await mirror.ChangeCountAsync();

        var run = await mirror.RunAsync(source => new RefusingSource(source, "a", "d/b"));

        Assert.Equal((2, 0, 0, 0), (run.Report.Unchanged, run.Report.Added, run.Report.Updated, run.Report.Errors));
        Assert.Equal(changes, await mirror.ChangeCountAsync());
    }

    [Fact]
    public async Task A_change_in_place_is_a_new_version_of_the_same_file()
    {
        Tree.Write("a", "one");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var before = (await mirror.FilesAsync())["a"];

        Tree.Write("a", "two!");
        var run = await mirror.RunAsync();

        var after = (await mirror.FilesAsync())["a"];
        await mirror.AssertInStepAsync();
        Assert.Equal((before.Id, 2, 1), (after.Id, after.Version, run.Report.Updated));
    }

    [Fact]
    public async Task A_change_that_hides_behind_the_old_size_and_date_is_noticed()
    {
        Tree.Write("a", "one");
        var date = File.GetLastWriteTimeUtc(Tree.At("a"));
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        Tree.Write("a", "two");
        File.SetLastWriteTimeUtc(Tree.At("a"), date);
        await mirror.RunAsync();

        // Where the server keeps no time of the last change, nothing tells; the README says so.
        if (Tree.TellsLastChange)
            await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_new_date_alone_is_no_new_version_and_is_shown()
    {
        Tree.Write("a", "one");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        var date = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Tree.At("a"), date);
        var run = await mirror.RunAsync();

        var file = (await mirror.FilesAsync())["a"];
        Assert.Equal((1, date, 1, 0), (file.Version, file.ModifiedAt.UtcDateTime, run.Report.Unchanged, run.Report.Updated));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    [InlineData("a", "new/directory/a")]
    [InlineData("old/deep/a", "a")]
    [InlineData("a", "A")]
    [InlineData("A", "a")]
    public async Task A_renamed_or_moved_file_keeps_its_id_and_is_not_read(string from, string to)
    {
        Tree.Write(from, "content");
        Tree.Write("other", "other");
        File.SetLastWriteTimeUtc(Tree.At(from), new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())[from].Id;

        Tree.Move(from, to);
        var run = await mirror.RunAsync(source => new RefusingSource(source, to));

        await mirror.AssertInStepAsync();
        Assert.Equal((id, 1, 0, 0), ((await mirror.FilesAsync())[to].Id, run.Report.Moved, run.Report.Deleted, run.Report.Errors));
    }

    [Fact]
    public async Task A_file_that_was_moved_and_changed_keeps_its_id_and_gets_a_version()
    {
        Tree.Write("a", "one");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["a"].Id;

        Tree.Move("a", "z/b");
        Tree.Write("z/b", "more than one");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var file = (await mirror.FilesAsync())["z/b"];
        if (Tree.IdentitiesLast)
            Assert.Equal((id, 2), (file.Id, file.Version));
    }

    [Fact]
    public async Task A_moved_file_that_cannot_be_read_now_moves_all_the_same()
    {
        Tree.Write("z", "one");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["z"].Id;

        Tree.Move("z", "a");
        if (Tree.IdentitiesLast)
            Tree.Write("a", "longer");
        var run = await mirror.RunAsync(source => new RefusingSource(source, "a"));

        Assert.Equal((id, Tree.IdentitiesLast ? 1 : 0), ((await mirror.FilesAsync())["a"].Id, run.Report.Errors));
        Assert.Equal("one", await mirror.ReadAsync("a"));
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["a"].Id);
    }

    [Fact]
    public async Task A_file_saved_over_the_old_one_is_a_new_version_of_it_even_with_its_size_and_date()
    {
        Tree.Write("a", "one");
        var date = File.GetLastWriteTimeUtc(Tree.At("a"));
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["a"].Id;

        Tree.Save("a", "two");
        File.SetLastWriteTimeUtc(Tree.At("a"), date);
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var file = (await mirror.FilesAsync())["a"];
        Assert.Equal((id, 2, 1, 0), (file.Id, file.Version, run.Report.Updated, run.Report.Deleted));
    }

    [Theory]
    [InlineData("log", "log.1")]
    [InlineData("log", "archive/log")]
    [InlineData("z/log", "a/log")]
    public async Task A_file_renamed_and_made_anew_is_known_under_its_new_name(string path, string renamed)
    {
        Tree.Write(path, "old");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())[path].Id;

        Tree.Move(path, renamed);
        Tree.Write(path, "new");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var files = await mirror.FilesAsync();
        Assert.Equal(id, files[renamed].Id);
        Assert.NotEqual(id, files[path].Id);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("d/a", "e/b")]
    [InlineData("d/a", "b")]
    public async Task Two_files_that_change_names_keep_their_ids(string one, string other)
    {
        Tree.Write(one, "one");
        Tree.Write(other, "other");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move(one, "t");
        Tree.Move(other, one);
        Tree.Move("t", other);
        var run = await mirror.RunAsync(source => new RefusingSource(source, one, other));

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before[one].Id, before[other].Id), (after[other].Id, after[one].Id));
        Assert.Equal((2, 0, 0), (run.Report.Moved, run.Report.Deleted, run.Report.Errors));
    }

    [Fact]
    public async Task A_chain_of_renames_keeps_every_id_and_ends_the_one_written_over()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move("c", "d");
        Tree.Move("b", "c");
        Tree.Move("a", "b");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before["a"].Id, before["b"].Id, before["c"].Id), (after["b"].Id, after["c"].Id, after["d"].Id));
        Assert.Equal((3, 1), (run.Report.Moved, run.Report.Deleted));
    }

    [Fact]
    public async Task Four_files_that_rotate_keep_their_ids()
    {
        foreach (var name in new[] { "1", "2", "3", "4" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync(new ConnectorOptions { BatchFiles = 1 });
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move("4", "t");
        Tree.Move("3", "4");
        Tree.Move("2", "3");
        Tree.Move("1", "2");
        Tree.Move("t", "1");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal(
            (before["1"].Id, before["2"].Id, before["3"].Id, before["4"].Id), (after["2"].Id, after["3"].Id, after["4"].Id, after["1"].Id));
    }

    [Theory]
    [InlineData("d", "e")]
    [InlineData("e", "d")]
    [InlineData("d", "other/place/d")]
    [InlineData("d", "D")]
    public async Task A_renamed_directory_moves_as_a_whole_without_reading(string from, string to)
    {
        for (var i = 0; i < 7; i++)
            Tree.Write($"{from}/sub/{i}", $"{i}");
        Tree.MakeDirectory($"{from}/empty");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move(from, to);
        SourceDecorator? seen = null;
        var run = await mirror.RunAsync(source => seen = new SourceDecorator(source));

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal(before.Values.Select(file => file.Id), after.Values.Select(file => file.Id));
        Assert.Equal(before.Values.Select(file => file.FolderId), after.Values.Select(file => file.FolderId));
        Assert.Empty(seen!.Opened);
        Assert.Equal((7, 0, 7), (run.Report.Moved, run.Report.Deleted, run.Report.Unchanged));
    }

    [Fact]
    public async Task A_directory_turned_inside_out_keeps_its_files()
    {
        Tree.Write("p/q/inner", "inner");
        Tree.Write("p/outer", "outer");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move("p/q", "q");
        Tree.Move("p", "q/p");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before["p/q/inner"].Id, before["p/outer"].Id), (after["q/inner"].Id, after["q/p/outer"].Id));
    }

    [Theory]
    [InlineData("d", "e")]
    [InlineData("e", "d")]
    public async Task A_directory_renamed_and_made_anew_keeps_its_files_under_the_new_name(string path, string renamed)
    {
        Tree.Write($"{path}/a", "a");
        Tree.Write($"{path}/sub/b", "b");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move(path, renamed);
        Tree.Write($"{path}/a", "another");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before[$"{path}/a"].Id, before[$"{path}/sub/b"].Id), (after[$"{renamed}/a"].Id, after[$"{renamed}/sub/b"].Id));
    }

    [Fact]
    public async Task Two_directories_that_change_names_keep_their_files()
    {
        Tree.Write("d/a", "da");
        Tree.Write("d/only-d", "1");
        Tree.Write("e/a", "ea");
        Tree.Write("e/only-e/x", "2");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var before = await mirror.FilesAsync();

        Tree.Move("d", "t");
        Tree.Move("e", "d");
        Tree.Move("t", "e");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((before["d/a"].Id, before["e/a"].Id), (after["e/a"].Id, after["d/a"].Id));
        Assert.Equal((before["d/only-d"].Id, before["e/only-e/x"].Id), (after["e/only-d"].Id, after["d/only-e/x"].Id));
    }

    [Fact]
    public async Task A_file_gives_way_to_a_directory_of_its_name_and_back()
    {
        Tree.Write("x", "file");
        Tree.Write("y", "stays known");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["y"].Id;

        Tree.Delete("x");
        Tree.Write("x/inside", "1");
        Tree.Move("y", "t");
        Tree.MakeDirectory("y");
        Tree.Move("t", "y/t");
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["y/t"].Id);

        Tree.Delete("x");
        Tree.Write("x", "file again");
        Tree.Move("y/t", "t");
        Tree.Delete("y");
        Tree.Move("t", "y");
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["y"].Id);
    }

    [Fact]
    public async Task A_file_found_elsewhere_stays_there_when_a_directory_takes_its_old_name()
    {
        Tree.Write("x", "1");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var id = (await mirror.FilesAsync())["x"].Id;

        Tree.Move("x", "a");
        Tree.MakeDirectory("x");
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(id, (await mirror.FilesAsync())["a"].Id);
    }

    [Fact]
    public async Task A_copy_with_an_old_date_is_a_file_of_its_own()
    {
        Tree.Write("a", "same");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        File.Copy(Tree.At("a"), Tree.At("copy"));
        File.SetLastWriteTimeUtc(Tree.At("copy"), new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var files = await mirror.FilesAsync();
        Assert.NotEqual(files["a"].Id, files["copy"].Id);
    }

    [Fact]
    public async Task What_is_deleted_at_the_source_is_deleted_in_the_share()
    {
        Tree.Write("keep", "1");
        Tree.Write("file", "2");
        for (var i = 0; i < 9; i++)
            Tree.Write($"d/e{i % 3}/f/{i}", $"{i}");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();

        Tree.Delete("file");
        Tree.Delete("d");
        var run = await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal(10, run.Report.Deleted);
        Assert.Equal(["keep"], (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task What_a_listing_missed_by_mistake_is_not_deleted()
    {
        Tree.Write("a", "1");
        Tree.Write("d/b", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        var run = await mirror.RunAsync(source => new ForgetfulSource(source, "a", "d"));

        await mirror.AssertInStepAsync();
        Assert.Equal(0, run.Report.Deleted);
    }

    [Fact]
    public async Task A_file_that_vanishes_between_listing_and_reading_is_no_error()
    {
        Tree.Write("a", "1");
        Tree.Write("b", "2");
        Tree.Write("c", "3");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        Tree.Write("b", "changed");
        Tree.Write("new", "4");

        var run = await mirror.RunAsync(source => new InterferingSource(source, path => Tree.Delete(path), null));

        await mirror.AssertInStepAsync();
        Assert.Equal(("completed", 0, 0), (run.Status, run.Report.Errors, run.Report.Added));
        Assert.Equal(["a", "c"], (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task A_file_that_changes_once_while_it_is_read_is_read_again()
    {
        Tree.Write("a", "first");
        var mirror = await MirrorAsync();
        var isFirst = true;

        var run = await mirror.RunAsync(source => new InterferingSource(source, null, path =>
        {
            if (isFirst)
                Tree.Write(path, "second");
            isFirst = false;
        }));

        if (Tree.ReadsAtOnce)
            await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal((1, 0), (run.Report.Added, run.Report.Skipped));
    }

    [Fact]
    public async Task A_file_that_keeps_changing_is_left_for_the_next_pass()
    {
        Tree.Write("a", "0");
        Tree.Write("b", "quiet");
        var mirror = await MirrorAsync();
        var length = 1;

        var run = await mirror.RunAsync(source => new InterferingSource(source, null, path =>
        {
            if (path == "a")
                Tree.Write(path, new string('x', ++length));
        }));

        Assert.Equal(Tree.ReadsAtOnce ? ["a", "b"] : ["b"], (await mirror.FilesAsync()).Keys);
        if (!Tree.ReadsAtOnce)
        {
            Assert.Equal((1, 0), (run.Report.Skipped, run.Report.Errors));
            Assert.Equal(("a", ProblemCodes.Changing, false), Assert.Single(await mirror.ProblemsAsync(run)) switch { var one => (one.Path, one.Code, one.IsError) });
        }

        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task Unreadable_items_are_counted_and_named_and_nothing_below_them_is_deleted()
    {
        Tree.Write("a", "1");
        Tree.Write("locked/deep/b", "2");
        Tree.Write("z", "3");
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        Tree.Write("a", "changed");
        Tree.Delete("z");
        Tree.Write("zz", "4");

        var run = await mirror.RunAsync(source => new RefusingSource(source, "a", "locked"));

        Assert.Equal(("completed", 2, 1, 1), (run.Status, run.Report.Errors, run.Report.Deleted, run.Report.Added));
        Assert.Equal(["a", "locked/deep/b", "zz"], (await mirror.FilesAsync()).Keys);
        Assert.Equal("1", await mirror.ReadAsync("a"));
        var problems = await mirror.ProblemsAsync(run);
        Assert.Equal([("a", ProblemCodes.AccessDenied), ("locked", ProblemCodes.AccessDenied)], problems.Select(one => (one.Path, one.Code)).Order());
        Assert.All(problems, one => Assert.NotEmpty(one.Hint));
        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_source_that_goes_away_in_the_middle_of_a_pass_deletes_nothing()
    {
        Tree.Write("a", "1");
        Tree.Write("d/b", "2");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        var probes = 0;
        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new ProbingSource(
            new ForgetfulSource(source, "a", "d"), () => ++probes == 1 ? null : "another root")));

        Assert.Equal(ConnectorCodes.SourceReplaced, fault.Code);
        Assert.Equal(["a", "d/b"], (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task An_empty_root_that_is_not_the_one_it_was_deletes_nothing()
    {
        Tree.Write("a", "1");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new ProbingSource(
            new ForgetfulSource(source, "a"), () => "the mount point without its mount")));

        Assert.Equal(ConnectorCodes.SourceReplaced, fault.Code);
        Assert.Equal(["a"], (await mirror.FilesAsync()).Keys);
    }

    [Fact]
    public async Task Default_excludes_are_settings_of_the_connector_and_leave_no_error()
    {
        foreach (var name in new[] { "~$report.docx", "Thumbs.db", "thumbs.DB", ".DS_Store", "Desktop.ini", "d/~$x", "kept.tmp" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync();

        var run = await mirror.RunAsync();

        Assert.Equal(PathFilter.DefaultExcludes, mirror.Connector.ExcludePatterns);
        Assert.Equal(["kept.tmp"], (await mirror.FilesAsync()).Keys);
        Assert.Equal((6, 0, 1), (run.Report.Excluded, run.Report.Errors, run.Report.Added));
    }

    [Fact]
    public async Task Includes_choose_files_and_make_no_empty_folders_and_a_new_exclude_takes_files_away()
    {
        Tree.Write("a.pdf", "1");
        Tree.Write("notes/b.txt", "2");
        Tree.Write("deep/er/c.PDF", "3");
        Tree.Write("archive/d.pdf", "4");
        var mirror = await MirrorAsync(change: connector => connector with { IncludePatterns = ["*.pdf"] });
        await mirror.RunAsync();
        Assert.Equal(["a.pdf", "archive/d.pdf", "deep/er/c.PDF"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(["archive", "deep", "deep/er"], await mirror.FoldersAsync());

        await mirror.InDatabaseAsync(transaction => fixture.Connectors.UpdateAsync(
            transaction, mirror.Connector with { ExcludePatterns = ["archive/**"] }, Stop));
        var run = await mirror.RunAsync();

        Assert.Equal(["a.pdf", "deep/er/c.PDF"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(1, run.Report.Deleted);
    }

    [Fact]
    public async Task What_somebody_changed_in_the_share_is_put_back()
    {
        foreach (var name in new[] { "deleted", "changed", "moved", "d/in/folder", "e/x" })
            Tree.Write(name, name);
        var mirror = await MirrorAsync(Small);
        await mirror.RunAsync();
        var files = await mirror.FilesAsync();

        var other = await mirror.StoreAsync("not what the source has");
        await mirror.InShareAsync(async drive =>
        {
            await drive.MoveFolderAsync(files["d/in/folder"].FolderId!, null, "elsewhere", Stop);
            await drive.DeleteFolderAsync(files["e/x"].FolderId!, permanent: false, Stop);
            await drive.DeleteFileAsync(files["deleted"].Id, permanent: false, Stop);
            await drive.AddVersionAsync(files["changed"].Id, other, "text/plain", DateTimeOffset.UnixEpoch, Stop);
            await drive.MoveFileAsync(files["moved"].Id, null, "hidden", Stop);
        });
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        var after = await mirror.FilesAsync();
        Assert.Equal((files["changed"].Id, files["moved"].Id, files["d/in/folder"].Id), (after["changed"].Id, after["moved"].Id, after["d/in/folder"].Id));
    }

    [Fact]
    public async Task What_others_put_into_the_share_stays_unless_the_source_has_that_name()
    {
        Tree.Write("d/a", "1");
        var mirror = await MirrorAsync();
        await mirror.RunAsync();
        var folderId = (await mirror.FilesAsync())["d/a"].FolderId;
        var (mine, taken) = (await mirror.StoreAsync("mine"), await mirror.StoreAsync("taken"));
        await mirror.InShareAsync(async drive =>
        {
            await drive.CreateFileAsync(new NewFile(mirror.Connector.TargetShareId, folderId, "mine", mine, "text/plain", DateTimeOffset.UnixEpoch), Stop);
            await drive.CreateFileAsync(new NewFile(mirror.Connector.TargetShareId, folderId, "b", taken, "text/plain", DateTimeOffset.UnixEpoch), Stop);
        });

        Tree.Write("d/b", "of the source");
        await mirror.RunAsync();
        Assert.Equal(["d/a", "d/b", "d/mine"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(("of the source", 2), (await mirror.ReadAsync("d/b"), (await mirror.FilesAsync())["d/b"].Version));

        Tree.Delete("d");
        var run = await mirror.RunAsync();
        Assert.Equal(["d/mine"], (await mirror.FilesAsync()).Keys);
        Assert.Equal(ProblemCodes.FolderNotEmpty, Assert.Single(await mirror.ProblemsAsync(run)).Code);
        Assert.Equal(0, run.Report.Errors);
    }

    [Fact]
    public async Task Two_connectors_never_fight_over_one_file()
    {
        Tree.Write("a", "first");
        var first = await MirrorAsync();
        await first.RunAsync();
        using var otherTree = NewTree();
        otherTree.Write("a", "second");
        otherTree.Write("b", "second");
        var second = await fixture.MirrorAsync(otherTree, shareId: first.Connector.TargetShareId);

        var run = await second.RunAsync();

        Assert.Equal("first", await first.ReadAsync("a"));
        Assert.Equal((1, 1), (run.Report.Added, run.Report.Errors));
        Assert.Equal(ProblemCodes.NameConflict, Assert.Single(await second.ProblemsAsync(run)).Code);
    }

    [Fact]
    public async Task Names_that_differ_only_in_Unicode_form_are_reported_and_the_first_one_wins()
    {
        Tree.Write("e\u0301.txt", "decomposed");
        Tree.Write("\u00e9.txt", "composed");
        Tree.Write("o\u0308/x", "decomposed");
        Tree.Write("\u00f6/x", "composed");
        var mirror = await MirrorAsync();

        for (var pass = 0; pass < 2; pass++)
        {
            var run = await mirror.RunAsync();
            Assert.Equal("decomposed", await mirror.ReadAsync("\u00e9.txt"));
            Assert.Equal("decomposed", await mirror.ReadAsync("\u00f6/x"));
            Assert.Equal(2, run.Report.Errors);
            Assert.All(await mirror.ProblemsAsync(run), one => Assert.Equal(ProblemCodes.NameConflict, one.Code));
        }
    }

    [Fact]
    public async Task A_paused_connector_stops_at_the_next_commit_and_goes_on_when_resumed()
    {
        for (var i = 0; i < 10; i++)
            Tree.Write($"{i}", $"{i}");
        var mirror = await MirrorAsync(Small);
        var (tenantId, id) = (mirror.Connector.TenantId, mirror.Connector.Id);

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new InterferingSource(source, path =>
        {
            if (path == "4")
                mirror.InDatabaseAsync(transaction => fixture.Connectors.PauseAsync(transaction, tenantId, id, "maintenance", Stop)).GetAwaiter().GetResult();
        }, null)));
        Assert.Equal(ConnectorCodes.Paused, fault.Code);
        Assert.InRange((await mirror.FilesAsync()).Count, 1, 9);
        Assert.Equal(ConnectorCodes.Paused, (await Assert.ThrowsAsync<ConnectorException>(mirror.RunFromSettingsAsync)).Code);

        await mirror.InDatabaseAsync(transaction => fixture.Connectors.ResumeAsync(transaction, tenantId, id, Stop));
        var run = await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        Assert.Equal(10, run.Report.Added);
        Assert.Single(await fixture.Connectors.ListRunsAsync(tenantId, id, null, 10, Stop));
    }

    [Fact]
    public async Task Another_attempt_lists_only_the_way_to_where_the_last_one_stopped()
    {
        for (var i = 0; i < 5; i++)
        {
            Tree.Write($"d{i}/sub/a", $"a{i}");
            Tree.Write($"d{i}/sub/b", $"b{i}");
        }

        var mirror = await MirrorAsync(new ConnectorOptions { BatchFiles = 1 });
        mirror.Commits.FailBefore = 7;
        await Assert.ThrowsAsync<CrashException>(() => mirror.RunAsync());
        var cursor = (await fixture.Connectors.ListRunsAsync(mirror.Connector.TenantId, mirror.Connector.Id, null, 1, Stop))[0].Cursor!;
        Assert.StartsWith("d", cursor);

        SourceDecorator? seen = null;
        var run = await mirror.RunAsync(source => seen = new SourceDecorator(source));

        await mirror.AssertInStepAsync();
        Assert.DoesNotContain(seen!.Listed, directory => directory.Length > 0 && SourcePath.CompareNames(directory[..2], cursor[..2]) < 0);
        Assert.Equal((10, 20), (run.Report.Added, run.Report.Listed));
    }

    private sealed class ProbingSource(IConnectorSource inner, Func<string?> probe) : SourceDecorator(inner)
    {
        public override async Task<string> ProbeAsync(CancellationToken cancellationToken) => probe() ?? await base.ProbeAsync(cancellationToken);
    }
}
