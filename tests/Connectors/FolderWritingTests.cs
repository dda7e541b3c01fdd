using System.Text;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>A local directory that is written to.</summary>
public sealed class FolderWritingTests : WritableSourceContract
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    protected override SourceTree NewTree() => new FolderTree();

    [Fact]
    public async Task A_link_that_took_the_place_of_a_directory_leads_nowhere()
    {
        using var outside = new FolderTree();
        outside.Write("theirs", "1");
        Tree.Write("d/a", "1");
        await using var source = (IWritableSource)Tree.Open();
        var seen = (await source.StatAsync("d/a", Stop))!;
        Tree.Delete("d");
        Directory.CreateSymbolicLink(Tree.At("d"), outside.Root);

        await Assert.ThrowsAsync<SourceEntryException>(() => source.WriteAsync("d/new", new MemoryStream([1]), DateTimeOffset.UnixEpoch, null, SourcePath.TemporaryName(), Stop));
        await Assert.ThrowsAsync<SourceEntryException>(() => source.MakeDirectoryAsync("d/made", Stop));
        await Assert.ThrowsAsync<SourceEntryException>(() => source.MoveAsync(seen, "b", Stop));
        await source.DeleteAsync(seen with { Path = "d/theirs" }, Stop);

        Assert.Equal(["theirs"], outside.Files().Keys);
        Assert.Empty(outside.Directories());
    }

    [Fact]
    public async Task Content_that_cannot_be_read_is_no_fault_of_the_source_and_leaves_nothing_behind()
    {
        await using var source = (IWritableSource)Tree.Open();

        await Assert.ThrowsAsync<EndOfStreamException>(() => source.WriteAsync("a", new BrokenStream(), DateTimeOffset.UnixEpoch, null, SourcePath.TemporaryName(), Stop));

        Assert.Empty(Tree.Files());
    }

    /// <summary>Ends before its time.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new EndOfStreamException();
    }

    [Fact]
    public async Task A_replaced_file_keeps_its_permission_bits()
    {
        Tree.Write("a", "1");
        File.SetUnixFileMode(Tree.At("a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        await using var source = (IWritableSource)Tree.Open();

        await source.WriteAsync("a", new MemoryStream(Encoding.UTF8.GetBytes("2")), DateTimeOffset.UnixEpoch, await source.StatAsync("a", Stop), SourcePath.TemporaryName(), Stop);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead, File.GetUnixFileMode(Tree.At("a")));
    }
}
