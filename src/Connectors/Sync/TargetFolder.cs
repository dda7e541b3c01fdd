using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>The folder of the share that a connector keeps in step with its source.</summary>
/// <param name="FolderId">Null for the root of the share, and in a dry run for a folder that is still to be made.</param>
/// <param name="Path">As Drive has it; empty for the root of the share.</param>
internal sealed record TargetFolder(string? FolderId, string Path)
{
    internal bool Holds(string path) => path.StartsWith(Path + "/", StringComparison.Ordinal);

    /// <summary>A path of the share as the source would have it.</summary>
    internal string RelativePath(string path) => path[(Path.Length + 1)..];

    internal bool Holds(DriveFile? file) => file is { IsDeleted: false } && Holds(file.Path);

    internal bool Holds(DriveFolder? folder) => folder is { IsDeleted: false } && Holds(folder.Path);
}

/// <summary>Finds the target folder. One that is gone looks as if all files in it had been deleted, so it ends the run.</summary>
internal sealed class TargetFolders(SyncPass pass, ConnectorStore connectors)
{
    internal async Task<TargetFolder> FindAsync(bool hasSnapshot, CancellationToken cancellationToken)
    {
        var connector = pass.Connector;
        var path = pass.TargetPath("").TrimEnd('/');
        if (path.Length == 0)
            return new TargetFolder(null, "");
        var known = (await connectors.ReadSendingAsync(connector, cancellationToken)).TargetFolderId;
        var folder = known is null ? null : await pass.Drive.FindFolderAsync(connector.TenantId, known, cancellationToken);
        if (folder is { IsDeleted: false } && folder.Path == path)
            return new TargetFolder(folder.Id, path);

        var there = await pass.Drive.FindFolderByPathAsync(connector.TenantId, connector.TargetShareId, path, cancellationToken);
        // Another folder than before has to hold what was mirrored: else all of it looks as if it had been deleted.
        if (hasSnapshot && !await HoldsMostAsync(new TargetFolder(there?.Id, path), cancellationToken))
            throw Missing(path, folder, there);

        if (pass.Run.IsDryRun)
            return new TargetFolder(there?.Id, path);
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                var made = await drive.EnsureFolderAsync(connector.TargetShareId, path, cancellationToken);
                there = made;
                rows.Note(ConnectorSql.SetTargetFolder, made!.Id);
            },
            cancellationToken);
        return new TargetFolder(there!.Id, path);
    }

    /// <summary>Ends the run when the target folder is not where it was at its start: what it holds then only looks deleted.</summary>
    internal static async Task CheckAsync(SyncPass pass, CancellationToken cancellationToken)
    {
        var connector = pass.Connector;
        if (await pass.Drive.FindShareAsync(connector.TenantId, connector.TargetShareId, cancellationToken) is not { IsDeleted: false })
            throw new ConnectorException(ConnectorCodes.NotFound, $"The share {connector.TargetShareId} does not exist any more.");
        if (pass.Target is not { FolderId: { } id, Path: var path })
            return;
        var folder = await pass.Drive.FindFolderAsync(connector.TenantId, id, cancellationToken);
        if (folder is not { IsDeleted: false } || folder.Path != path)
            throw Missing(path, folder, null);
    }

    /// <summary>Whether more than half of what was mirrored lies below a folder. Read once when the folder is another than before, not in every pass.</summary>
    private async Task<bool> HoldsMostAsync(TargetFolder target, CancellationToken cancellationToken)
    {
        var tenantId = pass.Connector.TenantId;
        long after = 0, all = 0, held = 0;
        while (await pass.Snapshot.AfterAsync(after, pass.Options.SnapshotPage, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            string[] files = [.. page.Select(row => row.FileId).OfType<string>()];
            string[] folders = [.. page.Select(row => row.FolderId).OfType<string>()];
            all += files.Length + folders.Length;
            held += (await pass.Drive.FindFilesAsync(tenantId, files, cancellationToken)).Count(target.Holds)
                + (await pass.Drive.FindFoldersAsync(tenantId, folders, cancellationToken)).Count(target.Holds);
        }

        return all == 0 || held * 2 > all;
    }

    private static ConnectorException Missing(string path, DriveFolder? folder, DriveFolder? there) => new(
        ConnectorCodes.TargetMissing,
        "Nothing was deleted at the source. " + (folder, there) switch
        {
            ({ IsDeleted: false } moved, _) when moved.Path != path =>
                $"The target folder is '{moved.Path}' and not '{path}'. Move it there, or set target_path to '{moved.Path}'.",
            (_, not null) => $"The folder '{path}' is not the one that was mirrored into, and holds little of what was. Put that one back, or restore it from the trash.",
            _ => $"The folder '{path}' is gone from the share. Restore it from the trash.",
        });
}
