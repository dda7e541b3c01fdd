using System.Text.Json;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Workers.Host.Upping;

/// <summary>The folder connector behind <c>up</c>: one per folder, each with a share of its own.</summary>
internal sealed class FolderMirror(Database dataSource, DriveStore drive, ConnectorStore connectors)
{
    /// <summary>Finds the connector of <paramref name="root"/>, or sets it up with a share named after the folder.</summary>
    internal async Task<Connector> EnsureConnectorAsync(string root, CancellationToken cancellationToken)
    {
        var known = (await connectors.ListAsync(DriveStore.LocalTenantId, cancellationToken))
            .Where(connector => connector.Type == ConnectorTypes.Folder)
            .ToList();
        if (known.FirstOrDefault(connector => connector.Settings.GetProperty("root").GetString() == root) is { } existing)
            return existing;

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = drive.Write(transaction, DriveStore.LocalTenantId, DriveStore.LocalUserId, ChangeOrigin.Interactive());
        var share = await writer.EnsureShareAsync(FreeName(Path.GetFileName(root), known), cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        var connector = await connectors.CreateAsync(
            transaction,
            DriveStore.LocalTenantId,
            new NewConnector
            {
                Type = ConnectorTypes.Folder,
                Name = share.Name,
                Settings = JsonSerializer.SerializeToElement(new { root }),
                TargetShareId = share.Id,
                OwnerId = DriveStore.LocalUserId,
                // Somebody sits in front of it.
                SyncIntervalMinutes = 1,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return connector;
    }

    /// <summary>Two folders of the same name are two shares: a mirror deletes what its folder does not have.</summary>
    private static string FreeName(string folder, List<Connector> known)
    {
        var name = folder.Length == 0 ? "Files" : folder;
        for (var number = 2; known.Any(connector => connector.Name == name); number++)
            name = $"{folder} ({number})";
        return name;
    }
}
