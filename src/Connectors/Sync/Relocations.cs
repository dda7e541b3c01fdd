namespace ScaiDrive.Connectors.Sync;

/// <summary>Finds out where entries at new places were before, by identity.</summary>
/// <remarks>An entry moved when its identity is that of a row whose own place does not hold it any more. If that place still does, the new one is a
/// hard link (or, for a directory, a second mount), and stands for itself.</remarks>
internal sealed class Relocations(SyncPass pass, bool hasSnapshot)
{
    /// <summary>Rises when rows change their place: pages of the snapshot that were read before are out of date.</summary>
    internal int Version { get; set; }

    /// <summary>Those of some files at new places whose identity some row has.</summary>
    internal async Task<HashSet<PendingFile>> MayHaveMovedAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || !hasSnapshot)
            return [];
        var rows = await pass.Snapshot.ByIdentityAsync([.. files.Select(file => file.Entry.Identity)], directories: false, pass.Run.Id, cancellationToken);
        var known = rows.Select(row => row.Identity).ToHashSet(StringComparer.Ordinal);
        return [.. files.Where(file => known.Contains(file.Entry.Identity))];
    }

    /// <summary>Finds the origins of files that are at a new place. Each row is the origin of at most one file.</summary>
    internal async Task FindOriginsAsync(IReadOnlyList<PendingFile> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || !hasSnapshot)
            return;
        var rows = await pass.Snapshot.ByIdentityAsync([.. files.Select(file => file.Entry.Identity)], directories: false, pass.Run.Id, cancellationToken);
        if (rows.Count == 0)
            return;
        var candidates = rows.ToLookup(row => row.Identity);
        var paths = new Dictionary<long, string?>();
        var claimed = new HashSet<long>();
        foreach (var file in files)
        {
            foreach (var row in candidates[file.Entry.Identity])
            {
                if (!row.IsSameFileAs(file.Entry) || claimed.Contains(row.Id) || !await HasLeftAsync(row, paths, cancellationToken))
                    continue;
                claimed.Add(row.Id);
                file.Origin = row;
                break;
            }
        }

        var found = files.Where(file => file.Origin is not null).ToList();
        if (found.Count == 0)
            return;
        var live = (await pass.Drive.FindFilesAsync(pass.Connector.TenantId, [.. found.Select(file => file.Origin!.FileId!)], cancellationToken)).ToDictionary(file => file.Id);
        foreach (var file in found)
            file.Live = live.GetValueOrDefault(file.Origin!.FileId!);
    }

    /// <summary>Where a directory at a new place was before; null when it is new.</summary>
    internal async Task<SnapshotRow?> FindOriginAsync(MirroredDirectory parent, SourceEntry directory, CancellationToken cancellationToken)
    {
        if (!hasSnapshot)
            return null;
        foreach (var row in await pass.Snapshot.ByIdentityAsync([directory.Identity], directories: true, pass.Run.Id, cancellationToken))
        {
            // A row above the new place was found at its own place in this walk; only a race can make it look moved below itself.
            if (!parent.IsAtOrBelow(row.Id) && await HasLeftAsync(row, [], cancellationToken))
                return row;
        }

        return null;
    }

    /// <summary>Whether some row of this identity has left its place.</summary>
    internal async Task<bool> HasOriginAsync(SourceEntry file, CancellationToken cancellationToken)
    {
        foreach (var row in await pass.Snapshot.ByIdentityAsync([file.Identity], directories: false, pass.Run.Id, cancellationToken))
        {
            if (row.IsSameFileAs(file) && await HasLeftAsync(row, [], cancellationToken))
                return true;
        }

        return false;
    }

    private async Task<bool> HasLeftAsync(SnapshotRow row, Dictionary<long, string?> paths, CancellationToken cancellationToken)
    {
        if (row.IsParked)
            return true;
        if (!paths.TryGetValue(row.ParentId, out var directory))
            paths.Add(row.ParentId, directory = await pass.Snapshot.PathOfAsync(row.ParentId, cancellationToken));
        if (directory is null)
            return true;
        try
        {
            return (await pass.Source.StatAsync(SourcePath.Combine(directory, row.Name), cancellationToken))?.Identity != row.Identity;
        }
        catch (SourceEntryException)
        {
            // It cannot be told, so it counts as being there.
            return false;
        }
    }
}
