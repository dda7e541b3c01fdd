using System.Text;
using ScaiDrive.Connectors.Smb;
using ScaiDrive.Tests.Support.Samba;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>A share that is written to, of a server that takes names that differ only in case for the same.</summary>
public sealed class SmbWritingTests(SmbWritingTests.Server server) : WritableSourceContract, IClassFixture<SmbWritingTests.Server>
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    protected override bool IgnoresCase => true;

    protected override SourceTree NewTree() => new SmbTree(server.Samba);

    [Fact]
    public async Task A_replaced_file_keeps_its_permissions_and_attributes()
    {
        Tree.Write("a", "1");
        var name = Path.GetFileName(Tree.Root);
        await server.Samba.RunAsync("smbcacls", ["//" + server.Samba.Host + "/files", $"{name}/a", "-U", "alice%Wonderland-1865", "-a", "ACL:S-1-1-0:DENIED/0x0/0x10000"], "");
        await server.Samba.SmbClientAsync(SambaUser.Default, "files", $"setmode \"{name}/a\" +h");
        var before = await DescriptorAsync("a");
        await using var source = (IWritableSource)Tree.Open();
        var seen = await FindAsync(source, "a");
        Assert.Equal(SourceAttributes.Hidden, seen.Attributes);

        await source.WriteAsync("a", new MemoryStream(Encoding.UTF8.GetBytes("2")), DateTimeOffset.UnixEpoch, seen, SourcePath.TemporaryName(), Stop);

        Assert.Equal(before, await DescriptorAsync("a"));
        Assert.Equal(SourceAttributes.Hidden, (await FindAsync(source, "a")).Attributes);
        Assert.Contains("DENIED", before, StringComparison.Ordinal);

        Task<string> DescriptorAsync(string path) =>
            server.Samba.RunAsync("smbcacls", ["//" + server.Samba.Host + "/files", $"{name}/{path}", "-U", "alice%Wonderland-1865"], "");
    }

    [Fact]
    public async Task A_file_that_gave_way_when_the_process_died_returns_to_its_name()
    {
        var temporary = SourcePath.TemporaryName();
        Tree.MakeDirectory("d");
        Tree.Write("d/report.docx", "the old one");
        await using var source = (IWritableSource)Tree.Open();
        await GiveWayAsync(source, "d/report.docx", temporary);
        Tree.Write($"d/{temporary}", "half of the new one");

        await source.RemoveTemporaryAsync($"d/{temporary}", Stop);

        Assert.Equal(["d/report.docx"], Tree.Files().Keys);
        Assert.Equal("the old one", Content("d/report.docx"));
    }

    [Fact]
    public async Task A_file_that_gave_way_is_deleted_when_the_new_one_has_its_name()
    {
        var temporary = SourcePath.TemporaryName();
        Tree.Write("a", "the old one");
        await using var source = (IWritableSource)Tree.Open();
        await GiveWayAsync(source, "a", temporary);
        Tree.Write("a", "the new one");

        await source.RemoveTemporaryAsync(temporary, Stop);

        Assert.Equal(["a"], Tree.Files().Keys);
        Assert.Equal("the new one", Content("a"));
    }

    [Fact]
    public async Task A_file_that_gave_way_with_a_last_change_is_kept_beside_the_one_that_took_its_name()
    {
        var temporary = SourcePath.TemporaryName();
        Tree.Write("a.txt", "the old one");
        await using var source = (IWritableSource)Tree.Open();
        var aside = await GiveWayAsync(source, "a.txt", temporary);
        Tree.Write(aside, "changed in the last moment");
        Tree.Write("a.txt", "the new one");

        await source.RemoveTemporaryAsync(temporary, Stop);

        Assert.Equal("the new one", Content("a.txt"));
        var kept = Assert.Single(Tree.Files().Keys, name => name != "a.txt");
        Assert.Matches(@"^a \(conflict .* from SMB\)\.txt$", kept);
        Assert.Equal("changed in the last moment", Content(kept));
    }

    [Fact]
    public async Task A_content_that_cannot_be_read_leaves_no_file_behind_and_none_open()
    {
        Tree.Write("a", "1");
        await using var source = (IWritableSource)Tree.Open();
        var seen = await FindAsync(source, "a");

        await Assert.ThrowsAsync<InvalidOperationException>(() => source.WriteAsync("a", new UnreadableStream(), DateTimeOffset.UnixEpoch, seen, SourcePath.TemporaryName(), Stop));

        Assert.Equal(["a"], Tree.Files().Keys);
        await source.WriteAsync("a", new MemoryStream(Encoding.UTF8.GetBytes("2")), DateTimeOffset.UnixEpoch, seen, SourcePath.TemporaryName(), Stop);
        Assert.Equal("2", Content("a"));
        Assert.Equal(["a"], Tree.Files().Keys);
    }

    private string Content(string path) => Encoding.UTF8.GetString(Tree.Files()[path]);

    /// <summary>As far as a write comes whose process dies between its two renames.</summary>
    private async Task<string> GiveWayAsync(IConnectorSource source, string path, string temporary)
    {
        var known = (await source.StatAsync(path, Stop))!;
        var aside = SourcePath.Combine(SourcePath.DirectoryOf(path), ReplacedFile.AsideName(temporary, SourcePath.NameOf(path), known));
        Tree.Move(path, aside);
        return aside;
    }

    /// <summary>What is stored of it is gone, which is no fault of input or output.</summary>
    private sealed class UnreadableStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("gone");
    }

    private static async Task<SourceEntry> FindAsync(IConnectorSource source, string path)
    {
        await foreach (var entry in source.ListAsync("", null, Stop))
        {
            if (entry.Path == path)
                return entry;
        }

        throw new InvalidOperationException($"{path} is not listed.");
    }

    /// <summary>One server for all tests; each has a directory of its own.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal SambaServer Samba { get; private set; } = null!;

        public async Task InitializeAsync() => Samba = await SambaServer.StartAsync();

        public async Task DisposeAsync() => await Samba.DisposeAsync();
    }
}
