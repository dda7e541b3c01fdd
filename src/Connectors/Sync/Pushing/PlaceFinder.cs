using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Finds a place at the source for an item of the share: under a name that the source can hold, and that nothing else has.</summary>
internal sealed class PlaceFinder(SyncPass pass, IWritableSource source, SourceWriter writer, ConflictStore conflicts)
{
    private NameRules Rules => source.Names;

    /// <summary>The item, under the name it can have.</summary>
    /// <returns>Null when it has no place; why was told.</returns>
    internal async Task<PushItem?> FindAsync(PushFrame frame, PushItem item, CancellationToken cancellationToken)
    {
        var path = SourcePath.Combine(frame.Path, item.Name);
        if (Rules.Check(path) is { } fault)
        {
            writer.Leave(path, fault);
            return null;
        }

        var names = await frame.NamesAsync(Rules, cancellationToken);
        var place = Rules.Fold(item.Name);
        if (names.TryGetValue(place, out var occupant) && occupant.ItemId != item.Id)
        {
            if (await StaysAsync(frame, place, occupant, cancellationToken) is { } other)
                return await SettleAsync(frame, item, other, occupant, cancellationToken);
            if (!await ParkAsync(frame, occupant, cancellationToken))
                return null;
        }

        names[place] = new Occupant(item.Row?.Id, item.Id);
        return item;
    }

    /// <summary>What stands in the share for the entry that has a place, when it is to stay there; the two names then differ in case alone.</summary>
    private async Task<object?> StaysAsync(PushFrame frame, string place, Occupant occupant, CancellationToken cancellationToken)
    {
        if (occupant.ItemId is not { } id)
            return null;
        var tenantId = pass.Connector.TenantId;
        if (await pass.Drive.FindFileAsync(tenantId, id, cancellationToken) is { IsDeleted: false } file)
            return file.FolderId == frame.FolderId && Rules.Fold(file.Name) == place ? file : null;
        return await pass.Drive.FindFolderAsync(tenantId, id, cancellationToken) is { IsDeleted: false } folder
            && folder.ParentId == frame.FolderId && Rules.Fold(folder.Name) == place ? folder : null;
    }

    /// <summary>The entry goes elsewhere later in this pass, or is deleted; until then it has a name that nobody wants.</summary>
    private async Task<bool> ParkAsync(PushFrame frame, Occupant occupant, CancellationToken cancellationToken)
    {
        await writer.FlushAsync(cancellationToken);
        if (occupant.RowId is not { } id || await pass.Snapshot.FindAsync(id, cancellationToken) is not { } row || row.ParentId != frame.RowId)
            return true;
        return await writer.TryMoveAsync(
            row, SourcePath.Combine(frame.Path, row.Name), row.ParentId, SourcePath.Combine(frame.Path, IntentSweep.ParkedName(row.Id)), isTold: false, cancellationToken);
    }

    private async Task<PushItem?> SettleAsync(PushFrame frame, PushItem item, object other, Occupant occupant, CancellationToken cancellationToken)
    {
        var path = SourcePath.Combine(frame.Path, item.Name);
        var (connector, otherName) = (pass.Connector, other is DriveFile one ? one.Name : ((DriveFolder)other).Name);
        var open = (await conflicts.OpenOfAsync(connector.TenantId, connector.Id, [path], [], cancellationToken)).SingleOrDefault();
        var isNewer = item.File is { } file && other is DriveFile standing && file.ModifiedAt > standing.ModifiedAt;
        if (pass.Run.IsDryRun)
        {
            pass.Plan(new PlannedItem("conflict", PlanItem.Source, path, Detail: $"'{otherName}' differs only in case.", FileId: item.Id));
            return null;
        }

        switch (connector.Rules.ConflictResolution)
        {
            case ConflictResolution.KeepBoth:
            case ConflictResolution.Manual when open?.Decision is not null:
                return await RenameAsync(item, path, open, cancellationToken);
            case ConflictResolution.Manual:
                await NoteAsync(report => report.Open(path, item.Id, ConflictKinds.Case, item.File is { } asked ? StateOf(asked) : null, null), cancellationToken);
                writer.Remember();
                return null;
            // A file that is at the source under another name stays there.
            case ConflictResolution.LastWriterWins when isNewer && item.Row is null && occupant.RowId is { } rowId && await pass.Snapshot.FindAsync(rowId, cancellationToken) is { } row:
                await writer.AddAsync(new Sending(item.File!, SourcePath.Combine(frame.Path, row.Name), row.ParentId, row), cancellationToken);
                writer.Leave(SourcePath.Combine(frame.Path, otherName), new SourceFault(
                    ProblemCodes.CaseConflict, $"'{item.Name}' differs only in case and is newer; it has the place at the source."));
                return null;
            default:
                writer.Leave(path, new SourceFault(
                    ProblemCodes.CaseConflict, $"'{otherName}' differs only in case and has the place at the source; this one is in ScaiDrive alone."));
                return null;
        }
    }

    private async Task<PushItem?> RenameAsync(PushItem item, string path, Conflict? open, CancellationToken cancellationToken)
    {
        string? copyPath = null;
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                var aside = new AsideMover(pass, drive, rows);
                if (item.File is { } file)
                    copyPath = await aside.RenameAsync(file, file.Name, cancellationToken);
                else if (await pass.Drive.FindFolderAsync(pass.Connector.TenantId, item.Id, cancellationToken) is { IsDeleted: false } folder)
                    copyPath = await aside.RenameAsync(folder, cancellationToken);
                if (copyPath is null)
                    return;
                var outcome = $"One of them is '{copyPath}' now.";
                if (open is not null)
                    rows.Note(ConflictStore.Settle(open, outcome, copyPath));
                else
                    new ConflictReport(pass, rows).Settled(path, item.Id, ConflictKinds.Case, outcome, copyPath, null, null);
            },
            cancellationToken);
        // The listing of the folder went on under the old name.
        writer.Remember();
        return copyPath is null ? null : item with { Name = SourcePath.NameOf(copyPath), File = item.File is { } old ? old with { Name = SourcePath.NameOf(copyPath) } : null };
    }

    private Task NoteAsync(Action<ConflictReport> note, CancellationToken cancellationToken) => pass.CommitAsync(
        (_, rows) =>
        {
            note(new ConflictReport(pass, rows));
            return Task.CompletedTask;
        },
        cancellationToken);

    private static FileState StateOf(DriveFile file) => new(file.ChecksumSha256, file.SizeBytes, file.ModifiedAt);
}
