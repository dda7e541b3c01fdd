using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A share of an SMB server.</summary>
internal sealed class SmbConnectorType(IOptions<ConnectorOptions> options, TimeProvider time) : IConnectorType
{
    private readonly TicketCaches caches = new(options.Value);

    public string Name => ConnectorTypes.Smb;

    public bool TellsOfChanges => true;

    public void Check(JsonElement settings, SyncRules rules, string? secret) => SmbSecret.Parse(secret, caches.Judge(SmbSettings.Parse(settings)));

    public IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret)
    {
        var parsed = caches.Judge(SmbSettings.Parse(settings));
        return new SmbSource(new AgentPool(parsed, SmbSecret.Parse(secret, parsed), rules, time));
    }
}
