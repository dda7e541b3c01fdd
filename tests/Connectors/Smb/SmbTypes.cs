using ScaiDrive.Connectors.Smb;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The type under test.</summary>
internal static class SmbTypes
{
    internal static IConnectorType New() => new SmbConnectorType(TimeProvider.System);
}
