using System.Text.Json;
using ScaiDrive.Connectors;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Bench.Smb;

/// <summary>A file server of the bench's own on loopback. Sessions are signed, as our connector asks for by default; so everybody's are.</summary>
internal sealed class MeasuredShare : IAsyncDisposable
{
    private MeasuredShare(SambaServer server) => Server = server;

    internal SambaServer Server { get; }

    internal static SambaUser User => SambaUser.Default;

    internal static async Task<MeasuredShare> StartAsync(params IEnumerable<(string Name, string Folder)> shares) =>
        new(await SambaServer.StartAsync(new SambaOptions
        {
            Shares = [.. shares.Select(share => new SambaShare(share.Name, share.Folder))],
            GlobalLines = ["server signing = mandatory", "client signing = mandatory"],
        }));

    /// <summary>A connector to one of the shares, with the defaults of the product.</summary>
    internal Func<string, string, NewConnector> Connector(string share, SyncRules? rules = null) => (targetShareId, ownerId) => new NewConnector
    {
        Type = ConnectorTypes.Smb,
        Name = share,
        Settings = JsonSerializer.SerializeToElement(new { server_host = Server.Host, share_name = share, username = User.Name }),
        Secret = User.Password,
        Rules = rules ?? new SyncRules(),
        TargetShareId = targetShareId,
        OwnerId = ownerId,
    };

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
