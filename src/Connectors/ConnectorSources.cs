using Microsoft.Extensions.Options;
using ScaiDrive.Connectors.Folder;

namespace ScaiDrive.Connectors;

/// <summary>Opens the source of a connector by its type.</summary>
public sealed class ConnectorSources(IOptions<ConnectorOptions> options, TimeProvider time)
{
    /// <summary>Opens the source. Cheap: what it needs of the source it asks for when used.</summary>
    /// <exception cref="ConnectorException">The type is not known, the settings cannot work, or the source is not there.</exception>
    public IConnectorSource Open(Connector connector)
    {
        ArgumentNullException.ThrowIfNull(connector);
        return connector.Type switch
        {
            ConnectorTypes.Folder => FolderSource.Open(connector.Settings, options.Value, time),
            _ => throw new ConnectorException(ConnectorCodes.UnknownType, $"There is no connector type '{connector.Type}'. Known: {ConnectorTypes.Folder}."),
        };
    }
}
