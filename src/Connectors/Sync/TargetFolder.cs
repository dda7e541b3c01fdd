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
        if (hasSnapshot && (there is null || await IsEmptyAsync(there, cancellationToken)))
        {
            throw new ConnectorException(
                ConnectorCodes.TargetMissing,
                folder is { IsDeleted: false }
                    ? $"The folder '{path}' was moved to '{folder.Path}'. Nothing was deleted at the source. Move it back, or set target_path to '{folder.Path}'."
                    : $"The folder '{path}' is gone from the share. Nothing was deleted at the source. Restore it from the trash.");
        }

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

    private async Task<bool> IsEmptyAsync(DriveFolder folder, CancellationToken cancellationToken) =>
        (await pass.Drive.ListChildrenAsync(folder.TenantId, folder.ShareId, folder.Id, includeDeleted: false, limit: 1, offset: 0, cancellationToken)).Items.Count == 0;
}
