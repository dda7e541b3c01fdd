namespace ScaiDrive.Connectors.Sync;

/// <summary>Finds directories that an earlier attempt or phase has written, with all above them.</summary>
internal sealed class DirectoryChain(SyncPass pass)
{
    internal MirroredDirectory Root()
    {
        var root = new MirroredDirectory(null, "", Snapshot.Root, pass.Target?.FolderId);
        if (pass.Target is { } target)
            (root.IsPlaced, root.DrivePath) = (true, target.Path);
        return root;
    }

    /// <summary>A directory by its row. Its folder counts only when it is still there.</summary>
    internal async Task<MirroredDirectory> EnterAsync(MirroredDirectory parent, string path, SnapshotRow row, CancellationToken cancellationToken)
    {
        var directory = new MirroredDirectory(parent, path, row.Id, row.FolderId);
        if (pass.Target is not { } target)
            return directory;
        var folder = row.FolderId is null ? null : await pass.Drive.FindFolderAsync(pass.Connector.TenantId, row.FolderId, cancellationToken);
        if (target.Holds(folder))
            directory.DrivePath = folder!.Path;
        else
            (directory.FolderId, directory.IsPlaced) = (null, false);
        return directory;
    }

    /// <summary>The directory at a path; null when a part of it has no row.</summary>
    internal async Task<MirroredDirectory?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var directory = Root();
        foreach (var name in SourcePath.Parts(path))
        {
            if (await pass.Snapshot.AtPlaceAsync(directory.RowId!.Value, name, cancellationToken) is not { IsDirectory: true } row)
                return null;
            directory = await EnterAsync(directory, SourcePath.Combine(directory.Path, name), row, cancellationToken);
        }

        return directory;
    }
}
