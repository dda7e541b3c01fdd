using System.Diagnostics;
using ScaiDrive.Connectors.Smb;
using ScaiDrive.Tests.Support.Samba;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>A share of a Samba server as a source.</summary>
public sealed class SmbConnectorTests(MirrorFixture fixture, SmbConnectorTests.Server server) : ConnectorContract(fixture), IClassFixture<SmbConnectorTests.Server>
{
    protected override SourceTree NewTree() => new SmbTree(server.Samba);

    /// <summary>One server for all tests; each has a directory of its own.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal SambaServer Samba { get; private set; } = null!;

        public async Task InitializeAsync() =>
            Samba = await SambaServer.StartAsync(new SambaOptions { Shares = [new SambaShare("files") { Lines = ["case sensitive = yes"] }] });

        public async Task DisposeAsync() => await Samba.DisposeAsync();
    }
}

/// <summary>A directory of a share, changed as local files and read over SMB.</summary>
internal sealed class SmbTree : SourceTree
{
    private readonly AgentPool pool;

    internal SmbTree(SambaServer samba, SyncRules? rules = null)
    {
        var directory = $"tree {Guid.NewGuid():N}";
        Root = Directory.CreateDirectory(Path.Combine(samba.FolderOf("files"), directory)).FullName;
        var settings = new SmbSettings
        {
            ServerHost = samba.Host,
            ServerPort = samba.Port,
            ShareName = "files",
            BasePath = directory,
            Username = SambaUser.Default.Name,
        };
        pool = new AgentPool(settings, new SmbSecret { Password = SambaUser.Default.Password }, rules ?? new SyncRules { ParallelFiles = 2 }, TimeProvider.System);
    }

    public override string Root { get; }

    // Samba gives out the numbers of its file system, which are used again, and tells the last write as the last change.
    public override bool IdentitiesLast => false;

    public override bool TellsLastChange => false;

    public override bool ReadsAtOnce => true;

    // The server follows those inside the share and hides the others.
    public override bool ShowsLinks => false;

    internal AgentPool Pool => pool;

    /// <summary>Agents are kept from one pass to the next: starting one costs more than most passes of a test.</summary>
    public override IConnectorSource Open() => new SmbSource(pool) { LeavesPoolOpen = true };

    public override void Dispose()
    {
        pool.DisposeAsync().AsTask().GetAwaiter().GetResult();
        // Not Directory.Delete: some tests make names that .NET cannot address.
        using var remove = Process.Start("rm", ["-rf", Root]);
        remove.WaitForExit();
    }
}
