using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>A share of an SMB server.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SmbConnectorBody : ConnectorBody
{
    /// <summary>Name or address of the server.</summary>
    [Required(ErrorMessage = "server_host is required: the name or address of the server.")]
    [RegularExpression(@"[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?", ErrorMessage = "server_host is a name or address alone, such as files.example.com, without slashes.")]
    public string? ServerHost { get; init; }

    /// <summary>Default 445.</summary>
    [Range(1, 65_535)]
    public int? ServerPort { get; init; }

    /// <summary>Name of the share, such as <c>projects</c>.</summary>
    [Required(ErrorMessage = "share_name is required: the name of the share, without the server.")]
    [RegularExpression(@"[^/\\\x00-\x1f]{1,80}", ErrorMessage = "share_name is the name of the share alone, without slashes.")]
    public string? ShareName { get; init; }

    /// <summary>Folder inside the share, parts separated by slashes. Default: the whole share.</summary>
    [StringLength(4096)]
    public string? BasePath { get; init; }

    /// <summary>Domain of the account; empty (default) for an account of the server itself.</summary>
    [StringLength(255)]
    public string? Domain { get; init; }

    /// <summary>Account that reads the share, and writes to it unless the share only follows.</summary>
    [StringLength(255)]
    public string? Username { get; init; }

    /// <summary>Its password. Kept encrypted, never shown.</summary>
    [StringLength(250)]
    public string? Password { get; init; }

    /// <summary>For Kerberos without a password: a keytab in base64. Kept encrypted, never shown.</summary>
    [StringLength(65_536)]
    public string? Keytab { get; init; }

    /// <inheritdoc cref="SmbSettingsBody"/>
    public SmbSettingsBody? Settings { get; init; }

    internal override string Type => ConnectorTypes.Smb;

    internal override SettingsBody? Limits => Settings;

    internal override string? Secret => SmbFields.SecretOf(Password, Keytab);

    internal override JsonElement ToSettings() => SmbFields.Write(this);

    internal override IEnumerable<FieldFault> Faults()
    {
        foreach (var fault in base.Faults())
            yield return fault;
        if (BasePath?.Split('/', '\\').Any(part => part is "." or "..") == true)
            yield return new(["body", "base_path"], "base_path must not hold '.' or '..'.", "value_error");
        if (Password is not null && Keytab is not null)
            yield return new(["body", "keytab"], "Give a password or a keytab, not both.", "value_error");
        if (Keytab is { } keytab && !Convert.TryFromBase64String(keytab, new byte[keytab.Length], out _))
            yield return new(["body", "keytab"], "keytab is a file in base64, as from: base64 -w0 FILE.", "value_error");
    }

    internal static SmbConnectorBody Of(Connector connector) => Fill(SmbFields.Read(connector), connector);
}
