using ScaiDrive.Connectors.Runs;

namespace ScaiDrive.Connectors.Sync;

/// <summary>The last phase: what the whole pass found nowhere leaves the share, after one more look at its place.</summary>
internal sealed class Deletions(SyncPass pass)
{
    private readonly Dictionary<long, string?> directories = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await new MassDeleteBrake(pass).CheckAsync(SnapshotSql.CountMissing, "the share", cancellationToken);
        while (await pass.Snapshot.MissingFilesAsync(pass.Run.Id, pass.Options.BatchFiles, cancellationToken) is { Count: > 0 } files)
            await DeleteFilesAsync(files, cancellationToken);
        // Each round takes the directories that have become empty; so a folder goes after what was in it was committed.
        while (await pass.Snapshot.MissingEmptyDirectoriesAsync(pass.Run.Id, pass.Options.BatchFiles, cancellationToken) is { Count: > 0 } empty)
            await DeleteDirectoriesAsync(empty, cancellationToken);
    }

    private async Task DeleteFilesAsync(List<SnapshotRow> files, CancellationToken cancellationToken)
    {
        var gone = await WithoutThoseBackAsync(files, SourceEntryKind.File, cancellationToken);
        var live = (await pass.Drive.FindFilesAsync(pass.Connector.TenantId, [.. gone.Select(row => row.FileId!)], cancellationToken)).Select(file => file.Id).ToHashSet();
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                foreach (var row in files.Except(gone))
                    rows.Unmark(row.Id);
                foreach (var row in gone)
                {
                    if (live.Contains(row.FileId!))
                    {
                        try
                        {
                            await drive.DeleteFileAsync(row.FileId!, permanent: false, cancellationToken);
                            pass.Tally.Deleted++;
                            pass.Tell(SourcePath.Combine(await DirectoryAsync(row.ParentId, cancellationToken) ?? "", row.Name), ItemActions.Deleted);
                        }
                        catch (Exception fault) when (fault is Drive.ItemDeletedException or Drive.ItemNotFoundException)
                        {
                            // Somebody was faster.
                        }
                    }

                    rows.Delete(row.Id);
                }
            },
            cancellationToken);
    }

    private async Task DeleteDirectoriesAsync(List<SnapshotRow> empty, CancellationToken cancellationToken)
    {
        var gone = await WithoutThoseBackAsync(empty, SourceEntryKind.Directory, cancellationToken);
        var folders = new List<string>();
        foreach (var row in gone.Where(row => row.FolderId is not null))
        {
            var folder = await pass.Drive.FindFolderAsync(pass.Connector.TenantId, row.FolderId!, cancellationToken);
            if (folder is not { IsDeleted: false })
                continue;
            var children = await pass.Drive.ListChildrenAsync(pass.Connector.TenantId, folder.ShareId, folder.Id, includeDeleted: false, limit: 1, offset: 0, cancellationToken);
            if (children.Items.Count == 0)
                folders.Add(folder.Id);
            else
                pass.AddNote(folder.Path, new SourceFault(ProblemCodes.FolderNotEmpty, "The directory is gone at the source, but the folder holds what others put there."));
        }

        await pass.CommitAsync(
            async (drive, rows) =>
            {
                foreach (var row in empty.Except(gone))
                    rows.Unmark(row.Id);
                foreach (var folderId in folders)
                {
                    try
                    {
                        await drive.DeleteFolderAsync(folderId, permanent: false, cancellationToken);
                    }
                    catch (Exception fault) when (fault is Drive.ItemDeletedException or Drive.ItemNotFoundException)
                    {
                        // Somebody was faster.
                    }
                }

                foreach (var row in gone)
                    rows.Delete(row.Id);
            },
            cancellationToken);
    }

    /// <summary>Leaves out what is at its place after all, or may be: a rename during the listing can hide an entry from it.</summary>
    private async Task<List<SnapshotRow>> WithoutThoseBackAsync(List<SnapshotRow> missing, SourceEntryKind kind, CancellationToken cancellationToken)
    {
        var gone = new List<SnapshotRow>(missing.Count);
        foreach (var row in missing)
        {
            if (await IsGoneAsync(row, kind, cancellationToken))
                gone.Add(row);
        }

        return gone;
    }

    private async Task<bool> IsGoneAsync(SnapshotRow row, SourceEntryKind kind, CancellationToken cancellationToken)
    {
        if (row.IsParked || await DirectoryAsync(row.ParentId, cancellationToken) is not { } directory)
            return true;
        var path = SourcePath.Combine(directory, row.Name);
        if (!pass.Filter.AdmitsWithParents(path, row.IsDirectory))
            return true;
        try
        {
            return await pass.Source.StatAsync(path, cancellationToken) is not { } entry || entry.Kind != kind || !pass.Admits(entry);
        }
        catch (SourceEntryException fault)
        {
            pass.AddError(path, fault.Fault);
            return false;
        }
    }

    private async Task<string?> DirectoryAsync(long id, CancellationToken cancellationToken)
    {
        if (directories.TryGetValue(id, out var path))
            return path;
        if (directories.Count >= 1_000)
            directories.Clear();
        path = await pass.Snapshot.PathOfAsync(id, cancellationToken);
        directories.Add(id, path);
        return path;
    }
}
