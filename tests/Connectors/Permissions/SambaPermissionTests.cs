using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>A Samba server is the judge: whoever may open a file over the share reads it here, and nobody else.</summary>
public sealed class SambaPermissionTests(MirrorFixture fixture, SambaPermissionTests.Server server)
    : IClassFixture<MirrorFixture>, IClassFixture<SambaPermissionTests.Server>, IAsyncLifetime
{
    private static readonly SambaUser Bob = new("bob", "Builder-2001", "Bob Jones");
    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly string bobHere = PrefixedId.New("usr");
    private string bob = "";
    private string staff = "";

    private SambaServer Samba => server.Samba;

    public async Task InitializeAsync()
    {
        (bob, staff) = (await Samba.SidOfAsync("bob"), await Samba.SidOfAsync("staff"));
        await using var command = fixture.Database.DataSource.CreateCommand("INSERT INTO users (tenant_id, id, display_name) VALUES ('tnt_local', $1, 'Bob')");
        command.Parameters.Add(new() { Value = bobHere });
        await command.ExecuteNonQueryAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Whoever_opens_a_file_over_the_share_reads_it_here_and_nobody_else()
    {
        using var tree = new SmbTree(Samba);
        var descriptors = new Dictionary<string, string>
        {
            ["allowed.txt"] = $"ACL:{bob}:0/0/0x001200a9",
            ["denied.txt"] = $"ACL:{bob}:1/0/0x00000001,ACL:S-1-1-0:0/0/0x001f01ff",
            ["of my group.txt"] = $"ACL:{staff}:0/0/0x001200a9",
            ["group denied.txt"] = $"ACL:{staff}:1/0/0x001200a9,ACL:{bob}:0/0/0x001f01ff",
            ["of others.txt"] = "ACL:S-1-5-32-544:0/0/0x001f01ff",
            ["of everyone.txt"] = "ACL:S-1-1-0:0/0/0x001200a9",
            ["of who is signed in.txt"] = "ACL:S-1-5-11:0/0/0x001200a9",
            ["of who comes by network.txt"] = "ACL:S-1-5-2:0/0/0x001200a9",
            ["write only.txt"] = $"ACL:{bob}:0/0/0x00120116",
            ["attributes only.txt"] = $"ACL:{bob}:0/0/0x00120080",
            ["only handed down.txt"] = $"ACL:{bob}:0/8/0x001200a9",
            ["generic.txt"] = $"ACL:{bob}:0/0/0x80000000",
        };
        foreach (var (name, descriptor) in descriptors)
        {
            tree.Write(name, name);
            await SetAsync(tree, name, descriptor);
        }

        var mirror = await MirrorAsync(tree);
        await mirror.RunAsync(source => new CaclsSource(source, Samba, tree));
        var here = await ReadableAsync(mirror);
        var there = new List<string>();
        foreach (var name in descriptors.Keys)
        {
            if (await OpensAsync(tree, name))
                there.Add(name);
        }

        Assert.Equal(there.Order(StringComparer.Ordinal), here);
        Assert.Equal(
            ["allowed.txt", "generic.txt", "of everyone.txt", "of my group.txt", "of who comes by network.txt", "of who is signed in.txt"], here);

        // Another list on the share, nothing else, and this server shows no time of it: the next pass takes it away.
        fixture.Time.Advance(TimeSpan.FromMinutes(15));
        await SetAsync(tree, "allowed.txt", "ACL:S-1-5-32-544:0/0/0x001f01ff");
        var run = await mirror.RunAsync(source => new CaclsSource(source, Samba, tree));
        Assert.Equal((0, 0), (run.Report.Updated, run.Report.Errors));
        Assert.DoesNotContain("allowed.txt", await ReadableAsync(mirror));
        Assert.False(await OpensAsync(tree, "allowed.txt"));
    }

    /// <summary>Bob belongs to the staff of the server, and here to a group in the group that the staff is mapped to.</summary>
    private async Task<Mirror> MirrorAsync(SmbTree tree)
    {
        var mirror = await fixture.MirrorAsync(tree, change: connector => connector with { Rules = new SyncRules { SyncPermissions = true } });
        await mirror.ExecuteAsync("UPDATE shares SET is_public = true WHERE tenant_id = $1 AND $2 <> ''");
        var outer = "";
        await mirror.InDatabaseAsync(async transaction =>
        {
            (outer, var inner) = (await GroupAsync(), await GroupAsync());
            await fixture.Groups.AddMemberAsync(transaction, mirror.Connector.TenantId, outer, Principal.Group(inner), Stop);
            await fixture.Groups.AddMemberAsync(transaction, mirror.Connector.TenantId, inner, Principal.User(bobHere), Stop);

            async Task<string> GroupAsync() => (await fixture.Groups.CreateAsync(transaction, mirror.Connector.TenantId, PrefixedId.New("g"), Stop))!.Id;
        });
        await mirror.InDatabaseAsync(async transaction => Assert.Empty((await fixture.Mappings.UploadAsync(
            transaction, mirror.Connector.TenantId, mirror.Connector.Id, $"{bob},{bobHere}\n{staff},{outer}", Stop)).Faults));
        return mirror;
    }

    private async Task<List<string>> ReadableAsync(Mirror mirror)
    {
        var files = await mirror.FilesAsync();
        var bob = new Caller(mirror.Connector.TenantId, bobHere, IsAdmin: false);
        var readable = await new AccessControl(fixture.Database.DataSource).ReadableAsync(bob, [.. files.Values], Stop);
        return [.. files.Where(file => readable.Contains(file.Value)).Select(file => file.Key)];
    }

    private async Task SetAsync(SmbTree tree, string name, string descriptor) =>
        await CaclsAsync(Samba, tree, name, "--set", $"REVISION:1,{descriptor}");

    /// <summary>Asks the server itself, over a share on which permissions count.</summary>
    private async Task<bool> OpensAsync(SmbTree tree, string name)
    {
        try
        {
            await Samba.SmbClientAsync(Bob, "judged", $"get \"{Path.GetFileName(tree.Root)}/{name}\" /dev/null");
            return true;
        }
        catch (InvalidOperationException fault) when (fault.Message.Contains("NT_STATUS_ACCESS_DENIED", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static Task<string> CaclsAsync(SambaServer samba, SmbTree tree, string path, params string[] arguments) => samba.RunAsync(
        "smbcacls",
        [$"//{samba.Host}/files", $"{Path.GetFileName(tree.Root)}/{path}", "--user", $"{SambaUser.Default.Name}%{SambaUser.Default.Password}", "--numeric", .. arguments], "");

    /// <summary>One server: a share through which a connector reads everything, and the same files where permissions count.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scaidrive-judged-");

        internal SambaServer Samba { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            string[] lines = ["acl_xattr:ignore system acls = yes"];
            Samba = await SambaServer.StartAsync(new SambaOptions
            {
                Shares =
                [
                    new SambaShare("files", folder.FullName) { Lines = lines },
                    new SambaShare("judged", folder.FullName) { ActsAsRoot = false, Lines = lines },
                ],
                Users = [SambaUser.Default, Bob],
                Groups = [new SambaGroup("staff", ["bob"])],
            });
        }

        public async Task DisposeAsync()
        {
            await Samba.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads permissions with a program of Samba, beside a source that reads everything else.</summary>
    private sealed class CaclsSource(IConnectorSource inner, SambaServer samba, SmbTree tree) : SourceDecorator(inner), ISourceWithPermissions
    {
        public async Task<string> ReadPermissionsAsync(string path, CancellationToken cancellationToken) => await CaclsAsync(samba, tree, path);

        public Task<string?> ReadSharePermissionsAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<IReadOnlyDictionary<string, string?>> ResolvePrincipalsAsync(IReadOnlyCollection<string> sids, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>());
    }
}
