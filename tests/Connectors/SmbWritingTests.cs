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
        var aside = $"{temporary[..^4]}-report.docx.tmp";
        Tree.Write($"d/{aside}", "the old one");
        Tree.Write($"d/{temporary}", "half of the new one");
        await using var source = (IWritableSource)Tree.Open();

        await source.RemoveTemporaryAsync($"d/{temporary}", Stop);

        Assert.Equal(["d/report.docx"], Tree.Files().Keys);
        Assert.Equal("the old one", Encoding.UTF8.GetString(Tree.Files()["d/report.docx"]));
    }

    [Fact]
    public async Task A_file_that_gave_way_is_deleted_when_the_new_one_has_its_name()
    {
        var temporary = SourcePath.TemporaryName();
        Tree.Write($"{temporary[..^4]}-a.tmp", "the old one");
        Tree.Write("a", "the new one");
        await using var source = (IWritableSource)Tree.Open();

        await source.RemoveTemporaryAsync(temporary, Stop);

        Assert.Equal(["a"], Tree.Files().Keys);
        Assert.Equal("the new one", Encoding.UTF8.GetString(Tree.Files()["a"]));
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
