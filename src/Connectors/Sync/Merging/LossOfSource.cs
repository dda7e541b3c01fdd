using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>What the source does not have any more, when the share has a say in it.</summary>
internal sealed class LossOfSource(SyncPass pass, DriveWriter drive, SnapshotWriter rows)
{
    /// <summary>Forgets a row; its file goes to the trash, unless it was changed in the share, or the share decides anyway.</summary>
    /// <param name="row">Found nowhere at the source.</param>
    /// <param name="path">Where it was.</param>
    /// <param name="opens">The open conflicts about it.</param>
    /// <param name="cancellationToken">Leaves the transaction to be rolled back.</param>
    internal async Task ApplyAsync(SnapshotRow row, string path, IReadOnlyList<Conflict> opens, CancellationToken cancellationToken)
    {
        // One that was decided says what to do; the others end with it.
        var open = opens.OrderBy(one => one.Decision is null).ThenBy(one => one.Path != path).FirstOrDefault();
        foreach (var other in opens.Where(one => one != open))
            new ConflictReport(pass, rows).Ended(other, "Another conflict about the file goes on.", null);
        var file = await HeldAsync(row, cancellationToken);
        if (file is null)
        {
            rows.Delete(row.Id);
            if (open is not null)
                new ConflictReport(pass, rows).Closed(open);
            return;
        }

        var (before, inShare) = (StateOf(row), StateOf(file));
        var judgement = Judgement.Of(before, null, inShare, pass.Connector.Rules, open?.Decision);
        if (judgement.Verdict == Verdict.Ask)
        {
            rows.Unmark(row.Id);
            var report = new ConflictReport(pass, rows);
            report.Follow(open, path);
            report.Open(path, file.Id, judgement.ConflictKind!, inShare, null);
            return;
        }

        if (judgement.Verdict == Verdict.Pull)
            await DeleteAsync(file, path, cancellationToken);
        else
            await SurviveAsync(file, row, cancellationToken);
        rows.Delete(row.Id);
        Report(judgement, path, file, inShare, open);
    }

    /// <summary>As above, for a row whose place another file has by now: an edit that survives goes aside.</summary>
    internal async Task EvictAsync(SnapshotRow row, string path, CancellationToken cancellationToken)
    {
        if (await HeldAsync(row, cancellationToken) is { } file)
        {
            var judgement = Judgement.Of(StateOf(row), null, StateOf(file), pass.Connector.Rules, ConflictDecision.Both);
            if (pass.Follows(SyncDirection.FromScaiDrive))
            {
                rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
            }
            else if (judgement.Verdict == Verdict.Pull)
            {
                await DeleteAsync(file, path, cancellationToken);
            }
            else
            {
                var copyPath = await new AsideMover(pass, drive, rows).RenameAsync(file, SourcePath.NameOf(path), cancellationToken);
                new ConflictReport(pass, rows).Settled(
                    path, file.Id, ConflictKinds.DeletedAtSource, $"Another file has its place; the edit of ScaiDrive is '{copyPath}' now.", copyPath, StateOf(file), null);
            }
        }

        new ConflictReport(pass, rows).EndedOf(row.FileId!, "Another file has its place at the source.");
        rows.Delete(row.Id);
    }

    private async Task DeleteAsync(DriveFile file, string path, CancellationToken cancellationToken)
    {
        await drive.DeleteFileAsync(file.Id, permanent: false, cancellationToken);
        pass.Tally.Deleted++;
        pass.Tell(path, ItemActions.Deleted);
    }

    /// <summary>It has no row any more, so it is new to the source.</summary>
    private async Task SurviveAsync(DriveFile file, SnapshotRow row, CancellationToken cancellationToken)
    {
        rows.Note(ConnectorSql.SetDriveNumber, SyncPass.Unknown);
        // While it waited to be found elsewhere it had a name of no meaning.
        if (row.IsParked && file.Name.StartsWith(".moving-", StringComparison.Ordinal))
            await new AsideMover(pass, drive, rows).RenameAsync(file, "recovered", cancellationToken);
    }

    private void Report(Judgement judgement, string path, DriveFile file, FileState inShare, Conflict? open)
    {
        var report = new ConflictReport(pass, rows);
        if (judgement.ConflictKind is not { } kind)
        {
            if (open is not null)
                report.Closed(open);
            return;
        }

        var outcome = ConflictReport.OutcomeOf(judgement.Verdict, kind, null);
        if (open is not null)
            report.Ended(open, outcome, null);
        else
            report.Settled(path, file.Id, kind, outcome, null, inShare, null);
    }

    private async Task<DriveFile?> HeldAsync(SnapshotRow row, CancellationToken cancellationToken)
    {
        var file = (await pass.Drive.HoldFilesAsync(rows.Transaction, pass.Connector.TenantId, [row.FileId!], cancellationToken)).SingleOrDefault();
        return pass.Target!.Holds(file) ? file : null;
    }

    private static FileState StateOf(SnapshotRow row) => new(row.ContentSha256!, row.SizeBytes, EntryTimes.Of(row.ModifiedNs));

    private static FileState StateOf(DriveFile file) => new(file.ChecksumSha256, file.SizeBytes, file.ModifiedAt);
}
