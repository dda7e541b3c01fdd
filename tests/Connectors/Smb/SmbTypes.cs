using Microsoft.Extensions.Options;
using ScaiDrive.Connectors.Smb;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The type under test.</summary>
internal static class SmbTypes
{
    internal static IConnectorType New() =>
        new SmbConnectorType(Options.Create(new ConnectorOptions { TicketCacheDirectories = [Path.GetTempPath()] }), TimeProvider.System);
}
