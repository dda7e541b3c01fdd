using ScaiDrive.Connectors.Runs;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>Writes one file of a merge: its content and its place in the share, and the row that says what the source had.</summary>
/// <remarks>A row always tells the last that was seen at the source, so whatever the share has otherwise afterwards is sent there later in the
/// pass (<see cref="Pushing.Push"/>).</remarks>
internal sealed class Merger(SyncPass pass, DriveWriter drive, SnapshotWriter rows, BatchWriter batch)
{
    private readonly AsideMover aside = new(pass, drive, rows);

    private SyncRules Rules => pass.Connector.Rules;

    internal async Task ApplyAsync(MergeCase one, CancellationToken cancellationToken)
    {
        var judgement = one.Judge(Rules);
        if (judgement.Verdict == Verdict.Ask)
        {
            await AskAsync(one, judgement, cancellationToken);
            return;
        }

        var (file, copyPath) = judgement.Verdict switch
        {
            Verdict.Pull => (await PullAsync(one, cancellationToken), null),
            Verdict.Push => (await KeepAsync(one, cancellationToken), null),
            Verdict.Copy => await CopyAsync(one, cancellationToken),
            _ => (one.Share, null),
        };
        await PlaceAsync(one, file, cancellationToken);
        WriteRow(one, one.File.Entry, file?.Id ?? one.Row!.FileId!, one.AtSource.Sha256);
        Tell(one, judgement, file, copyPath);
    }

    /// <summary>It moved at the source and cannot be read there now: its place is known, its content is looked at by the next pass.</summary>
    internal async Task RelocateAsync(MergeCase one, CancellationToken cancellationToken)
    {
        await PlaceAsync(one, one.Share, cancellationToken);
        WriteRow(one, one.Row!.UnreadAt(one.File.Entry), one.Row!.FileId!, one.Row.ContentSha256!);
    }

    private async Task AskAsync(MergeCase one, Judgement judgement, CancellationToken cancellationToken)
    {
        if (one.File.Origin is { } origin)
        {
            await PlaceAsync(one, one.Share, cancellationToken);
            rows.UpdateFile(origin.Id, one.File.Parent.RowId!.Value, one.File.Entry.Name, StateOf(origin, one.File.Entry), origin.FileId!, origin.ContentSha256!);
        }

        new ConflictReport(pass, rows).Open(one, judgement.ConflictKind!);
    }

    private async Task<DriveFile> PullAsync(MergeCase one, CancellationToken cancellationToken)
    {
        if (one.Share is { } share)
        {
            // Not read: only the place differs.
            return one.File.Content is null ? share : await AddVersionAsync(share, one, cancellationToken);
        }

        return await CreateAsync(one, cancellationToken);
    }

    /// <summary>The share decides. What the source had is kept first: as an older version, or in the trash.</summary>
    private async Task<DriveFile?> KeepAsync(MergeCase one, CancellationToken cancellationToken)
    {
        rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
        if (one.File.Content is null || one.AtSource.Sha256 == one.Before?.Sha256)
            return one.Share;
        if (one.Share is { } share)
        {
            await AddVersionAsync(share, one, cancellationToken);
            return await drive.AddVersionAsync(share.Id, one.ShareContent!, share.MimeType, share.ModifiedAt, cancellationToken);
        }

        // Its folder may be gone too; the nearest one that is there will do for the trash.
        var folder = one.File.Parent;
        while (!folder.IsPlaced)
            folder = folder.Parent!;
        var kept = await aside.CreateAsync(NewFile(one, folder.FolderId), cancellationToken);
        await drive.DeleteFileAsync(kept.Id, permanent: false, cancellationToken);
        return kept with { IsDeleted = true };
    }

    private async Task<(DriveFile File, string CopyPath)> CopyAsync(MergeCase one, CancellationToken cancellationToken)
    {
        rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
        var share = one.Share!;
        var copy = await aside.CreateAsync(
            new NewFile(share.ShareId, share.FolderId, share.Name, one.ShareContent!, share.MimeType, share.ModifiedAt), cancellationToken, isTaken: true);
        return (await AddVersionAsync(share, one, cancellationToken), pass.Target!.RelativePath(copy.Path));
    }

    private async Task<DriveFile> CreateAsync(MergeCase one, CancellationToken cancellationToken)
    {
        if (!await batch.PlaceAsync(one.File.Parent, cancellationToken))
            throw new NoPlaceException();
        var wanted = NewFile(one, one.File.Parent.FolderId);
        try
        {
            return await drive.CreateFileAsync(wanted, cancellationToken);
        }
        catch (NameConflictException)
        {
            // Something that is mirrored elsewhere was put here in the share: a file goes aside; a folder stays, and the new file goes aside.
            if (await aside.TryMoveAsync(one.File.Parent, one.File.Entry, filesOnly: true, cancellationToken))
                return await drive.CreateFileAsync(wanted, cancellationToken);
            var created = await aside.CreateAsync(wanted, cancellationToken, isTaken: true);
            new ConflictReport(pass, rows).NameTaken(one.File.Entry.Path, created.Id, pass.Target!.RelativePath(created.Path));
            return created;
        }
    }

    private async Task<DriveFile> AddVersionAsync(DriveFile file, MergeCase one, CancellationToken cancellationToken)
    {
        await batch.HideAsync(file, one.File.Content!, one.Row, cancellationToken);
        return await drive.AddVersionAsync(file.Id, one.File.Content!, MediaTypes.FromName(one.File.Entry.Name), EntryTimes.Of(one.File.Entry.ModifiedNs), cancellationToken);
    }

    private NewFile NewFile(MergeCase one, string? folderId) => new(
        pass.Connector.TargetShareId, folderId, one.File.Entry.Name, one.File.Content!, MediaTypes.FromName(one.File.Entry.Name), EntryTimes.Of(one.File.Entry.ModifiedNs));

    /// <summary>Follows a move at the source. When both sides moved it, the source has the say, unless the share always has.</summary>
    private async Task PlaceAsync(MergeCase one, DriveFile? file, CancellationToken cancellationToken)
    {
        if (one.File.Origin is not { } origin || one.Share is null || file is null)
            return;
        var isMeant = Rules.Direction != SyncDirection.FromScaiDrive && !(one.MovedInShare && Rules.ConflictResolution == ConflictResolution.ServerWins);
        if (!isMeant)
        {
            rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
            return;
        }

        if (!await batch.PlaceAsync(one.File.Parent, cancellationToken))
            throw new NoPlaceException();
        var (folderId, name) = (one.File.Parent.FolderId, one.File.Entry.Name);
        if (file.FolderId == folderId && file.Name == name.Normalize())
            return;
        try
        {
            await drive.MoveFileAsync(file.Id, folderId, name, cancellationToken);
        }
        catch (NameConflictException)
        {
            await aside.TryMoveAsync(one.File.Parent, one.File.Entry, filesOnly: false, cancellationToken);
            await drive.MoveFileAsync(file.Id, folderId, name, cancellationToken);
        }

        pass.Tally.Moved++;
        pass.Tell(one.File.Entry.Path, ItemActions.Moved, origin.IsParked ? null : origin.Name);
        if (one.MovedInShare)
            new ConflictReport(pass, rows).BothMoved(one);
    }

    private void WriteRow(MergeCase one, SourceEntry entry, string fileId, string sha256)
    {
        if (one.File.Row is { } row)
            rows.UpdateFile(row.Id, row.ParentId, row.Name, entry, fileId, sha256);
        else if (one.File.Origin is { } origin)
            rows.UpdateFile(origin.Id, one.File.Parent.RowId!.Value, entry.Name, entry, fileId, sha256);
        else
            rows.InsertFile(one.File.Parent.RowId!.Value, entry.Name, entry, fileId, sha256);
    }

    private void Tell(MergeCase one, Judgement judgement, DriveFile? file, string? copyPath)
    {
        var path = one.File.Entry.Path;
        if (judgement.Verdict is Verdict.Pull or Verdict.Copy && one.File.Content is not null)
        {
            var action = one.Share is null && one.Row is null ? ItemActions.Added : ItemActions.Updated;
            _ = action == ItemActions.Added ? pass.Tally.Added++ : pass.Tally.Updated++;
            pass.Tell(path, action);
        }
        else if (judgement.Verdict is Verdict.Adopt or Verdict.Nothing && one.File.Origin is null)
        {
            pass.Tally.Unchanged++;
        }

        var report = new ConflictReport(pass, rows);
        if (judgement.ConflictKind is { } kind)
            report.Settled(one, kind, judgement.Verdict, file?.Id, copyPath);
        else if (one.Open is { } open)
            report.Closed(open);
    }

    private static SourceEntry StateOf(SnapshotRow row, SourceEntry entry) =>
        entry with { Identity = row.Identity, SizeBytes = row.SizeBytes, ModifiedNs = row.ModifiedNs, ChangedNs = row.ChangedNs };
}

/// <summary>The share has no place for an item; why was said when its folder was to be made.</summary>
internal sealed class NoPlaceException : Exception;
