using System.Text.Json;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>Fields of an SMB connector as they are stored: where the share is and how its server is spoken to.</summary>
internal static class SmbFields
{
    /// <summary>As the type reads it. A password goes in under its name, so that one that looks like JSON is not taken for it.</summary>
    internal static string? SecretOf(string? password, string? keytab) =>
        keytab is not null ? JsonSerializer.Serialize(new { keytab })
        : password is not null ? JsonSerializer.Serialize(new { password })
        : null;

    internal static JsonElement Write(SmbConnectorBody body) => JsonSerializer.SerializeToElement(new
    {
        server_host = body.ServerHost,
        server_port = body.ServerPort ?? 445,
        share_name = body.ShareName,
        base_path = (body.BasePath ?? "").Replace('\\', '/').Trim('/'),
        domain = body.Domain ?? "",
        username = body.Username ?? "",
        signing_required = body.Settings?.SigningRequired ?? true,
        encryption_required = body.Settings?.EncryptionRequired ?? false,
        min_protocol = body.Settings?.MinProtocol ?? "SMB2_02",
        max_protocol = body.Settings?.MaxProtocol ?? "SMB3_11",
        authentication = body.Settings?.Authentication ?? "ntlm",
        realm = body.Settings?.Realm ?? "",
        ticket_cache = body.Settings?.TicketCache,
        dfs = body.Settings?.Dfs ?? true,
    });

    internal static SmbConnectorBody Read(Connector connector)
    {
        var stored = connector.Settings;
        return new SmbConnectorBody
        {
            ServerHost = Text("server_host"),
            ServerPort = stored.TryGetProperty("server_port", out var port) && port.TryGetInt32(out var number) ? number : 445,
            ShareName = Text("share_name"),
            BasePath = Text("base_path") ?? "",
            Domain = Text("domain") ?? "",
            Username = Text("username") ?? "",
            Settings = SettingsBody.From(
                new SmbSettingsBody
                {
                    SigningRequired = Flag("signing_required", usual: true),
                    EncryptionRequired = Flag("encryption_required", usual: false),
                    MinProtocol = Text("min_protocol"),
                    MaxProtocol = Text("max_protocol"),
                    Authentication = Text("authentication"),
                    Realm = Text("realm"),
                    TicketCache = Text("ticket_cache"),
                    Dfs = Flag("dfs", usual: true),
                },
                connector.Rules),
        };

        string? Text(string name) => stored.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        bool Flag(string name, bool usual) => stored.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : usual;
    }
}
