using ScaiDrive.Connectors.Runs;
using ScaiDrive.Connectors.Sync.Merging;

namespace ScaiDrive.Connectors.Sync.Planning;

/// <summary>Tells what the writes of a batch would do, instead of making them. Nothing is read but listings, so equal bytes under another date count as changed.</summary>
internal sealed class Planner(SyncPass pass)
{
    private readonly Dictionary<long, string?> directories = [];

    internal async Task PlanAsync(IReadOnlyList<PendingWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
        {
            switch (write)
            {
                case PendingFile { Merge: { } merge }:
                    await PlanAsync(merge, cancellationToken);
                    break;
                case PendingFile { IsTwoWay: false } file:
                    await PlanAsync(file, cancellationToken);
                    break;
                case PendingContest contest:
                    pass.Tally.Updated++;
                    pass.Plan(new PlannedItem("update", Here, contest.Entry.Path, Bytes: contest.Entry.SizeBytes, Detail: "Another file has this name at the source."));
                    break;
                case PendingMissing missing:
                    await PlanAsync(missing.Row, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Where the source follows, what differs there is put right there.</summary>
    private string Here => pass.Follows(SyncDirection.FromScaiDrive) ? PlanItem.Source : PlanItem.Share;

    private async Task PlanAsync(PendingFile file, CancellationToken cancellationToken)
    {
        var entry = file.Entry;
        if (file.Origin is { } origin)
        {
            pass.Tally.Moved++;
            pass.Plan(new PlannedItem("move", PlanItem.Share, entry.Path, await PathOfAsync(origin, cancellationToken), file.NeedsContent ? entry.SizeBytes : 0, "", origin.Id, origin.FileId));
            return;
        }

        var isNew = file.Row is null;
        _ = isNew ? pass.Tally.Added++ : pass.Tally.Updated++;
        pass.Plan(new PlannedItem(isNew ? "add" : "update", PlanItem.Share, entry.Path, Bytes: file.NeedsContent ? entry.SizeBytes : 0, FileId: file.Live?.Id));
    }

    private async Task PlanAsync(MergeCase one, CancellationToken cancellationToken)
    {
        var (entry, fileId) = (one.File.Entry, one.Share?.Id ?? one.Row?.FileId);
        var sourceChanged = one.File.NeedsContent;
        var shareChanged = one.Share?.ChecksumSha256 != one.Row?.ContentSha256;
        if (one.File.Origin is { } origin)
        {
            var from = await PathOfAsync(origin, cancellationToken);
            pass.Plan(Here == PlanItem.Source
                ? new PlannedItem("move", Here, from ?? origin.Name, entry.Path, 0, "The share has it there.", origin.Id, fileId)
                : new PlannedItem("move", Here, entry.Path, from, 0, "", origin.Id, fileId));
        }

        if (!sourceChanged)
            return;
        if (shareChanged && pass.Follows(SyncDirection.Bidirectional))
        {
            pass.Tally.Conflicts++;
            var detail = one.Share is null ? "It was deleted in ScaiDrive and changed at the source."
                : one.Row is null ? "Both sides have a file of this name; it is no conflict when their contents are the same."
                : "Both sides changed it.";
            pass.Plan(new PlannedItem("conflict", Here, entry.Path, Bytes: entry.SizeBytes, Detail: detail, SnapshotId: null, FileId: fileId));
            return;
        }

        var isNew = one.Row is null;
        _ = isNew ? pass.Tally.Added++ : pass.Tally.Updated++;
        pass.Plan(new PlannedItem(isNew ? "add" : "update", Here, entry.Path, Bytes: one.Share is { } share && Here == PlanItem.Source ? share.SizeBytes : entry.SizeBytes, FileId: fileId));
    }

    /// <summary>Whether it moved shows in the end.</summary>
    private async Task PlanAsync(SnapshotRow row, CancellationToken cancellationToken)
    {
        var path = await PathOfAsync(row, cancellationToken) ?? row.Name;
        pass.Plan(new PlannedItem(MissingAction, Here, path, SnapshotId: row.Id, FileId: row.FileId));
    }

    private string MissingAction => Here == PlanItem.Source ? "add" : "delete";

    private async Task<string?> PathOfAsync(SnapshotRow row, CancellationToken cancellationToken)
    {
        if (!directories.TryGetValue(row.ParentId, out var directory))
        {
            if (directories.Count >= 1_000)
                directories.Clear();
            directories.Add(row.ParentId, directory = await pass.Snapshot.PathOfAsync(row.ParentId, cancellationToken));
        }

        return directory is null ? null : SourcePath.Combine(directory, row.Name);
    }
}
