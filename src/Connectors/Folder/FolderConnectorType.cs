using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ScaiDrive.Connectors.Folder;

/// <summary>A directory of the machine that runs the worker.</summary>
internal sealed class FolderConnectorType(IOptions<ConnectorOptions> options, TimeProvider time) : IConnectorType
{
    public string Name => ConnectorTypes.Folder;

    public void Check(JsonElement settings, SyncRules rules, string? secret) => FolderSource.RootOf(settings);

    public IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret) => FolderSource.Open(settings, options.Value, time);
}
