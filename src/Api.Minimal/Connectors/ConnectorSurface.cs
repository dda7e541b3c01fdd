using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>One of the paths under which connectors are found: one for each type, and one that shows all and sets folders up.</summary>
/// <param name="Path">Below <c>/api/v1</c>.</param>
/// <param name="Noun">In the names of operations.</param>
/// <param name="OnlyType">The type it shows; null: every type.</param>
internal sealed record ConnectorSurface(string Path, string Noun, string? OnlyType)
{
    internal static ConnectorSurface All { get; } = new("/connectors", "Connector", null);

    internal static ConnectorSurface Smb { get; } = new("/smb-connectors", "SmbConnector", ConnectorTypes.Smb);

    internal bool Shows(Connector connector) => OnlyType is null || connector.Type == OnlyType;
}
