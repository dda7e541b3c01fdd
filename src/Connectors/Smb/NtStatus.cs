using System.Globalization;

namespace ScaiDrive.Connectors.Smb;

/// <summary>NT status codes (MS-ERREF 2.3.1): their names, what they mean for one entry, and what for the whole source.</summary>
internal static class NtStatus
{
    internal const uint
        AccessDenied = 0xC0000022, ObjectNameNotFound = 0xC0000034, SharingViolation = 0xC0000043, DiskFull = 0xC000007F, InvalidParameter = 0xC000000D,
        Unsuccessful = 0xC0000001, IoTimeout = 0xC00000B5, FileIsADirectory = 0xC00000BA, NotADirectory = 0xC0000103, ObjectNameCollision = 0xC0000035,
        DirectoryNotEmpty = 0xC0000101, NotSupported = 0xC00000BB, ObjectNameInvalid = 0xC0000033, ConnectionDisconnected = 0xC000020C,
        ConnectionReset = 0xC000020D, ConnectionRefused = 0xC0000236, HostUnreachable = 0xC000023D, StoppedOnSymlink = 0x8000002D,
        BadNetworkName = 0xC00000CC, LogonFailure = 0xC000006D, InsufficientResources = 0xC000009A, NetworkNameDeleted = 0xC00000C9,
        BufferTooSmall = 0xC0000023, NotifyEnumDir = 0x0000010C, UserSessionDeleted = 0xC0000203, NetworkSessionExpired = 0xC000035C;

    private sealed record Meaning(string Name, string Text, string ProblemCode, string? ConnectorCode = null);

    private static readonly Dictionary<uint, Meaning> Known = new()
    {
        [AccessDenied] = new("ACCESS_DENIED", "the server refuses access", ProblemCodes.AccessDenied, ConnectorCodes.AccessDenied),
        [0xC0000061] = new("PRIVILEGE_NOT_HELD", "the account lacks a privilege", ProblemCodes.AccessDenied, ConnectorCodes.AccessDenied),
        [0xC00000CA] = new("NETWORK_ACCESS_DENIED", "the server refuses access", ProblemCodes.AccessDenied, ConnectorCodes.AccessDenied),
        [SharingViolation] = new("SHARING_VIOLATION", "another program holds it", ProblemCodes.Locked),
        [0xC0000054] = new("FILE_LOCK_CONFLICT", "another program has locked a part of it", ProblemCodes.Locked),
        [0xC0000055] = new("LOCK_NOT_GRANTED", "another program has locked a part of it", ProblemCodes.Locked),
        [0xC0000056] = new("DELETE_PENDING", "it is about to be deleted", ProblemCodes.Locked),
        [0xC0000121] = new("CANNOT_DELETE", "the server refuses to delete it", ProblemCodes.AccessDenied),
        [ObjectNameNotFound] = new("OBJECT_NAME_NOT_FOUND", "it is not there", ProblemCodes.Vanished),
        [0xC000003A] = new("OBJECT_PATH_NOT_FOUND", "its directory is not there", ProblemCodes.Vanished),
        [0xC000000F] = new("NO_SUCH_FILE", "it is not there", ProblemCodes.Vanished),
        [NotADirectory] = new("NOT_A_DIRECTORY", "a part of its path is not a directory", ProblemCodes.Vanished),
        [0xC0000123] = new("FILE_DELETED", "it was deleted", ProblemCodes.Vanished),
        [ObjectNameInvalid] = new("OBJECT_NAME_INVALID", "the server does not accept the name", ProblemCodes.NameNotAllowed),
        [0xC0000039] = new("OBJECT_PATH_INVALID", "the server does not accept the path", ProblemCodes.NameNotAllowed),
        [0xC000003B] = new("OBJECT_PATH_SYNTAX_BAD", "the server does not accept the path", ProblemCodes.NameNotAllowed),
        [0xC0000106] = new("NAME_TOO_LONG", "the name is too long for the server", ProblemCodes.NameNotAllowed),
        [ObjectNameCollision] = new("OBJECT_NAME_COLLISION", "something has that name", ProblemCodes.ChangedMeanwhile),
        [DirectoryNotEmpty] = new("DIRECTORY_NOT_EMPTY", "the directory is not empty", ProblemCodes.FolderNotEmpty),
        [FileIsADirectory] = new("FILE_IS_A_DIRECTORY", "it is a directory", ProblemCodes.SpecialFile),
        [StoppedOnSymlink] = new("STOPPED_ON_SYMLINK", "it is a symbolic link", ProblemCodes.Link),
        [0xC0000275] = new("NOT_A_REPARSE_POINT", "it is a link that the server cannot follow", ProblemCodes.Link),
        [0xC0000279] = new("IO_REPARSE_TAG_NOT_HANDLED", "it is a link that the server cannot follow", ProblemCodes.Link),
        [DiskFull] = new("DISK_FULL", "the disk of the server is full", ProblemCodes.SourceFull),
        [0xC0000044] = new("QUOTA_EXCEEDED", "the account has used up its space", ProblemCodes.SourceFull),
        [0xC0000802] = new("FILE_QUOTA_EXCEEDED", "the account has used up its space", ProblemCodes.SourceFull),
        [0xC0000904] = new("FILE_TOO_LARGE", "the file is too large for the server", ProblemCodes.SourceFull),
        [0xC00000A2] = new("MEDIA_WRITE_PROTECTED", "the share is read-only", ProblemCodes.AccessDenied),
        [InvalidParameter] = new("INVALID_PARAMETER", "the server does not accept the request", ProblemCodes.ReadFailed),
        [NotSupported] = new("NOT_SUPPORTED", "the server cannot do it", ProblemCodes.ReadFailed, ConnectorCodes.ProtocolRefused),
        [Unsuccessful] = new("UNSUCCESSFUL", "the server could not do it", ProblemCodes.ReadFailed),
        [InsufficientResources] = new("INSUFFICIENT_RESOURCES", "the server is out of memory or connections", ProblemCodes.ReadFailed),
        [0xC0000185] = new("IO_DEVICE_ERROR", "the disk of the server failed", ProblemCodes.ReadFailed),
        [0xC000009C] = new("DEVICE_DATA_ERROR", "the disk of the server failed", ProblemCodes.ReadFailed),
        [0xC000003F] = new("CRC_ERROR", "the disk of the server failed", ProblemCodes.ReadFailed),
        [0xC000003E] = new("DATA_ERROR", "the disk of the server failed", ProblemCodes.ReadFailed),
        [0xC0000120] = new("CANCELLED", "the server ended the request", ProblemCodes.ReadFailed),
        [IoTimeout] = new("IO_TIMEOUT", "the server did not answer in time", ProblemCodes.TimedOut, ConnectorCodes.SourceOffline),
        [ConnectionDisconnected] = new("CONNECTION_DISCONNECTED", "the server ended the connection", ProblemCodes.ReadFailed),
        [ConnectionReset] = new("CONNECTION_RESET", "the server ended the connection", ProblemCodes.ReadFailed),
        [ConnectionRefused] = new("CONNECTION_REFUSED", "no server listens at that port", ProblemCodes.ReadFailed),
        [HostUnreachable] = new("HOST_UNREACHABLE", "no way leads to the server", ProblemCodes.ReadFailed),
        [0xC000023C] = new("NETWORK_UNREACHABLE", "no way leads to the server", ProblemCodes.ReadFailed),
        [0xC00000BE] = new("BAD_NETWORK_PATH", "the server cannot be found", ProblemCodes.ReadFailed),
        [0xC00000C4] = new("UNEXPECTED_NETWORK_ERROR", "the network failed", ProblemCodes.ReadFailed),
        [NetworkNameDeleted] = new("NETWORK_NAME_DELETED", "the share went away", ProblemCodes.ReadFailed, ConnectorCodes.SourceOffline),
        [UserSessionDeleted] = new("USER_SESSION_DELETED", "the server ended the session", ProblemCodes.ReadFailed),
        [NetworkSessionExpired] = new("NETWORK_SESSION_EXPIRED", "the ticket ran out", ProblemCodes.ReadFailed, ConnectorCodes.AuthenticationFailed),
        [0xC00000D0] = new("REQUEST_NOT_ACCEPTED", "the share has as many users as it admits", ProblemCodes.ReadFailed),
        [BadNetworkName] = new("BAD_NETWORK_NAME", "the server has no share of that name", ProblemCodes.ReadFailed, ConnectorCodes.ShareNotFound),
        [0xC00000CB] = new("BAD_DEVICE_TYPE", "the share is not one of files", ProblemCodes.ReadFailed, ConnectorCodes.ShareNotFound),
        [0xC0000257] = new("PATH_NOT_COVERED", "the path leads to another server; switch dfs on", ProblemCodes.ReadFailed),
        [LogonFailure] = new("LOGON_FAILURE", "user or password are wrong", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC000006A] = new("WRONG_PASSWORD", "the password is wrong", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000064] = new("NO_SUCH_USER", "the user does not exist", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC000006E] = new("ACCOUNT_RESTRICTION", "the account is restricted", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC000006F] = new("INVALID_LOGON_HOURS", "the account may not log on at this hour", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000070] = new("INVALID_WORKSTATION", "the account may not log on from this machine", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000072] = new("ACCOUNT_DISABLED", "the account is disabled", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000193] = new("ACCOUNT_EXPIRED", "the account has expired", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000234] = new("ACCOUNT_LOCKED_OUT", "the account is locked after too many wrong passwords", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC000015B] = new("LOGON_TYPE_NOT_GRANTED", "the account may not log on over the network", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC000005E] = new("NO_LOGON_SERVERS", "no domain controller answers", ProblemCodes.ReadFailed, ConnectorCodes.AuthenticationFailed),
        [0xC0000133] = new("TIME_DIFFERENCE_AT_DC", "the clocks of this machine and the domain differ too much", ProblemCodes.AccessDenied, ConnectorCodes.AuthenticationFailed),
        [0xC0000071] = new("PASSWORD_EXPIRED", "the password has expired", ProblemCodes.AccessDenied, ConnectorCodes.PasswordExpired),
        [0xC0000224] = new("PASSWORD_MUST_CHANGE", "the password must be changed first", ProblemCodes.AccessDenied, ConnectorCodes.PasswordExpired),
        [0xC000000E] = new("NO_SUCH_DEVICE", "the device is not there", ProblemCodes.ReadFailed),
        [0xC00000C3] = new("INVALID_NETWORK_RESPONSE", "the server speaks no version of the protocol that is allowed here", ProblemCodes.ReadFailed, ConnectorCodes.ProtocolRefused),
        [0xC000A000] = new("INVALID_SIGNATURE", "an answer was not signed by the server", ProblemCodes.ReadFailed, ConnectorCodes.ProtocolRefused),
        [0xC0000388] = new("DOWNGRADE_DETECTED", "the agreed protocol was tampered with", ProblemCodes.ReadFailed, ConnectorCodes.ProtocolRefused),
    };

    /// <summary>The name, with its prefix; the number for one that is not known.</summary>
    internal static string NameOf(uint status) => Known.TryGetValue(status, out var known)
        ? $"NT_STATUS_{known.Name}"
        : string.Create(CultureInfo.InvariantCulture, $"NT_STATUS_0x{status:X8}");

    /// <summary>What it means for one entry. The detail starts with the name.</summary>
    internal static SourceFault FaultOf(uint status) => Known.TryGetValue(status, out var known)
        ? new(known.ProblemCode, $"{NameOf(status)}: {known.Text}.")
        : new(ProblemCodes.ReadFailed, $"{NameOf(status)}: the server could not do it.");

    /// <summary>What it means that no session with the share came about.</summary>
    internal static ConnectorException ConnectorFaultOf(uint status, string server, string share) =>
        new(
            Known.GetValueOrDefault(status)?.ConnectorCode ?? ConnectorCodes.SourceOffline,
            $"//{server}/{share}: {FaultOf(status).Detail}");

    /// <summary>Whether another try with the same password is pointless, and may lock the account.</summary>
    internal static bool IsRefusalOfLogon(string connectorCode) =>
        connectorCode is ConnectorCodes.AuthenticationFailed or ConnectorCodes.PasswordExpired;

    /// <summary>The status that an error number of the library stands for, when it did not tell the status itself.</summary>
    internal static uint OfErrorNumber(int number) => number switch
    {
        1 or 13 => AccessDenied,
        2 => ObjectNameNotFound,
        5 => Unsuccessful,
        12 => InsufficientResources,
        11 or 16 or 26 => SharingViolation,
        17 => ObjectNameCollision,
        20 => NotADirectory,
        21 => FileIsADirectory,
        22 => InvalidParameter,
        27 => 0xC0000904,
        28 => DiskFull,
        30 => 0xC00000A2,
        34 => BufferTooSmall,
        36 => ObjectNameInvalid,
        39 => DirectoryNotEmpty,
        40 => StoppedOnSymlink,
        95 => NotSupported,
        101 => 0xC000023C,
        32 or 103 or 107 => ConnectionDisconnected,
        104 => ConnectionReset,
        110 => IoTimeout,
        111 => ConnectionRefused,
        112 or 113 => HostUnreachable,
        122 => 0xC0000044,
        _ => Unsuccessful,
    };

    /// <summary>Whether the connection was lost; another try makes a new one.</summary>
    internal static bool IsOfConnection(uint status) => status is
        ConnectionDisconnected or ConnectionReset or ConnectionRefused or HostUnreachable or 0xC000023C or 0xC00000BE or 0xC00000C4 or NetworkNameDeleted
        or UserSessionDeleted or NetworkSessionExpired or 0xC00000C3 or IoTimeout;

    /// <summary>Whether it speaks of the session or the share, whichever entry was asked for.</summary>
    internal static bool IsOfSession(uint status) => IsOfConnection(status)
        || Known.GetValueOrDefault(status)?.ConnectorCode is ConnectorCodes.AuthenticationFailed or ConnectorCodes.PasswordExpired or ConnectorCodes.ShareNotFound;
}
