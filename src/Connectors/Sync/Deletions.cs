using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>The last phase: what the whole pass found nowhere leaves the share, after one more look at its place.</summary>
internal sealed class Deletions(SyncPass pass, ConflictStore conflicts)
{
    private readonly Dictionary<long, string?> directories = [];

    // At their place, but hidden there by now.
    private readonly HashSet<long> leftOut = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        // Where the source follows the share, what it lacks is sent to it again.
        if (!pass.Follows(SyncDirection.FromScaiDrive))
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
        if (pass.IsTwoWay)
        {
            await JudgeFilesAsync(files, gone, cancellationToken);
            return;
        }

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

    private async Task JudgeFilesAsync(List<SnapshotRow> files, List<SnapshotRow> gone, CancellationToken cancellationToken)
    {
        var open = (await conflicts.OpenOfAsync(pass.Connector.TenantId, pass.Connector.Id, [], [.. gone.Select(row => row.FileId!)], cancellationToken))
            .ToLookup(conflict => conflict.FileId!);
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                foreach (var row in files.Except(gone))
                    rows.Unmark(row.Id);
                foreach (var row in gone)
                {
                    var path = SourcePath.Combine(await DirectoryAsync(row.ParentId, cancellationToken) ?? "", row.Name);
                    // Excluded by now: neither side is touched for that.
                    if (leftOut.Contains(row.Id) || (!row.IsParked && !pass.Filter.AdmitsWithParents(path, isDirectory: false)))
                    {
                        rows.Delete(row.Id);
                        // Where the share decides, the push looks whether it is shown again.
                        if (leftOut.Contains(row.Id) && pass.Follows(SyncDirection.FromScaiDrive))
                            rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
                    }
                    else
                    {
                        await new LossOfSource(pass, drive, rows).ApplyAsync(row, path, [.. open[row.FileId!]], cancellationToken);
                    }
                }
            },
            cancellationToken);
    }

    private async Task DeleteDirectoriesAsync(List<SnapshotRow> empty, CancellationToken cancellationToken)
    {
        var gone = await WithoutThoseBackAsync(empty, SourceEntryKind.Directory, cancellationToken);
        var folders = new List<string>();
        var recovered = new List<DriveFolder>();
        foreach (var row in gone.Where(row => row.FolderId is not null))
        {
            var folder = await pass.Drive.FindFolderAsync(pass.Connector.TenantId, row.FolderId!, cancellationToken);
            if (folder is not { IsDeleted: false } || !await MayDeleteAsync(row, folder, cancellationToken))
                continue;
            if ((await ListOneAsync(folder, cancellationToken)).Count == 0)
                folders.Add(folder.Id);
            else if (pass.IsTwoWay && row.IsParked && folder.Name.StartsWith(".moving-", StringComparison.Ordinal))
                recovered.Add(folder);
            else if (!pass.IsTwoWay)
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
                        // Nobody can put anything into it from here on; what came since the first look keeps it.
                        var folder = await drive.HoldFolderAsync(folderId, cancellationToken);
                        if ((await ListOneAsync(folder, cancellationToken)).Count == 0)
                            await drive.DeleteFolderAsync(folderId, permanent: false, cancellationToken);
                        else if (pass.IsTwoWay)
                            rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
                    }
                    catch (Exception fault) when (fault is Drive.ItemDeletedException or Drive.ItemNotFoundException)
                    {
                        // Somebody was faster.
                    }
                }

                // While they waited to be found elsewhere they had a name of no meaning.
                foreach (var folder in recovered)
                    await new AsideMover(pass, drive, rows).RenameAsync(folder with { Name = "recovered" }, cancellationToken);
                foreach (var row in gone)
                    rows.Delete(row.Id);
                if (pass.IsTwoWay && gone.Count > folders.Count)
                    rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<ChildItem>> ListOneAsync(DriveFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return (await pass.Drive.ListChildrenAsync(
                folder.TenantId, folder.ShareId, folder.Id, includeDeleted: false, limit: 1, offset: 0, cancellationToken)).Items;
        }
        catch (DriveException fault) when (fault is Drive.ItemDeletedException or Drive.ItemNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Where the share decides too, a folder that stays is new to the source.</summary>
    private async Task<bool> MayDeleteAsync(SnapshotRow row, DriveFolder folder, CancellationToken cancellationToken)
    {
        if (!pass.IsTwoWay)
            return true;
        if (pass.Follows(SyncDirection.FromScaiDrive) || leftOut.Contains(row.Id) || !pass.Target!.Holds(folder))
            return false;
        return row.IsParked
            || await DirectoryAsync(row.ParentId, cancellationToken) is not { } directory
            || pass.Filter.AdmitsWithParents(SourcePath.Combine(directory, row.Name), isDirectory: true);
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
            if (await pass.Source.StatAsync(path, cancellationToken) is not { } entry || entry.Kind != kind)
                return true;
            if (!pass.Admits(entry))
                leftOut.Add(row.Id);
            return leftOut.Contains(row.Id);
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
