using System.Text;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>What every source that can be written to owes its caller. A class per source says how to make a tree.</summary>
public abstract class WritableSourceContract : IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;
    private static readonly DateTimeOffset Date = new(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);

    protected SourceTree Tree => field ??= NewTree();

    /// <summary>An empty tree of its own.</summary>
    protected abstract SourceTree NewTree();

    /// <summary>Whether two names that differ only in case are one.</summary>
    protected virtual bool IgnoresCase => false;

    public void Dispose()
    {
        Tree.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WithSourceAsync(Func<IWritableSource, Task> test)
    {
        await using var source = (IWritableSource)Tree.Open();
        await test(source);
    }

    private static async Task<SourceEntry> WriteAsync(IWritableSource source, string path, string text, SourceEntry? replaces = null) =>
        await source.WriteAsync(path, new MemoryStream(Encoding.UTF8.GetBytes(text)), Date, replaces, SourcePath.TemporaryName(), Stop);

    private static async Task<SourceEntry> SeenAsync(IWritableSource source, string path) => (await source.StatAsync(path, Stop))!;

    private static async Task AssertRefusedAsync(string code, Func<Task> write) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<SourceEntryException>(write)).Fault.Code);

    private string Content(string path) => Encoding.UTF8.GetString(Tree.Files()[path]);

    [Fact]
    public Task A_new_file_has_its_bytes_and_its_date_and_is_answered_as_it_will_be_listed() => WithSourceAsync(async source =>
    {
        Tree.MakeDirectory("d");

        var written = await WriteAsync(source, "d/ünïcödé.txt", "content");

        Assert.Equal("content", Content("d/ünïcödé.txt"));
        Assert.Equal(Date.UtcDateTime, File.GetLastWriteTimeUtc(Tree.At("d/ünïcödé.txt")), TimeSpan.FromSeconds(1));
        var listed = new List<SourceEntry>();
        await foreach (var entry in source.ListAsync("d", null, Stop))
            listed.Add(entry);
        Assert.True(Assert.Single(listed).SameStateAs(written), $"{listed[0]} is not {written}");
        Assert.Equal((SourceEntryKind.File, 7), (written.Kind, written.SizeBytes));
    });

    [Fact]
    public Task A_file_is_replaced_in_one_step_when_it_is_as_it_was_last_seen() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "old content");

        var written = await WriteAsync(source, "a", "new", await SeenAsync(source, "a"));

        Assert.Equal(["a"], Tree.Files().Keys);
        Assert.Equal("new", Content("a"));
        Assert.True((await SeenAsync(source, "a")).SameStateAs(written));
    });

    [Fact]
    public Task Nothing_that_was_not_compared_is_overwritten() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "one");
        var seen = await SeenAsync(source, "a");
        Tree.Write("a", "somebody's work");
        Tree.MakeDirectory("d");

        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => WriteAsync(source, "a", "new", seen));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => WriteAsync(source, "a", "new"));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => WriteAsync(source, "gone", "new", seen with { Path = "gone" }));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => WriteAsync(source, "d", "new"));

        Assert.Equal(["a"], Tree.Files().Keys);
        Assert.Equal("somebody's work", Content("a"));
    });

    [Fact]
    public Task What_somebody_writes_while_the_bytes_are_carried_over_is_not_overwritten() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "one");
        var seen = await SeenAsync(source, "a");
        var carrying = new InterruptedStream(Encoding.UTF8.GetBytes("new"), () =>
        {
            Tree.Write("a", "in the last moment");
            Tree.Write("free", "taken in the last moment");
        });

        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.WriteAsync("a", carrying, Date, seen, SourcePath.TemporaryName(), Stop));
        Tree.Delete("free");
        carrying.Position = 0;
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.WriteAsync("free", carrying, Date, null, SourcePath.TemporaryName(), Stop));

        Assert.Equal(("in the last moment", "taken in the last moment"), (Content("a"), Content("free")));
        Assert.Equal(["a", "free"], Tree.Files().Keys);
    });

    [Fact]
    public Task A_content_that_breaks_off_leaves_the_old_file_and_nothing_else() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "one");
        var seen = await SeenAsync(source, "a");
        var breaking = new InterruptedStream(new byte[100_000], () => throw new IOException("the line broke"));

        await Assert.ThrowsAsync<IOException>(() => source.WriteAsync("a", breaking, Date, seen, SourcePath.TemporaryName(), Stop));

        Assert.Equal("one", Content("a"));
        Assert.Equal(["a"], Tree.Files().Keys);
    });

    [Fact]
    public Task Temporary_names_are_listed_as_excluded_and_can_be_removed_twice() => WithSourceAsync(async source =>
    {
        Tree.MakeDirectory("d");
        var temporary = $"d/{SourcePath.TemporaryName()}";
        Tree.Write(temporary, "what a crash left");

        var listed = new List<SourceEntry>();
        await foreach (var entry in source.ListAsync("d", null, Stop))
            listed.Add(entry);
        Assert.Equal(SourceEntryKind.Excluded, Assert.Single(listed).Kind);
        await source.RemoveTemporaryAsync(temporary, Stop);
        await source.RemoveTemporaryAsync(temporary, Stop);
        await source.RemoveTemporaryAsync("nowhere/" + SourcePath.TemporaryName(), Stop);

        Assert.Empty(Tree.Files());
        Tree.Write("mine", "1");
        await Assert.ThrowsAsync<ArgumentException>(() => source.RemoveTemporaryAsync("mine", Stop));
    });

    [Fact]
    public Task A_directory_is_made_once_and_never_over_a_file() => WithSourceAsync(async source =>
    {
        Tree.Write("file", "1");

        var made = await source.MakeDirectoryAsync("d", Stop);
        var again = await source.MakeDirectoryAsync("d", Stop);

        Assert.Equal((SourceEntryKind.Directory, made.Identity), (again.Kind, again.Identity));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.MakeDirectoryAsync("file", Stop));
        Assert.Equal(["d"], Tree.Directories());
    });

    [Fact]
    public Task Files_and_directories_move_with_their_identity_and_never_over_another_entry() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "1");
        Tree.Write("taken", "2");
        Tree.Write("d/inside", "3");
        Tree.MakeDirectory("e");
        var (a, d) = (await SeenAsync(source, "a"), await SeenAsync(source, "d"));

        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.MoveAsync(a, "taken", Stop));
        var file = await source.MoveAsync(a, "e/b", Stop);
        var directory = await source.MoveAsync(d, "e/d", Stop);

        Assert.Equal((a.Identity, d.Identity, "e/b", "e/d"), (file.Identity, directory.Identity, file.Path, directory.Path));
        Assert.True((await SeenAsync(source, "e/b")).SameStateAs(file));
        Assert.Equal(["e/b", "e/d/inside", "taken"], Tree.Files().Keys);
        Assert.Equal("2", Content("taken"));
    });

    [Fact]
    public Task A_change_of_case_alone_is_a_rename() => WithSourceAsync(async source =>
    {
        Tree.Write("report.txt", "1");
        Tree.Write("directory/x", "2");

        await source.MoveAsync(await SeenAsync(source, "report.txt"), "Report.txt", Stop);
        await source.MoveAsync(await SeenAsync(source, "directory"), "Directory", Stop);

        Assert.Equal(["Directory/x", "Report.txt"], Tree.Files().Keys);
        Assert.Null(await source.StatAsync("report.txt", Stop));
    });

    [Fact]
    public Task Names_that_differ_only_in_case_are_one_where_the_source_says_so() => WithSourceAsync(async source =>
    {
        Assert.Equal(IgnoresCase, source.Names.IgnoresCase);
        Tree.Write("Report.txt", "1");

        if (IgnoresCase)
            await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => WriteAsync(source, "report.txt", "2"));
        else
            await WriteAsync(source, "report.txt", "2");

        Assert.Equal("1", Content("Report.txt"));
        Assert.Equal(IgnoresCase ? 1 : 2, Tree.Files().Count);
    });

    [Fact]
    public Task What_changed_since_it_was_seen_is_neither_moved_nor_deleted() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "one");
        var seen = await SeenAsync(source, "a");
        Tree.Write("a", "changed");

        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.MoveAsync(seen, "b", Stop));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.DeleteAsync(seen, Stop));
        await AssertRefusedAsync(ProblemCodes.ChangedMeanwhile, () => source.MoveAsync(seen with { Path = "gone" }, "b", Stop));

        Assert.Equal(["a"], Tree.Files().Keys);
    });

    [Fact]
    public Task Files_and_empty_directories_are_deleted_and_what_is_gone_is_as_good() => WithSourceAsync(async source =>
    {
        Tree.Write("a", "1");
        Tree.Write("full/x", "2");
        Tree.MakeDirectory("empty");
        var (a, full, empty) = (await SeenAsync(source, "a"), await SeenAsync(source, "full"), await SeenAsync(source, "empty"));

        await source.DeleteAsync(a, Stop);
        await source.DeleteAsync(a, Stop);
        await source.DeleteAsync(empty, Stop);
        await source.DeleteAsync(empty, Stop);
        await source.DeleteAsync(a with { Path = "nowhere/a" }, Stop);
        await AssertRefusedAsync(ProblemCodes.FolderNotEmpty, () => source.DeleteAsync(full, Stop));

        Assert.Equal(["full/x"], Tree.Files().Keys);
    });

    [Fact]
    public Task Large_contents_arrive_whole_and_several_at_a_time() => WithSourceAsync(async source =>
    {
        var contents = Enumerable.Range(0, 4).Select(i =>
        {
            var bytes = new byte[3_000_000 + i];
            new Random(i).NextBytes(bytes);
            return bytes;
        }).ToList();

        await Task.WhenAll(contents.Select((bytes, i) => source.WriteAsync($"{i}", new MemoryStream(bytes), Date, null, SourcePath.TemporaryName(), Stop)));

        var files = Tree.Files();
        for (var i = 0; i < contents.Count; i++)
            Assert.True(contents[i].AsSpan().SequenceEqual(files[$"{i}"]), $"File {i} is not what was written.");
    });

    /// <summary>Does something when half of it was read.</summary>
    private sealed class InterruptedStream(byte[] bytes, Action inTheMiddle) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0)
                inTheMiddle();
            var half = Math.Min(buffer.Length, Math.Max(1, (int)(Length - Position + 1) / 2));
            return await base.ReadAsync(Position >= Length ? buffer : buffer[..half], cancellationToken);
        }
    }
}
