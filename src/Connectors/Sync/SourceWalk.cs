using ScaiDrive.Connectors.Runs;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync;

/// <summary>The first phase: reads the source depth first, in byte order, beside the snapshot, and writes what is certain at once.</summary>
/// <remarks>
/// <para>Certain is: a new file, a file that changed in place, a file or directory that is at a new, free place and no longer at its old one. A place
/// where another file than before was found is contested until all of the source was seen (<see cref="Contests"/>), and so is whether a missing file
/// is gone (<see cref="Deletions"/>).</para>
/// <para>Memory: the names of the directories on the way to the present one, and a page of the snapshot for each.</para>
/// </remarks>
internal sealed class SourceWalk(SyncPass pass, SyncBatch batch, Relocations relocations)
{
    // Explicit, because directories can be nested deeper than a thread's stack.
    private readonly Stack<WalkFrame> frames = new();

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (pass.Run.Scope is { } scope)
                await WalkPartsAsync(scope, cancellationToken);
            else
            {
                await StartAsync(cancellationToken);
                await WalkAsync(cancellationToken);
            }

            await batch.FlushAsync(cancellationToken);
        }
        finally
        {
            foreach (var frame in frames)
                await frame.DisposeAsync();
        }
    }

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        while (frames.TryPeek(out var frame))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!frame.Directory.IsBlocked && await StepAsync(frame, cancellationToken))
                continue;
            // A directory inside this one may have been entered meanwhile; only the top is done.
            if (frames.Peek() == frame)
                await frames.Pop().DisposeAsync();
        }
    }

    /// <summary>Parts are small: another attempt begins them anew.</summary>
    private async Task WalkPartsAsync(IReadOnlyList<SyncScope> scope, CancellationToken cancellationToken)
    {
        foreach (var start in await new ScopeOfWalk(pass).ResolveAsync(scope, cancellationToken))
        {
            frames.Push(new WalkFrame(pass, relocations, start.Directory, "", cancellationToken) { IsRecursive = start.IsRecursive });
            await WalkAsync(cancellationToken);
            await batch.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Goes back to where the last attempt stopped: only the directories on the way there are listed again, from there on.</summary>
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var chain = new DirectoryChain(pass);
        var directory = chain.Root();
        foreach (var name in SourcePath.Parts(pass.Cursor ?? ""))
        {
            frames.Push(new WalkFrame(pass, relocations, directory, name, cancellationToken));
            var path = SourcePath.Combine(directory.Path, name);
            var row = await pass.Snapshot.AtPlaceAsync(directory.RowId!.Value, name, cancellationToken);
            if (row is not { IsDirectory: true } || !pass.Filter.Admits(path, isDirectory: true))
                return;
            directory = await chain.EnterAsync(directory, path, row, cancellationToken);
        }

        frames.Push(new WalkFrame(pass, relocations, directory, "", cancellationToken));
    }

    /// <summary>Takes one entry; false when the directory is done or cannot be listed.</summary>
    private async Task<bool> StepAsync(WalkFrame frame, CancellationToken cancellationToken)
    {
        SourceEntry? entry;
        try
        {
            entry = await frame.NextEntryAsync();
        }
        catch (SourceEntryException fault)
        {
            await ReportUnlistedAsync(frame.Directory, fault, cancellationToken);
            return false;
        }

        // An entry without a usable name has no row, and no place in the order.
        if (entry is { Kind: SourceEntryKind.Unknown, Fault.Code: ProblemCodes.NameNotUtf8 })
        {
            pass.Found.Listed++;
            pass.Found.AddSkipped(entry.Path, entry.Fault);
            return true;
        }

        while (await frame.NextMissingAsync(entry?.Name, cancellationToken) is { } missing)
            await MissAsync(missing, cancellationToken);
        if (entry is null)
            return false;

        var row = await frame.MatchAsync(entry.Name, cancellationToken);
        await TakeAsync(frame, entry, row, cancellationToken);
        pass.Found.Listed++;
        await batch.PassAsync(entry.Path, cancellationToken);
        return true;
    }

    private async Task TakeAsync(WalkFrame frame, SourceEntry entry, SnapshotRow? row, CancellationToken cancellationToken)
    {
        var isDirectory = entry.Kind == SourceEntryKind.Directory;
        if (entry.Kind == SourceEntryKind.Excluded)
            await new Leftovers(pass).RemoveAsync(entry, cancellationToken);
        if (entry.Kind == SourceEntryKind.Excluded || !pass.Admits(entry) || !pass.Filter.Admits(entry.Path, isDirectory))
        {
            pass.Found.Excluded++;
            await MissAsync(row, cancellationToken);
            return;
        }

        if (row?.MissingRunId == pass.Run.Id)
            await batch.AddAsync(new PendingFound(row), cancellationToken);
        switch (entry.Kind)
        {
            case SourceEntryKind.File:
                await TakeFileAsync(frame, entry, row, cancellationToken);
                break;
            case SourceEntryKind.Directory:
                await TakeDirectoryAsync(frame, entry, row, cancellationToken);
                break;
            case SourceEntryKind.Link:
                pass.Found.AddSkipped(entry.Path, new SourceFault(ProblemCodes.Link, "It is a symbolic link."));
                await MissAsync(row, cancellationToken);
                break;
            case SourceEntryKind.Special:
                pass.Found.AddSkipped(entry.Path, new SourceFault(ProblemCodes.SpecialFile, "It is not a regular file."));
                await MissAsync(row, cancellationToken);
                break;
            default:
                // It is there and cannot be examined: what is known of it, and below it, stays.
                pass.Found.AddError(entry.Path, entry.Fault!);
                break;
        }
    }

    private async Task TakeFileAsync(WalkFrame frame, SourceEntry entry, SnapshotRow? row, CancellationToken cancellationToken)
    {
        if (row is { IsDirectory: true })
        {
            await ParkAsync(row, entry.Path, cancellationToken);
            row = null;
        }

        if (row is null)
        {
            await batch.AddAsync(pass.NewFile(frame.Directory, entry, null, null), cancellationToken);
            return;
        }

        if (row.Identity != entry.Identity)
        {
            await batch.AddAsync(new PendingContest(frame.Directory, entry), cancellationToken);
            return;
        }

        var file = frame.LiveFileOf(row);
        if (row.HasStateOf(entry) && (pass.IsTwoWay || (file?.ChecksumSha256 == row.ContentSha256 && file?.Path == pass.TargetPath(entry.Path))))
            pass.Found.Unchanged++;
        else
            await batch.AddAsync(pass.NewFile(frame.Directory, entry, row, file), cancellationToken);
    }

    private async Task TakeDirectoryAsync(WalkFrame frame, SourceEntry entry, SnapshotRow? row, CancellationToken cancellationToken)
    {
        if (row is { IsDirectory: false })
        {
            await ParkAsync(row, entry.Path, cancellationToken);
            row = null;
        }

        // It was there before, and is not asked for.
        if (!frame.IsRecursive && row is not null && row.Identity == entry.Identity)
            return;
        var directory = row is not null
            ? await ReenterAsync(frame.Directory, entry, row, cancellationToken)
            : await TryMoveAsync(frame.Directory, entry, cancellationToken) ?? await EnterAsync(frame.Directory, entry, cancellationToken);
        if (directory is null)
            return;
        frames.Push(new WalkFrame(pass, relocations, directory, "", cancellationToken));
    }

    private async Task<MirroredDirectory?> EnterAsync(MirroredDirectory parent, SourceEntry entry, CancellationToken cancellationToken)
    {
        // What the source has of its own is none of the share's.
        if (pass.Follows(SyncDirection.FromScaiDrive))
            return null;
        var directory = new MirroredDirectory(parent, entry.Path, null, null);
        await batch.AddAsync(new PendingDirectory(directory, entry), cancellationToken);
        return directory;
    }

    /// <summary>A directory that was here before. Its folder is put back when somebody moved or deleted it in the share.</summary>
    private async Task<MirroredDirectory> ReenterAsync(MirroredDirectory parent, SourceEntry entry, SnapshotRow row, CancellationToken cancellationToken)
    {
        if (pass.IsTwoWay)
        {
            // Where the folder is now, and whether it is, is sent to the source later on.
            var there = await new DirectoryChain(pass).EnterAsync(parent, entry.Path, row, cancellationToken);
            if (row.Identity != entry.Identity)
                await batch.AddAsync(new PendingDirectoryUpdate(there, row, entry), cancellationToken);
            return there;
        }

        var directory = new MirroredDirectory(parent, entry.Path, row.Id, row.FolderId);
        if (row.FolderId is not null)
        {
            var folder = await pass.Drive.FindFolderAsync(pass.Connector.TenantId, row.FolderId, cancellationToken);
            var isInPlace = folder is { IsDeleted: false } && (folder.Path == pass.TargetPath(entry.Path) || await TryPutBackAsync(parent, entry, folder, cancellationToken));
            if (!isInPlace)
                (directory.FolderId, directory.IsPlaced) = (null, false);
        }

        if (row.Identity != entry.Identity || directory.FolderId != row.FolderId || (directory.FolderId is null && !pass.Filter.HasIncludes))
            await batch.AddAsync(new PendingDirectoryUpdate(directory, row, entry), cancellationToken);
        return directory;
    }

    private async Task<bool> TryPutBackAsync(MirroredDirectory parent, SourceEntry entry, DriveFolder folder, CancellationToken cancellationToken)
    {
        await batch.FlushAsync(cancellationToken);
        var isDone = pass.Run.IsDryRun;
        await pass.CommitAsync(
            async (drive, rows) =>
                isDone = await new BatchWriter(pass, drive, rows).PlaceAsync(parent, cancellationToken)
                    && await TryMoveFolderAsync(drive, folder.Id, parent, entry.Name, cancellationToken),
            cancellationToken);
        return isDone;
    }

    /// <summary>A directory that was elsewhere before moves as a whole, at the cost of one row; null when it is new.</summary>
    private async Task<MirroredDirectory?> TryMoveAsync(MirroredDirectory parent, SourceEntry entry, CancellationToken cancellationToken)
    {
        if (await relocations.FindOriginAsync(parent, entry, cancellationToken) is null)
            return null;
        // What is collected so far may touch the same rows, so it goes first.
        await batch.FlushAsync(cancellationToken);
        if (parent.IsBlocked || await relocations.FindOriginAsync(parent, entry, cancellationToken) is not { } origin)
            return null;
        var folder = origin.FolderId is null ? null : await pass.Drive.FindFolderAsync(pass.Connector.TenantId, origin.FolderId, cancellationToken);
        if (pass.Run.IsDryRun)
            return await PlanMoveAsync(parent, entry, origin, cancellationToken);
        if (pass.IsTwoWay && (pass.Follows(SyncDirection.FromScaiDrive) || await StaysInShareAsync(origin, folder, cancellationToken)))
            return await RelocateAsync(parent, entry, origin, cancellationToken);
        var folderId = folder is { IsDeleted: false } ? folder.Id : null;
        var isDone = false;
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                isDone = folderId is null
                    || (await new BatchWriter(pass, drive, rows).PlaceAsync(parent, cancellationToken)
                        && await TryMoveFolderAsync(drive, folderId, parent, entry.Name, cancellationToken));
                if (!isDone)
                    return;
                pass.Tally.Moved += await rows.CountFilesBelowAsync(origin.Id, cancellationToken);
                pass.Tell(entry.Path, ItemActions.Moved, origin.Name);
                rows.UpdateDirectory(origin.Id, parent.RowId!.Value, entry.Name, entry, folderId);
            },
            cancellationToken);
        if (!isDone)
            return null;
        relocations.Version++;
        return await new DirectoryChain(pass).EnterAsync(
            parent, entry.Path, (await pass.Snapshot.FindAsync(origin.Id, cancellationToken))!, cancellationToken);
    }

    private async Task<MirroredDirectory> PlanMoveAsync(MirroredDirectory parent, SourceEntry entry, SnapshotRow origin, CancellationToken cancellationToken)
    {
        var from = await pass.Snapshot.PathOfAsync(origin.Id, cancellationToken) ?? origin.Name;
        pass.Plan(pass.Follows(SyncDirection.FromScaiDrive)
            ? new PlannedItem("move", PlanItem.Source, from, entry.Path, 0, "The share has it there.", origin.Id)
            : new PlannedItem("move", PlanItem.Share, entry.Path, from, 0, "", origin.Id));
        return await new DirectoryChain(pass).EnterAsync(parent, entry.Path, origin, cancellationToken);
    }

    /// <summary>A directory that moved at the source, and whose folder does not follow: it is gone from the share, or was moved there too and the share has the say.</summary>
    private async Task<bool> StaysInShareAsync(SnapshotRow origin, DriveFolder? folder, CancellationToken cancellationToken)
    {
        if (!pass.Target!.Holds(folder))
            return origin.FolderId is not null;
        if (pass.Connector.Rules.ConflictResolution != ConflictResolution.ServerWins || origin.IsParked)
            return false;
        var parentId = origin.ParentId == Snapshot.Root ? pass.Target.FolderId : (await pass.Snapshot.FindAsync(origin.ParentId, cancellationToken))?.FolderId;
        return folder!.ParentId != parentId || folder.Name != origin.Name.Normalize();
    }

    /// <summary>Notes where a directory is at the source now, and leaves the share alone.</summary>
    private async Task<MirroredDirectory> RelocateAsync(MirroredDirectory parent, SourceEntry entry, SnapshotRow origin, CancellationToken cancellationToken)
    {
        await pass.CommitAsync(
            (_, rows) =>
            {
                rows.UpdateDirectory(origin.Id, parent.RowId!.Value, entry.Name, entry, origin.FolderId);
                rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
                return Task.CompletedTask;
            },
            cancellationToken);
        relocations.Version++;
        return await new DirectoryChain(pass).EnterAsync(parent, entry.Path, origin, cancellationToken);
    }

    private static async Task<bool> TryMoveFolderAsync(DriveWriter drive, string folderId, MirroredDirectory parent, string name, CancellationToken cancellationToken)
    {
        try
        {
            await drive.MoveFolderAsync(folderId, parent.FolderId, name, cancellationToken);
            return true;
        }
        catch (DriveException)
        {
            // A folder of other origin has the name: the files go there one by one.
            return false;
        }
    }

    private async Task ParkAsync(SnapshotRow row, string path, CancellationToken cancellationToken)
    {
        if (pass.Run.IsDryRun)
        {
            await MissAsync(row, cancellationToken);
            return;
        }

        await batch.FlushAsync(cancellationToken);
        // What was just written may have found it at its new place.
        if ((await pass.Snapshot.AtPlaceAsync(row.ParentId, row.Name, cancellationToken))?.Id != row.Id)
            return;
        await pass.CommitAsync((drive, rows) => new BatchWriter(pass, drive, rows).ParkAsync(row, path, cancellationToken), cancellationToken);
        relocations.Version++;
    }

    private async Task MissAsync(SnapshotRow? row, CancellationToken cancellationToken)
    {
        if (row is not null && row.MissingRunId != pass.Run.Id)
            await batch.AddAsync(new PendingMissing(row), cancellationToken);
    }

    /// <summary>Nothing below a directory that cannot be listed is judged, so nothing there is deleted.</summary>
    private async Task ReportUnlistedAsync(MirroredDirectory directory, SourceEntryException fault, CancellationToken cancellationToken)
    {
        // The reason may be that everything is gone; that ends the run instead.
        await pass.Source.ProbeAsync(cancellationToken);
        if (directory.Path.Length == 0)
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The root of the source cannot be listed: {fault.Fault.Detail}", fault);
        if (fault.Fault.Code != ProblemCodes.Vanished)
            pass.Found.AddError(directory.Path, fault.Fault);
    }
}
