namespace ScaiDrive.Connectors;

/// <summary>A connector cannot run, as a whole, and says why. Nothing was deleted because of it.</summary>
public sealed class ConnectorException : Exception
{
    /// <summary>Says what is wrong with which connector or source.</summary>
    public ConnectorException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>One of <see cref="ConnectorCodes"/>, lower-case with underscores; or, when the share is to blame, the upper-case code of
    /// Drive's exception, for example <c>STORAGE_FULL</c>. Stable.</summary>
    public string Code { get; }

    /// <summary>For <see cref="ConnectorCodes.InvalidSettings"/>: the setting that is to blame, in snake_case; null when it is not one alone.</summary>
    public string? Field { get; init; }
}

/// <summary>Why a whole connector cannot run.</summary>
public static class ConnectorCodes
{
    /// <summary>The source does not answer: the folder is missing, the share or mount is gone.</summary>
    public const string SourceOffline = "source_offline";

    /// <summary>The root became another, empty folder: most likely a mount that is missing.</summary>
    public const string SourceReplaced = "source_replaced";

    /// <summary>The source is outside the roots that the operator allowed.</summary>
    public const string RootNotAllowed = "root_not_allowed";

    /// <summary>A setting is missing or has a value that cannot work.</summary>
    public const string InvalidSettings = "invalid_settings";

    /// <summary>No source of this type exists.</summary>
    public const string UnknownType = "unknown_type";

    /// <summary>The connector, or the share it mirrors into, does not exist.</summary>
    public const string NotFound = "not_found";

    /// <summary>The source does not accept user and password, or the ticket.</summary>
    public const string AuthenticationFailed = "authentication_failed";

    /// <summary>The password is right, and expired or to be changed.</summary>
    public const string PasswordExpired = "password_expired";

    /// <summary>The server is there, its share is not.</summary>
    public const string ShareNotFound = "share_not_found";

    /// <summary>User and password are right, and may not enter the share.</summary>
    public const string AccessDenied = "access_denied";

    /// <summary>Server and connector agree on no version of the protocol, no signing or no encryption that both allow.</summary>
    public const string ProtocolRefused = "protocol_refused";

    /// <summary>The stored password cannot be decrypted.</summary>
    public const string SecretUnreadable = "secret_unreadable";

    /// <summary>A pass would delete more than the rules of the connector allow without asking.</summary>
    public const string MassDelete = "mass_delete";

    /// <summary>The folder at the target path is gone from the share, or elsewhere.</summary>
    public const string TargetMissing = "target_missing";

    /// <summary>The source cannot be written to, and the connector is to write to it.</summary>
    public const string SourceReadOnly = "source_read_only";

    /// <summary>The source is left alone at this time of the day.</summary>
    public const string QuietHours = "quiet_hours";

    /// <summary>A dry run was asked for while a run that writes is unfinished.</summary>
    public const string RunUnfinished = "run_unfinished";

    /// <summary>A dry run was cut off, and a run that writes was asked for before it was taken up again.</summary>
    public const string Superseded = "superseded";

    /// <summary>The connector is paused.</summary>
    public const string Paused = "paused";
}
