using System.Text.Json;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A share of an SMB server.</summary>
internal sealed class SmbConnectorType(TimeProvider time) : IConnectorType
{
    public string Name => ConnectorTypes.Smb;

    public bool TellsOfChanges => true;

    public void Check(JsonElement settings, SyncRules rules, string? secret) => SmbSecret.Parse(secret, SmbSettings.Parse(settings));

    public IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret)
    {
        var parsed = SmbSettings.Parse(settings);
        return new SmbSource(new AgentPool(parsed, SmbSecret.Parse(secret, parsed), rules, time));
    }
}
