using System.Text.Json;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>A Samba server with a proxy before it that breaks what a test wants broken, and a connector that reaches the one through the other.</summary>
internal sealed class SmbSite : SourceTree, IAsyncDisposable
{
    internal const string Share = "files";

    private readonly IConnectorType type = SmbTypes.New();

    private SmbSite(SambaServer samba, SmbFaultProxy proxy) => (Samba, Proxy) = (samba, proxy);

    internal SambaServer Samba { get; }

    internal SmbFaultProxy Proxy { get; }

    /// <summary>What a connector is told; a test may change it.</summary>
    internal Dictionary<string, object> Settings { get; } = [];

    public override string Root => Samba.FolderOf(Share);

    public override IReadOnlyList<IConnectorType> Types => [type];

    internal static async Task<SmbSite> StartAsync(params string[] globalLines) =>
        await StartAsync(new SambaOptions { Shares = [new SambaShare(Share)], GlobalLines = globalLines });

    internal static async Task<SmbSite> StartAsync(SambaOptions options, SambaAddress? at = null)
    {
        var samba = await SambaServer.StartAsync(options);
        var site = new SmbSite(samba, at is null ? SmbFaultProxy.Before(samba) : SmbFaultProxy.Before(samba, at));
        site.Settings["server_host"] = site.Proxy.Host;
        site.Settings["share_name"] = Share;
        site.Settings["username"] = SambaUser.Default.Name;
        return site;
    }

    public override IConnectorSource Open() => type.Open(SettingsJson(), new SyncRules(), SambaUser.Default.Password);

    internal Task<Mirror> MirrorAsync(MirrorFixture fixture, SyncRules? rules = null, Func<NewConnector, NewConnector>? change = null) =>
        fixture.MirrorAsync(this, change: wanted =>
        {
            var connector = wanted with
            {
                Type = ConnectorTypes.Smb,
                Settings = SettingsJson(),
                Secret = SambaUser.Default.Password,
                Rules = rules ?? new SyncRules { MassDeletePercent = 100 },
            };
            return change?.Invoke(connector) ?? connector;
        });

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Samba.DisposeAsync();
    }

    public override void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private JsonElement SettingsJson() => JsonSerializer.SerializeToElement(Settings);
}
