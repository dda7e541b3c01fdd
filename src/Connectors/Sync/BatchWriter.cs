using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Makes the writes of one batch in one transaction. What the share refuses becomes a problem of that item alone.</summary>
internal sealed class BatchWriter(SyncPass pass, DriveWriter drive, SnapshotWriter rows)
{
    private readonly HashSet<long> relocated = [];
    private HashSet<string> changedMeanwhile = [];
    private AddsAhead? ahead;

    private string ShareId => pass.Connector.TargetShareId;

    /// <summary>Makes sure that the files of the share stay as they were compared; those that changed meanwhile are left for the next pass.</summary>
    internal async Task HoldAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken)
    {
        var compared = files.Where(file => file.Merge?.Share is not null).Select(file => file.Merge!.Share!).ToList();
        if (compared.Count == 0)
            return;
        var now = (await pass.Drive.HoldFilesAsync(rows.Transaction, pass.Connector.TenantId, [.. compared.Select(file => file.Id)], cancellationToken)).ToDictionary(file => file.Id);
        changedMeanwhile = [.. compared.Where(file => now.GetValueOrDefault(file.Id) is not { } held
            || (held.ChecksumSha256, held.FolderId, held.Name) != (file.ChecksumSha256, file.FolderId, file.Name)).Select(file => file.Id)];
    }

    /// <summary>Makes all writes, in order.</summary>
    internal async Task ApplyAsync(IReadOnlyList<PendingWrite> writes, CancellationToken cancellationToken)
    {
        ahead = new AddsAhead(this, drive);
        for (var at = 0; at < writes.Count; at++)
        {
            await ahead.LookAsync(writes, at, cancellationToken);
            await ApplyAsync(writes[at], cancellationToken);
        }
    }

    internal async Task ApplyAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        switch (write)
        {
            case PendingFile file:
                await ApplyAsync(file, cancellationToken);
                break;
            case PendingDirectory directory:
                await ApplyAsync(directory, cancellationToken);
                break;
            case PendingDirectoryUpdate update:
                await ApplyAsync(update, cancellationToken);
                break;
            case PendingEviction eviction:
                await ApplyAsync(eviction, cancellationToken);
                break;
            case PendingMissing missing:
                rows.MarkMissing(missing.Row);
                break;
            case PendingFound found:
                rows.Unmark(found.Row.Id);
                break;
            case PendingContest contest when contest.Parent.RowId is { } parentId:
                rows.Contest(parentId, contest.Entry);
                break;
            case PendingSettlement settlement:
                rows.Settle(settlement.Place);
                break;
        }
    }

    /// <summary>New content may be for fewer people than the old: until its permissions are read, in this run, nobody is let in.</summary>
    internal async Task HideAsync(DriveFile file, StoredContent content, SnapshotRow? row, CancellationToken cancellationToken)
    {
        if (pass.AclOfNewFiles is not { } acl || file.ChecksumSha256 == content.Sha256)
            return;
        await drive.SetSourceAclsAsync([KeyValuePair.Create(file.Id, (long?)acl)], cancellationToken);
        // Not every server moves a time with every change, so the row says that it is to be read.
        if (row is not null)
            rows.Note(PermissionSql.SetUnread, new[] { row.Id });
    }

    /// <summary>Makes sure that a directory has its folder in the share; false when the share has no place for it.</summary>
    internal async Task<bool> PlaceAsync(MirroredDirectory directory, CancellationToken cancellationToken)
    {
        if (directory.IsBlocked || directory.RowId is null)
            return false;
        if (directory.IsPlaced)
            return true;
        if (await EnsureFolderAsync(directory, cancellationToken) && directory.RowId != Snapshot.Root)
            rows.SetFolder(directory.RowId.Value, directory.FolderId);
        return directory.IsPlaced;
    }

    /// <summary>Takes an item out of the way of another one, under a name of its own in the same folder, until it is found elsewhere or deleted.</summary>
    internal async Task ParkAsync(SnapshotRow row, string path, CancellationToken cancellationToken)
    {
        await TryAsync(
            path,
            async () =>
            {
                // The share keeps its own order where the source follows it.
                if (pass.Follows(SyncDirection.FromScaiDrive))
                    return;
                if (row.FileId is not null && await pass.Drive.FindFileAsync(pass.Connector.TenantId, row.FileId, cancellationToken) is { IsDeleted: false } file)
                    await drive.MoveFileAsync(file.Id, file.FolderId, $".moving-{file.Id}", cancellationToken);
                if (row.FolderId is not null && await pass.Drive.FindFolderAsync(pass.Connector.TenantId, row.FolderId, cancellationToken) is { IsDeleted: false } folder)
                    // What people keep in it stays, and so does the folder: under a name they know again.
                    await new AsideMover(pass, drive, rows).GiveNameAsync(folder, cancellationToken);
            },
            isGoneFine: true);
        rows.Park(row.Id);
    }

    private async Task ApplyAsync(PendingDirectory write, CancellationToken cancellationToken)
    {
        var directory = write.Directory;
        pass.Touch(directory);
        if (directory.Parent is not { RowId: { } parentId, IsBlocked: false })
        {
            directory.IsBlocked = true;
            return;
        }

        // With include patterns a folder is made when the first file needs it.
        if (!pass.Filter.HasIncludes && !await EnsureFolderAsync(directory, cancellationToken))
            return;
        directory.RowId = await rows.InsertDirectoryAsync(parentId, write.Entry, directory.FolderId, cancellationToken);
    }

    private async Task ApplyAsync(PendingDirectoryUpdate write, CancellationToken cancellationToken)
    {
        if (!write.Directory.IsPlaced && !pass.Filter.HasIncludes)
            await EnsureFolderAsync(write.Directory, cancellationToken);
        rows.UpdateDirectory(write.Row.Id, write.Row.ParentId, write.Row.Name, write.Entry, write.Directory.FolderId);
    }

    private async Task ApplyAsync(PendingEviction eviction, CancellationToken cancellationToken)
    {
        // Moved away earlier in this batch.
        if (relocated.Contains(eviction.Row.Id))
            return;
        if (eviction.IsWanted)
        {
            await ParkAsync(eviction.Row, eviction.Path, cancellationToken);
            return;
        }

        if (pass.IsTwoWay)
        {
            await TryAsync(eviction.Path, () => new LossOfSource(pass, drive, rows).EvictAsync(eviction.Row, eviction.Path, cancellationToken), isGoneFine: true);
            return;
        }

        if (await TryAsync(eviction.Path, () => drive.DeleteFileAsync(eviction.Row.FileId!, permanent: false, cancellationToken), isGoneFine: true))
        {
            pass.Tally.Deleted++;
            pass.Tell(eviction.Path, ItemActions.Deleted);
        }

        rows.Delete(eviction.Row.Id);
    }

    private async Task ApplyAsync(PendingFile file, CancellationToken cancellationToken)
    {
        if (file.IsTwoWay && file.Merge is null)
            return;
        if (file.Merge?.Share is { } share && changedMeanwhile.Contains(share.Id))
        {
            pass.AddSkipped(file.Entry.Path, new SourceFault(ProblemCodes.ChangedMeanwhile, "It changed in ScaiDrive while it was compared."));
            if (file.Origin is { } origin)
                rows.Unmark(origin.Id);
            return;
        }

        if (file.Fault is { } fault)
        {
            await ReportAsync(file, fault, cancellationToken);
            return;
        }

        if (file.Merge is null ? !await PlaceAsync(file.Parent, cancellationToken) : file.Parent is not { IsBlocked: false, RowId: not null })
        {
            pass.Tally.Skipped++;
            return;
        }

        try
        {
            await TryAsync(file.Entry.Path, async () =>
            {
                if (file.Merge is { } merge)
                    await MergeAsync(merge, cancellationToken);
                else if (file.Row is not null)
                    await RefreshAsync(file, file.Row, cancellationToken);
                else if (file is { Origin: not null, Live: not null })
                    await MoveAsync(file, file.Origin, file.Live, cancellationToken);
                else
                    await AddAsync(file, cancellationToken);
            });
        }
        catch (NoPlaceException)
        {
            pass.Tally.Skipped++;
        }
        catch (ContentVanishedException vanished)
        {
            await ReportAsync(file, new SourceFault(ProblemCodes.ContentVanished, vanished.Message), cancellationToken);
        }
    }

    private async Task MergeAsync(MergeCase merge, CancellationToken cancellationToken)
    {
        await new Merger(pass, drive, rows, this).ApplyAsync(merge, cancellationToken);
        if (merge.File.Origin is { } origin)
            relocated.Add(origin.Id);
    }

    private async Task ReportAsync(PendingFile file, SourceFault fault, CancellationToken cancellationToken)
    {
        switch (fault.Code)
        {
            case ProblemCodes.Vanished:
                if (file.Row is not null)
                    rows.MarkMissing(file.Row);
                return;
            // Who holds it may be done by the end of the run.
            case ProblemCodes.Locked when pass.Phase == SyncPhases.Walk && file.Parent is { IsBlocked: false, RowId: { } parentId }:
                rows.Contest(parentId, file.Entry);
                break;
            case ProblemCodes.Changing or ProblemCodes.Link or ProblemCodes.SpecialFile:
                pass.AddSkipped(file.Entry.Path, fault);
                break;
            default:
                pass.AddError(file.Entry.Path, fault);
                break;
        }

        // It moved, that much is known, and its old content is better than none. A time that no file has makes the next pass read it.
        if (file is { Merge: { } merge, Origin: not null, Parent: { IsBlocked: false, RowId: not null } })
        {
            try
            {
                await TryAsync(file.Entry.Path, () => new Merger(pass, drive, rows, this).RelocateAsync(merge, cancellationToken));
                relocated.Add(file.Origin.Id);
            }
            catch (NoPlaceException)
            {
                // Its old place is kept for the next pass.
                rows.Unmark(file.Origin.Id);
            }
        }
        else if (file is { Origin: { } origin, Live: { } live, Merge: null } && await PlaceAsync(file.Parent, cancellationToken))
        {
            await TryAsync(file.Entry.Path, async () =>
            {
                await RelocateAsync(file, live, cancellationToken);
                rows.UpdateFile(
                    origin.Id, file.Parent.RowId!.Value, file.Entry.Name, origin.UnreadAt(file.Entry), live.Id, live.ChecksumSha256);
            });
        }
    }

    /// <summary>The path is known; content, dates, or what the share has may differ.</summary>
    private async Task RefreshAsync(PendingFile file, SnapshotRow row, CancellationToken cancellationToken)
    {
        var now = file.Live;
        var isUpdated = false;
        if (now is null)
        {
            (now, isUpdated) = (await CreateAsync(file, cancellationToken), true);
        }
        else if (file.Content is not null)
        {
            isUpdated = now.ChecksumSha256 != file.Content.Sha256;
            await HideAsync(now, file.Content, row, cancellationToken);
            now = await AddVersionAsync(file, now, cancellationToken);
        }

        if (now.Path != pass.TargetPath(file.Entry.Path))
        {
            now = await MoveIntoPlaceAsync(file, now, cancellationToken);
            isUpdated = true;
        }

        rows.UpdateFile(row.Id, row.ParentId, row.Name, file.Entry, now.Id, now.ChecksumSha256);
        if (isUpdated)
        {
            pass.Tally.Updated++;
            pass.Tell(file.Entry.Path, ItemActions.Updated);
        }
        else
        {
            pass.Tally.Unchanged++;
        }
    }

    private async Task MoveAsync(PendingFile file, SnapshotRow origin, DriveFile live, CancellationToken cancellationToken)
    {
        var now = await RelocateAsync(file, live, cancellationToken);
        pass.Tally.Moved++;
        pass.Tell(file.Entry.Path, ItemActions.Moved, origin.IsParked ? null : origin.Name);
        if (file.Content is not null)
        {
            if (now.ChecksumSha256 != file.Content.Sha256)
            {
                pass.Tally.Updated++;
                pass.Tell(file.Entry.Path, ItemActions.Updated);
            }

            await HideAsync(now, file.Content, origin, cancellationToken);
            now = await AddVersionAsync(file, now, cancellationToken);
        }

        rows.UpdateFile(origin.Id, file.Parent.RowId!.Value, file.Entry.Name, file.Entry, now.Id, now.ChecksumSha256);
    }

    private async Task<DriveFile> RelocateAsync(PendingFile file, DriveFile live, CancellationToken cancellationToken)
    {
        var moved = await MoveIntoPlaceAsync(file, live, cancellationToken);
        relocated.Add(file.Origin!.Id);
        return moved;
    }

    /// <summary>Moves a file in the share to where it is in the source. A file of other origin in its place goes to the trash.</summary>
    private async Task<DriveFile> MoveIntoPlaceAsync(PendingFile file, DriveFile live, CancellationToken cancellationToken)
    {
        try
        {
            return await drive.MoveFileAsync(live.Id, file.Parent.FolderId, file.Entry.Name, cancellationToken);
        }
        catch (NameConflictException)
        {
            await RemoveForeignAsync(file.Entry.Path, cancellationToken);
            return await drive.MoveFileAsync(live.Id, file.Parent.FolderId, file.Entry.Name, cancellationToken);
        }
    }

    private async Task AddAsync(PendingFile file, CancellationToken cancellationToken)
    {
        var created = await CreateAsync(file, cancellationToken);
        pass.Tally.Added++;
        pass.Tell(file.Entry.Path, ItemActions.Added);
        // A file that moved, and that somebody deleted from the share: its row goes on with the new one.
        if (file.Origin is not null)
            rows.UpdateFile(file.Origin.Id, file.Parent.RowId!.Value, file.Entry.Name, file.Entry, created.Id, created.ChecksumSha256);
        else
            rows.InsertFile(file.Parent.RowId!.Value, file.Entry.Name, file.Entry, created.Id, created.ChecksumSha256);
    }

    /// <summary>Makes the file. A file of other origin in its place is taken over: the source decides what is under the target path.</summary>
    private async Task<DriveFile> CreateAsync(PendingFile file, CancellationToken cancellationToken)
    {
        if (ahead?.Take(file) is { } made)
            return made;
        try
        {
            return await drive.CreateFileAsync(NewFileOf(file), cancellationToken);
        }
        catch (NameConflictException)
        {
            if (await FindForeignAsync(file.Entry.Path, cancellationToken) is not { } foreign)
                throw;
            await HideAsync(foreign, file.Content!, file.Row ?? file.Origin, cancellationToken);
            return await AddVersionAsync(file, foreign, cancellationToken);
        }
    }

    internal NewFile NewFileOf(PendingFile file) =>
        new(ShareId, file.Parent.FolderId, file.Entry.Name, file.Content!, MediaTypes.FromName(file.Entry.Name), EntryTimes.Of(file.Entry.ModifiedNs));

    private Task<DriveFile> AddVersionAsync(PendingFile file, DriveFile live, CancellationToken cancellationToken) =>
        drive.AddVersionAsync(live.Id, file.Content!, MediaTypes.FromName(file.Entry.Name), EntryTimes.Of(file.Entry.ModifiedNs), cancellationToken);

    /// <summary>Takes a file of other origin out of the way. Whatever else has the name stays, and the next try meets it again.</summary>
    private async Task RemoveForeignAsync(string path, CancellationToken cancellationToken)
    {
        if (await FindForeignAsync(path, cancellationToken) is { } foreign)
            await drive.DeleteFileAsync(foreign.Id, permanent: false, cancellationToken);
    }

    /// <summary>The file at the target of a path, if no connector put it there.</summary>
    private async Task<DriveFile?> FindForeignAsync(string path, CancellationToken cancellationToken)
    {
        var there = await pass.Drive.FindFileByPathAsync(pass.Connector.TenantId, ShareId, pass.TargetPath(path), cancellationToken);
        return there is null || await rows.IsFileTakenAsync(there.Id, cancellationToken) ? null : there;
    }

    /// <summary>Makes the folder of a directory. A file of other origin in its place goes to the trash.</summary>
    private async Task<bool> EnsureFolderAsync(MirroredDirectory directory, CancellationToken cancellationToken)
    {
        pass.Touch(directory);
        if (pass.IsTwoWay && directory.Parent is { } above && !await PlaceAsync(above, cancellationToken))
        {
            directory.IsBlocked = true;
            return false;
        }

        var isDone = await TryAsync(directory.Path, async () =>
        {
            DriveFolder? folder;
            if (pass.IsTwoWay)
            {
                folder = await EnsureBesideAsync(directory, cancellationToken);
                (directory.FolderId, directory.DrivePath) = (folder.Id, folder.Path);
                return;
            }

            try
            {
                folder = await drive.EnsureFolderAsync(ShareId, pass.TargetPath(directory.Path), cancellationToken);
            }
            catch (NameConflictException) when (directory.Path.Length > 0)
            {
                await RemoveForeignAsync(directory.Path, cancellationToken);
                folder = await drive.EnsureFolderAsync(ShareId, pass.TargetPath(directory.Path), cancellationToken);
            }

            // Two names that differ only in Unicode form would end up in one folder.
            if (folder is not null && directory.RowId != Snapshot.Root && await rows.IsFolderTakenAsync(folder.Id, cancellationToken))
                throw new NameConflictException(folder.Name);
            directory.FolderId = folder?.Id;
        });
        (directory.IsPlaced, directory.IsBlocked) = (isDone, !isDone);
        return isDone;
    }

    /// <summary>In both directions the folder above may lie elsewhere than at the source, and nothing of other origin goes to the trash.</summary>
    private async Task<DriveFolder> EnsureBesideAsync(MirroredDirectory directory, CancellationToken cancellationToken)
    {
        var path = $"{directory.Parent!.DrivePath}/{SourcePath.NameOf(directory.Path).Normalize()}";
        try
        {
            var folder = await drive.EnsureFolderAsync(ShareId, path, cancellationToken);
            if (!await rows.IsFolderTakenAsync(folder!.Id, cancellationToken))
                return folder;
        }
        catch (NameConflictException)
        {
            // A file has the name.
        }

        var entry = new SourceEntry(directory.Path, SourceEntryKind.Directory, "", false, 0, 0, 0);
        await new AsideMover(pass, drive, rows).TryMoveAsync(directory.Parent, entry, filesOnly: false, cancellationToken);
        return (await drive.EnsureFolderAsync(ShareId, path, cancellationToken))!;
    }

    private async Task<bool> TryAsync(string path, Func<Task> write, bool isGoneFine = false)
    {
        try
        {
            await write();
            return true;
        }
        catch (DriveException fault) when (isGoneFine && fault is ItemNotFoundException or ItemDeletedException)
        {
            return false;
        }
        catch (DriveException fault) when (fault is not DiskFullException and not ContentVanishedException)
        {
            pass.AddError(path, new SourceFault(
                fault switch
                {
                    NameConflictException => ProblemCodes.NameConflict,
                    InvalidNameException or Drive.PathTooLongException => ProblemCodes.InvalidName,
                    _ => ProblemCodes.Refused,
                },
                fault.Message));
            return false;
        }
    }
}
