using System.Text.Json;

namespace ScaiDrive.Connectors;

/// <summary>A kind of source: what its settings mean, and how it is opened.</summary>
public interface IConnectorType
{
    /// <summary>One of <see cref="ConnectorTypes"/>.</summary>
    string Name { get; }

    /// <summary>Whether its sources are <see cref="IWatchableSource"/>s. Default false.</summary>
    bool TellsOfChanges => false;

    /// <summary>Refuses settings that can never work. Asks nothing of the source.</summary>
    /// <exception cref="ConnectorException"><see cref="ConnectorCodes.InvalidSettings"/>, with the setting and what to write instead.</exception>
    void Check(JsonElement settings, SyncRules rules, string? secret);

    /// <summary>Opens the source. Cheap: what it needs of the source it asks for when used.</summary>
    /// <exception cref="ConnectorException">The settings cannot work, or the source is not there.</exception>
    IConnectorSource Open(JsonElement settings, SyncRules rules, string? secret);
}
