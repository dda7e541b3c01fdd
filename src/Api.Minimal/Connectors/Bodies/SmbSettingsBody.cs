using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>Limits as for every source, and how the server is spoken to.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SmbSettingsBody : SettingsBody
{
    internal const string Protocols = "SMB2_02|SMB2_10|SMB3_00|SMB3_02|SMB3_11";
    internal const string Authentications = "ntlm|kerberos";

    /// <summary>Refuses a session that is not signed. Default true.</summary>
    public bool? SigningRequired { get; init; }

    /// <summary>Refuses a session that is not encrypted; needs SMB 3. Default false.</summary>
    public bool? EncryptionRequired { get; init; }

    /// <summary>Oldest version of the protocol. Default <c>SMB2_02</c>.</summary>
    [RegularExpression(Protocols, ErrorMessage = "min_protocol must be one of " + Protocols + ".")]
    public string? MinProtocol { get; init; }

    /// <summary>Newest version of the protocol. Default <c>SMB3_11</c>.</summary>
    [RegularExpression(Protocols, ErrorMessage = "max_protocol must be one of " + Protocols + ".")]
    public string? MaxProtocol { get; init; }

    /// <summary><c>ntlm</c> (default; NTLMv2) or <c>kerberos</c>, with a password, a keytab or the worker's ticket cache.</summary>
    [RegularExpression(Authentications, ErrorMessage = "authentication must be one of " + Authentications + ".")]
    public string? Authentication { get; init; }

    /// <summary>Kerberos realm of the account. Default: the domain in upper case.</summary>
    [StringLength(255)]
    public string? Realm { get; init; }

    /// <summary>Kerberos: file of a ticket cache on the worker that somebody else keeps fresh, instead of a password or keytab.</summary>
    [StringLength(4096)]
    public string? TicketCache { get; init; }

    /// <summary>Whether referrals of a distributed file system are followed. Default true.</summary>
    public bool? Dfs { get; init; }
}
