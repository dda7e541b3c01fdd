using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>A folder of the machine that runs the worker.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record FolderConnectorBody : ConnectorBody
{
    /// <summary>Absolute path of the folder, below <c>SCAIDRIVE_CONNECTOR_ROOTS</c>.</summary>
    [Required(ErrorMessage = "root is required: an absolute path such as /srv/files.")]
    [RegularExpression(@"/[^\x00]*", ErrorMessage = "root is an absolute path such as /srv/files.")]
    public string? Root { get; init; }

    /// <inheritdoc cref="SettingsBody"/>
    public SettingsBody? Settings { get; init; }

    internal override string Type => ConnectorTypes.Folder;

    internal override SettingsBody? Limits => Settings;

    internal override JsonElement ToSettings() => JsonSerializer.SerializeToElement(new { root = Root });

    internal static FolderConnectorBody Of(Connector connector) => Fill(
        new FolderConnectorBody
        {
            Root = connector.Settings.TryGetProperty("root", out var root) ? root.GetString() : null,
            Settings = SettingsBody.From(new SettingsBody(), connector.Rules),
        },
        connector);
}
