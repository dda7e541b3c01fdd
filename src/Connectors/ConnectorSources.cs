using System.Text.Json;

namespace ScaiDrive.Connectors;

/// <summary>Opens the source of a connector by its type.</summary>
public sealed class ConnectorSources(IEnumerable<IConnectorType> types, ConnectorSecrets secrets)
{
    private readonly Dictionary<string, IConnectorType> types = types.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The types whose sources can tell of changes.</summary>
    public IReadOnlyCollection<string> WatchableTypes => [.. types.Values.Where(type => type.TellsOfChanges).Select(type => type.Name)];

    /// <summary>Refuses settings that can never work; asks nothing of the source.</summary>
    /// <exception cref="ConnectorException">The type is not known, or the settings cannot work.</exception>
    public void Check(string type, JsonElement settings, SyncRules rules, string? secret) => TypeOf(type).Check(settings, rules, secret);

    /// <summary>Refuses a change of a stored connector that can never work, its kept secret taken into account; asks nothing of the source.</summary>
    /// <exception cref="ConnectorException">The type is not known, the settings cannot work, or the secret cannot be read.</exception>
    public async Task CheckAsync(Connector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        var secret = connector.HasSecret ? await secrets.ReadAsync(connector.TenantId, connector.Id, cancellationToken) : null;
        Check(connector.Type, connector.Settings, connector.Rules, secret);
    }

    /// <summary>Opens the source of a stored connector. Cheap: what it needs of the source it asks for when used.</summary>
    /// <exception cref="ConnectorException">The type is not known, the settings cannot work, the secret cannot be read, or the source is not there.</exception>
    public async Task<IConnectorSource> OpenAsync(Connector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        var secret = connector.HasSecret ? await secrets.ReadAsync(connector.TenantId, connector.Id, cancellationToken) : null;
        return TypeOf(connector.Type).Open(connector.Settings, connector.Rules, secret);
    }

    private IConnectorType TypeOf(string name) => types.GetValueOrDefault(name)
        ?? throw new ConnectorException(ConnectorCodes.UnknownType, $"There is no connector type '{name}'. Known: {string.Join(", ", types.Keys.Order(StringComparer.Ordinal))}.");
}
