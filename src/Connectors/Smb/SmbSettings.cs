using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Settings of an SMB connector, as stored: JSON in snake_case.</summary>
/// <remarks>With setters, because the generated reader of JSON drops the defaults of what can only be initialised.</remarks>
internal sealed record SmbSettings
{
    /// <summary>Protocol versions that can be allowed, oldest first.</summary>
    internal static readonly string[] Protocols = ["SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"];

    /// <summary>Name or address of the server. Kerberos needs the name that its ticket is made out for.</summary>
    public string ServerHost { get; set; } = "";

    /// <summary>Default 445.</summary>
    public int ServerPort { get; set; } = 445;

    public string ShareName { get; set; } = "";

    /// <summary>Directory of the share that is mirrored, parts separated by slashes. Default empty: all of it.</summary>
    public string BasePath { get; set; } = "";

    /// <summary>Domain or workgroup of the user; may be empty.</summary>
    public string Domain { get; set; } = "";

    public string Username { get; set; } = "";

    /// <summary><c>ntlm</c> (default) or <c>kerberos</c>.</summary>
    public string Authentication { get; set; } = Ntlm;

    /// <summary>Kerberos realm of the user. Default: the domain in upper case.</summary>
    public string Realm { get; set; } = "";

    /// <summary>File of an existing ticket cache, kept fresh by somebody else; instead of a password or keytab. Kerberos only.</summary>
    public string? TicketCache { get; set; }

    /// <summary>Whether a session that is not signed is refused. Default true.</summary>
    public bool SigningRequired { get; set; } = true;

    /// <summary>Whether a session that is not encrypted is refused; needs SMB 3. Default false.</summary>
    public bool EncryptionRequired { get; set; }

    /// <summary>Oldest version of the protocol that is spoken. Default <c>SMB2_02</c>.</summary>
    public string MinProtocol { get; set; } = "SMB2_02";

    /// <summary>Newest version of the protocol that is spoken. Default <c>SMB3_11</c>.</summary>
    public string MaxProtocol { get; set; } = "SMB3_11";

    /// <summary>Whether referrals of a distributed file system are followed to other servers. Default true.</summary>
    public bool Dfs { get; set; } = true;

    internal const string Ntlm = "ntlm", Kerberos = "kerberos";

    [JsonIgnore]
    internal bool UsesKerberos => Authentication == Kerberos;

    /// <summary>The principal that a ticket is asked for.</summary>
    [JsonIgnore]
    internal string Principal => $"{Username}@{(Realm.Length > 0 ? Realm : Domain.ToUpperInvariant())}";

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="ConnectorException"><see cref="ConnectorCodes.InvalidSettings"/>, with the setting and what to write instead.</exception>
    internal static SmbSettings Parse(JsonElement json)
    {
        try
        {
            var settings = json.Deserialize(SmbJson.Default.SmbSettings) ?? throw Invalid("The settings of an SMB connector are a JSON object.");
            settings = settings with { BasePath = settings.BasePath.Replace('\\', '/').Trim('/') };
            settings.Check();
            return settings;
        }
        catch (JsonException fault)
        {
            throw Invalid($"The settings of the SMB connector cannot be read: {fault.Message}", fault);
        }
    }

    private void Check()
    {
        if (Uri.CheckHostName(ServerHost) == UriHostNameType.Unknown && !IPAddress.TryParse(ServerHost, out _))
            throw Invalid("'server_host' must be the name or address of the server, without slashes or port, such as files.example.com.");
        if (ServerPort is < 1 or > 65_535)
            throw Invalid($"'server_port' is {ServerPort}; it must be between 1 and 65535, usually 445.");
        if (ShareName.Length is 0 or > 80 || ShareName.AsSpan().ContainsAny(NotInNames))
            throw Invalid("'share_name' must be the name of a share alone, such as documents; directories inside go into 'base_path'.");
        if (BasePath.Length > 0 && BasePath.Split('/').Any(part => part is "" or "." or ".." || part.AsSpan().ContainsAny(NotInNames)))
            throw Invalid("'base_path' must be a path of directory names inside the share, such as projects/2026.");
        if (Authentication is not (Ntlm or Kerberos))
            throw Invalid($"'authentication' is '{Authentication}'; it must be ntlm or kerberos.");
        if (Username.Length == 0)
            throw Invalid("'username' is missing.");
        if (Username[0] == '-')
            throw Invalid("'username' must not begin with '-'.");
        if (Domain.Contains('\\', StringComparison.Ordinal) || Realm.Contains('\\', StringComparison.Ordinal))
            throw Invalid("'domain' and 'realm' must be names without backslashes, such as CORP and EXAMPLE.COM.");
        if (UsesKerberos && IPAddress.TryParse(ServerHost, out _))
            throw Invalid("With Kerberos 'server_host' must be the server's name, not its address: tickets are made out for names.");
        if (UsesKerberos && Realm.Length == 0 && Domain.Length == 0)
            throw Invalid("With Kerberos 'realm' is needed, such as EXAMPLE.COM.");
        if (TicketCache is not null && !UsesKerberos)
            throw Invalid("'ticket_cache' needs 'authentication' to be kerberos.");
        if (TicketCache is not null && (!Path.IsPathRooted(TicketCache) || TicketCache.AsSpan().ContainsAny("\0\r\n")))
            throw Invalid("'ticket_cache' must be the absolute path of a file.");
        if (Lines().Any(text => text.AsSpan().ContainsAny("\0\r\n")))
            throw Invalid("Settings must not contain line breaks.");
        var (oldest, newest) = (Array.IndexOf(Protocols, MinProtocol), Array.IndexOf(Protocols, MaxProtocol));
        if (oldest < 0 || newest < oldest)
            throw Invalid($"'min_protocol' ({MinProtocol}) and 'max_protocol' ({MaxProtocol}) must be of {string.Join(", ", Protocols)}, the first not newer than the second.");
        if (EncryptionRequired && newest < Array.IndexOf(Protocols, "SMB3_00"))
            throw Invalid($"'encryption_required' needs SMB3_00 or newer; 'max_protocol' is {MaxProtocol}.");
    }

    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/\\:*?\"<>|\0");

    private IEnumerable<string> Lines() => [ServerHost, ShareName, BasePath, Domain, Username, Realm];

    private static ConnectorException Invalid(string message, Exception? inner = null) => new(ConnectorCodes.InvalidSettings, message, inner);
}

/// <summary>What lets us in: the secret of a connector is either the password itself, or a JSON object with <c>password</c> or <c>keytab</c>
/// (base64 of a Kerberos keytab).</summary>
internal sealed record SmbSecret
{
    public string Password { get; set; } = "";

    public byte[]? Keytab { get; set; }

    /// <summary>Reads the secret; one that does not begin like an object with one of the two names is a password.</summary>
    /// <exception cref="ConnectorException">Secret and settings do not fit.</exception>
    internal static SmbSecret Parse(string? secret, SmbSettings settings)
    {
        var parsed = secret is null ? new SmbSecret() : TryParseObject(secret) ?? new SmbSecret { Password = secret };
        if (parsed.Password.Contains('\0', StringComparison.Ordinal) || System.Text.Encoding.UTF8.GetByteCount(parsed.Password) > MaxPasswordBytes)
            throw new ConnectorException(ConnectorCodes.InvalidSettings, $"The password must be at most {MaxPasswordBytes} bytes long, without zero bytes.");
        if (settings.UsesKerberos && settings.TicketCache is null && parsed.Keytab is null && parsed.Password.Length == 0)
            throw new ConnectorException(ConnectorCodes.InvalidSettings, "Kerberos needs a password, a keytab, or the setting 'ticket_cache'.");
        if (!settings.UsesKerberos && parsed.Keytab is not null)
            throw new ConnectorException(ConnectorCodes.InvalidSettings, "A keytab needs the setting 'authentication' to be kerberos.");
        return parsed;
    }

    // libsmbclient hands over a buffer of 256 bytes.
    private const int MaxPasswordBytes = 250;

    private static SmbSecret? TryParseObject(string secret)
    {
        if (!secret.StartsWith('{'))
            return null;
        try
        {
            var parsed = JsonSerializer.Deserialize(secret, SmbJson.Default.SmbSecret);
            return parsed is { Password.Length: > 0 } or { Keytab: not null } ? parsed : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SmbSettings))]
[JsonSerializable(typeof(SmbSecret))]
internal sealed partial class SmbJson : JsonSerializerContext;
