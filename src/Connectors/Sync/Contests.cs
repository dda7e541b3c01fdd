namespace ScaiDrive.Connectors.Sync;

/// <summary>The second phase: places where another file than before was found, now that every file was seen at least once.</summary>
/// <remarks>
/// <para>Three stories look alike while the walk goes on. An editor saved by writing a new file over the old name: the same file goes on with a new
/// version. The old file was renamed and a new one made: the walk has moved the old one, the place is free. Or files changed places with each other: each
/// keeps its identity, so each is moved, the one whose place is needed first being parked.</para>
/// <para>Each place is settled in the transaction that makes the change, so a crash goes on with what is left.</para>
/// </remarks>
internal sealed class Contests(SyncPass pass, SyncBatch batch, Relocations relocations)
{
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await pass.Snapshot.ContestedAsync(pass.Options.BatchFiles, cancellationToken) is { Count: > 0 } places)
        {
            var parents = new Dictionary<long, MirroredDirectory>();
            foreach (var place in places)
            {
                await SettleAsync(place, parents, cancellationToken);
                await batch.AddAsync(new PendingSettlement(place), cancellationToken);
            }

            await batch.FlushAsync(cancellationToken);
        }
    }

    private async Task SettleAsync(ContestedPlace place, Dictionary<long, MirroredDirectory> parents, CancellationToken cancellationToken)
    {
        SourceEntry? entry;
        try
        {
            entry = await pass.Source.StatAsync(place.Path, cancellationToken);
        }
        catch (SourceEntryException fault)
        {
            pass.AddError(place.Path, fault.Fault);
            return;
        }

        var row = await pass.Snapshot.AtPlaceAsync(place.ParentId, place.Name, cancellationToken);
        if (entry is not { Kind: SourceEntryKind.File })
        {
            if (row is not null)
                await batch.AddAsync(new PendingMissing(row), cancellationToken);
            return;
        }

        // The directory above may have another place by now; the next pass sees to it.
        if (row is { IsDirectory: true } || await ParentAsync(place, parents, cancellationToken) is not { } parent)
            return;
        if (row is null)
        {
            await batch.AddAsync(pass.NewFile(parent, entry, null, null), cancellationToken);
            return;
        }

        var isWanted = row.Identity != entry.Identity && await pass.Snapshot.IsWantedAsync(row.Identity, cancellationToken);
        if (isWanted || (row.Identity != entry.Identity && await relocations.HasOriginAsync(entry, cancellationToken)))
        {
            await batch.AddAsync(new PendingEviction(row, place.Path, isWanted), cancellationToken);
            await batch.AddAsync(pass.NewFile(parent, entry, null, null), cancellationToken);
            return;
        }

        var live = (await pass.Drive.FindFilesAsync(pass.Connector.TenantId, [row.FileId!], cancellationToken)).SingleOrDefault();
        await batch.AddAsync(pass.NewFile(parent, entry, row, live), cancellationToken);
    }

    private async Task<MirroredDirectory?> ParentAsync(ContestedPlace place, Dictionary<long, MirroredDirectory> parents, CancellationToken cancellationToken)
    {
        if (parents.TryGetValue(place.ParentId, out var known))
            return known;
        if (await new DirectoryChain(pass).FindAsync(SourcePath.DirectoryOf(place.Path), cancellationToken) is not { } parent || parent.RowId != place.ParentId)
            return null;
        parents.Add(place.ParentId, parent);
        return parent;
    }
}
