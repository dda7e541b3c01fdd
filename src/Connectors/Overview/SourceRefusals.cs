namespace ScaiDrive.Connectors.Overview;

/// <summary>Why a source does not let us in until a person changes something. Asking again comes to the same, and a few wrong passwords lock the
/// account.</summary>
public static class SourceRefusals
{
    /// <summary>The codes of <see cref="ConnectorCodes"/> that say so.</summary>
    public static IReadOnlySet<string> Codes { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        ConnectorCodes.AuthenticationFailed, ConnectorCodes.PasswordExpired, ConnectorCodes.SecretUnreadable, ConnectorCodes.AccessDenied,
        ConnectorCodes.ShareNotFound, ConnectorCodes.ProtocolRefused, ConnectorCodes.InvalidSettings, ConnectorCodes.RootNotAllowed, ConnectorCodes.UnknownType,
    };
}
