using ScaiDrive.Connectors.Sync.Merging;
using ScaiDrive.Connectors.Sync.Planning;

namespace ScaiDrive.Connectors.Sync;

/// <summary>Collects writes until they are worth a transaction, reads the content they need, and makes them, in order.</summary>
/// <remarks>While one part is written, the next ones are already read. Nothing else happens beside each other: the walk stands still while a part is
/// written, and each part carries its own cursor and counters, so what is committed is always all of the walk up to a cursor.</remarks>
internal sealed class SyncBatch(SyncPass pass, ContentReader reader, Relocations relocations, MergePreparation? merging, CancellationToken cancellation) : IAsyncDisposable
{
    // Writes that need no content are small.
    private const int SmallWritesPerFile = 10;

    // One is read while another becomes safe on disk.
    private const int PartsAhead = 2;

    private readonly CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Queue<SyncPart> parts = new();
    private List<PendingWrite> writes = [];
    private Task lastRead = Task.CompletedTask;
    private string? cursor;
    private int files;
    private long bytes;
    private int entries;

    // What both sides have is compared before anything is read, and the resolve phase looks at what was written.
    private int Ahead => merging is null && !pass.Run.IsDryRun && pass.Phase == SyncPhases.Walk ? PartsAhead : 0;

    internal async Task AddAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        // A file that is larger than what is left of the batch starts a new one, so that it does not hold back the others.
        if (write is PendingFile { NeedsContent: true } large && bytes > 0 && bytes + large.Entry.SizeBytes > pass.Options.BatchBytes)
            await EndPartAsync(Ahead, cancellationToken);
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
        cursor = path;
        entries++;
        if (files >= pass.Options.BatchFiles
            || bytes >= pass.Options.BatchBytes
            || writes.Count >= pass.Options.BatchFiles * SmallWritesPerFile
            || entries >= pass.Options.CheckpointEntries)
        {
            await EndPartAsync(Ahead, cancellationToken);
        }
    }

    /// <summary>Writes all that has been collected, and the cursor.</summary>
    internal Task FlushAsync(CancellationToken cancellationToken) => EndPartAsync(left: 0, cancellationToken);

    /// <summary>Stops what is being read for parts that are not written any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await reading.CancelAsync();
        foreach (var part in parts)
            await part.Reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        reading.Dispose();
    }

    private async Task EndPartAsync(int left, CancellationToken cancellationToken)
    {
        if (writes.Count > 0 || entries > 0 || !pass.Found.IsEmpty)
        {
            var part = new SyncPart(writes, cursor, pass.TakeFound());
            (writes, cursor, files, bytes, entries) = ([], null, 0, 0, 0);
            if (Ahead > 0)
                await ReadAheadAsync(part, cancellationToken);
            parts.Enqueue(part);
        }

        while (parts.Count > left)
        {
            await WriteAsync(parts.Peek(), cancellationToken);
            parts.Dequeue();
        }
    }

    /// <summary>Begins to read what is certain to be needed: whether a file moved here is known only when all before it is written.</summary>
    private async Task ReadAheadAsync(SyncPart part, CancellationToken cancellationToken)
    {
        var movable = await relocations.MayHaveMovedAsync([.. part.Files.Where(file => file.Row is null)], cancellationToken);
        var unread = part.Files.Where(file => file.NeedsContent && !movable.Contains(file)).ToList();
        part.HaveNotMoved.UnionWith(part.Files.Except(movable));
        (lastRead, part.Reading) = reader.Begin(unread, lastRead, reading.Token);
    }

    private async Task WriteAsync(SyncPart part, CancellationToken cancellationToken)
    {
        var pending = part.Files.ToList();
        await relocations.FindOriginsAsync([.. pending.Where(file => file.Row is null && !part.HaveNotMoved.Contains(file))], cancellationToken);
        if (merging is not null)
        {
            await merging.CompareAsync(pending, cancellationToken);
            // Not compared: the source has it of its own.
            pending.RemoveAll(file => file.Merge is null);
        }

        if (pass.Run.IsDryRun)
        {
            await new Planner(pass).PlanAsync(part.Writes, cancellationToken);
            pass.Enter(part);
            await pass.CommitAsync((_, _) => Task.CompletedTask, cancellationToken);
            return;
        }

        await part.Reading;
        await reader.ReadAsync([.. pending.Where(file => file is { NeedsContent: true, Content: null, Fault: null })], cancellationToken);
        if (merging is not null)
            await merging.LoadAsync(pending, cancellationToken);

        pass.Enter(part);
        pass.Tally.Bytes += pending.Sum(file => file.Content?.SizeBytes ?? 0);
        await pass.CommitAsync(
            async (drive, rows) =>
            {
                var writer = new BatchWriter(pass, drive, rows);
                await writer.HoldAsync(pending, cancellationToken);
                await writer.ApplyAsync(part.Writes, cancellationToken);
            },
            cancellationToken);
        if (pending.Any(file => file.Origin is not null) || part.Writes.Exists(write => write is PendingEviction))
            relocations.Version++;
    }
}

/// <summary>Writes that become one transaction, with what the walk found on the way to them.</summary>
/// <param name="Writes">In the order of the walk.</param>
/// <param name="Cursor">Where the walk stood at their end; null when it did not get on.</param>
/// <param name="Found">Counters and problems of the walk since the part before.</param>
internal sealed record SyncPart(List<PendingWrite> Writes, string? Cursor, Findings Found)
{
    internal IEnumerable<PendingFile> Files => Writes.OfType<PendingFile>();

    /// <summary>Files of which no row tells that they were elsewhere before.</summary>
    internal HashSet<PendingFile> HaveNotMoved { get; } = [];

    /// <summary>Ends when what was read ahead is safe on disk.</summary>
    internal Task Reading { get; set; } = Task.CompletedTask;
}
