using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Runs;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>What the share does not have any more leaves the source, unless it changed there since it was last seen.</summary>
internal sealed class PushDeletions(SyncPass pass, IWritableSource source, ConflictStore conflicts)
{
    /// <summary>Marks the rows whose file or folder is gone, so that they can be counted before the first is deleted.</summary>
    internal async Task MarkAsync(CancellationToken cancellationToken)
    {
        long after = 0;
        while (await pass.Snapshot.AfterAsync(after, pass.Options.SnapshotPage, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            var gone = await WithoutLiveAsync(page, cancellationToken);
            if (gone.Length > 0)
            {
                await pass.CommitAsync(
                    (_, rows) =>
                    {
                        rows.MarkUnwanted(gone);
                        return Task.CompletedTask;
                    },
                    cancellationToken);
            }
        }
    }

    internal async Task RunAsync(SourceWriter writer, CancellationToken cancellationToken)
    {
        long after = 0;
        while (await pass.Snapshot.UnwantedAsync(pass.Run.Id, after, pass.Options.BatchFiles, cancellationToken) is { Count: > 0 } files)
        {
            after = files[^1].Id;
            await DeleteAsync(files, writer, cancellationToken);
        }

        // A directory goes after what was in it; one that cannot go is not tried again in this pass.
        while (await pass.Snapshot.UnwantedEmptyDirectoriesAsync(pass.Run.Id, pass.Options.BatchFiles, cancellationToken) is { Count: > 0 } directories)
            await DeleteAsync(directories, writer, cancellationToken);
    }

    /// <summary>Tells what would be deleted; what the source itself does not have any more is not counted twice.</summary>
    internal async Task<long> PlanAsync(Planning.PlannedFiles planned, CancellationToken cancellationToken)
    {
        long after = 0, count = 0;
        while (await pass.Snapshot.AfterAsync(after, pass.Options.SnapshotPage, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            var gone = (await WithoutLiveAsync(page, cancellationToken)).ToHashSet();
            var files = page.Where(row => !row.IsDirectory && gone.Contains(row.Id)).ToList();
            var told = await planned.OfAsync([.. files.Select(row => row.FileId!)], cancellationToken);
            foreach (var row in files.Where(row => !told.Contains(row.FileId!)))
            {
                var path = SourcePath.Combine(await pass.Snapshot.PathOfAsync(row.ParentId, cancellationToken) ?? "", row.Name);
                pass.Plan(new PlannedItem("delete", PlanItem.Source, path, FileId: row.FileId));
                pass.Tally.SentDeleted++;
                count++;
            }

            await pass.CommitAsync((_, _) => Task.CompletedTask, cancellationToken);
        }

        return count;
    }

    private async Task<long[]> WithoutLiveAsync(List<SnapshotRow> page, CancellationToken cancellationToken)
    {
        var (connector, target) = (pass.Connector, pass.Target!);
        var files = (await pass.Drive.FindFilesAsync(connector.TenantId, [.. page.Select(row => row.FileId).OfType<string>()], cancellationToken))
            .Where(target.Holds).Select(file => file.Id).ToHashSet();
        var folders = (await pass.Drive.FindFoldersAsync(connector.TenantId, [.. page.Select(row => row.FolderId).OfType<string>()], cancellationToken))
            .Where(target.Holds).Select(folder => folder.Id).ToHashSet();
        var gone = page.Where(row => row.IsDirectory ? row.FolderId is not null && !folders.Contains(row.FolderId) : !files.Contains(row.FileId!)).ToList();
        // After the look at the items: whoever moves the target folder in the meantime is noticed.
        if (gone.Count > 0)
            await TargetFolders.CheckAsync(pass, cancellationToken);
        var open = (await conflicts.OpenOfAsync(connector.TenantId, connector.Id, [], [.. gone.Select(row => row.FileId).OfType<string>()], cancellationToken))
            .Select(conflict => conflict.FileId).ToHashSet();
        return [.. gone.Where(row => row.FileId is null || !open.Contains(row.FileId)).Select(row => row.Id)];
    }

    private async Task DeleteAsync(List<SnapshotRow> marked, SourceWriter writer, CancellationToken cancellationToken)
    {
        // Hours may have passed since they were marked; what is back in the share since stays.
        var gone = (await WithoutLiveAsync(marked, cancellationToken)).ToHashSet();
        var results = new List<(SnapshotRow Row, string Path, SourceFault? Fault)>();
        foreach (var row in marked.Where(row => gone.Contains(row.Id)))
        {
            var path = await pass.Snapshot.PathOfAsync(row.ParentId, cancellationToken) is { } directory ? SourcePath.Combine(directory, row.Name) : row.Name;
            results.Add((row, path, await TryDeleteAsync(row, path, cancellationToken)));
        }

        await pass.CommitAsync(
            (_, rows) =>
            {
                foreach (var row in marked.Where(row => !gone.Contains(row.Id)))
                    rows.UnmarkUnwanted(row.Id);
                foreach (var (row, path, fault) in results)
                {
                    if (fault is not null)
                    {
                        writer.Leave(path, fault);
                        rows.UnmarkUnwanted(row.Id);
                        continue;
                    }

                    rows.Delete(row.Id);
                    if (row.IsDirectory)
                        continue;
                    pass.Tally.SentDeleted++;
                    pass.Tell(path, ItemActions.SentDeleted);
                }

                return Task.CompletedTask;
            },
            cancellationToken);
    }

    private async Task<SourceFault?> TryDeleteAsync(SnapshotRow row, string path, CancellationToken cancellationToken)
    {
        if (row.IsParked)
            return null;
        try
        {
            await source.DeleteAsync(row.ToEntry(path), cancellationToken);
            return null;
        }
        catch (SourceEntryException fault)
        {
            return fault.Fault;
        }
    }
}
