using ScaiDrive.Connectors.Folder;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Ticket caches of the worker that connectors may use: those that its operator allows, because with one comes what its owner may do.</summary>
internal sealed class TicketCaches(ConnectorOptions options)
{
    /// <summary>The settings with the cache that they name, links resolved, so that what was judged is what is used.</summary>
    /// <exception cref="ConnectorException"><see cref="ConnectorCodes.InvalidSettings"/>: it is not allowed.</exception>
    internal SmbSettings Judge(SmbSettings settings)
    {
        if (settings.TicketCache is not { } named)
            return settings;
        var judged = RealPathOf(named);
        if (!options.TicketCacheDirectories.Any(allowed => judged.StartsWith(RealPathOf(allowed).TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            throw new ConnectorException(
                ConnectorCodes.InvalidSettings,
                $"'ticket_cache' is '{named}', which is not in a directory that the operator allows. Add its directory to SCAIDRIVE_KERBEROS_CACHES of every process, or use a password or keytab.");
        }

        return settings with { TicketCache = judged };
    }

    private static string RealPathOf(string path) => LibC.RealPath(path) ?? Path.GetFullPath(path);
}
