using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Connectors.Sync.Planning;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Collects writes until they are worth a transaction, reads the content they need, and makes them, in order.</summary>
internal sealed class SyncBatch(SyncPass pass, ContentReader reader, Relocations relocations, MergePreparation? merging)
{
    // Writes that need no content are small.
    private const int SmallWritesPerFile = 10;

    private readonly List<PendingWrite> writes = [];
    private int files;
    private long bytes;
    private int entries;

    internal async Task AddAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        // A file that is larger than what is left of the batch starts a new one, so that it does not hold back the others.
        if (write is PendingFile { NeedsContent: true } large && bytes > 0 && bytes + large.Entry.SizeBytes > pass.Options.BatchBytes)
            await FlushAsync(cancellationToken);
        writes.Add(write);
        if (write is PendingFile file)
        {
            files++;
            bytes += file.NeedsContent ? file.Entry.SizeBytes : 0;
        }
    }

    /// <summary>One entry of the walk is done; the cursor stands on it.</summary>
    internal async Task PassAsync(string path, CancellationToken cancellationToken)
    {
        pass.Cursor = path;
        entries++;
        if (files >= pass.Options.BatchFiles
            || bytes >= pass.Options.BatchBytes
            || writes.Count >= pass.Options.BatchFiles * SmallWritesPerFile
            || entries >= pass.Options.CheckpointEntries)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Writes what has been collected, and the cursor.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (writes.Count == 0 && entries == 0)
            return;
        var pending = writes.OfType<PendingFile>().ToList();
        await relocations.FindOriginsAsync([.. pending.Where(file => file.Row is null)], cancellationToken);
        if (merging is not null)
        {
            await merging.CompareAsync(pending, cancellationToken);
            // Not compared: the source has it of its own.
            pending.RemoveAll(file => file.Merge is null);
        }

        if (pass.Run.IsDryRun)
        {
            await new Planner(pass).PlanAsync(writes, cancellationToken);
            await pass.CommitAsync((_, _) => Task.CompletedTask, cancellationToken);
            writes.Clear();
            (files, bytes, entries) = (0, 0, 0);
            return;
        }

        var unread = pending.Where(file => file.NeedsContent).ToList();
        await reader.ReadAsync(unread, cancellationToken);
        pass.Tally.Bytes += unread.Sum(file => file.Content?.SizeBytes ?? 0);
        if (merging is not null)
            await merging.LoadAsync(pending, cancellationToken);

        await pass.CommitAsync(
            async (drive, rows) =>
            {
                var writer = new BatchWriter(pass, drive, rows);
                await writer.HoldAsync(pending, cancellationToken);
                await writer.ApplyAsync(writes, cancellationToken);
            },
            cancellationToken);
        if (pending.Any(file => file.Origin is not null) || writes.Exists(write => write is PendingEviction))
            relocations.Version++;
        writes.Clear();
        (files, bytes, entries) = (0, 0, 0);
    }
}
