using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ScaiDrive.Drive;

/// <summary>Contents that become safe together, at the cost of a few flushes instead of several for each chunk.</summary>
/// <remarks>
/// <para>Every chunk is written to <c>incoming/</c> as it comes. <see cref="CommitAsync"/> makes the directories that are missing, flushes all of it,
/// renames, and flushes the directories: the order of <see cref="ContentStore.WriteAsync"/>, so the store promises the same. What is not
/// committed is deleted, or left to the collector when the process dies.</para>
/// <para>For many small contents. Large ones go through <see cref="ContentStore.WriteAsync"/>, which flushes as it reads; here their bytes
/// would wait in the kernel's cache for the commit.</para>
/// </remarks>
public sealed class ContentGroup : IAsyncDisposable
{
    // Enough to keep a disk busy; more would wait for each other.
    private const int FlushedAtOnce = 8;

    private readonly ContentStore store;
    private readonly string tenantId;
    private readonly FileSystemFlush? flush;
    private readonly ConcurrentDictionary<string, bool> taken = new();
    private readonly ConcurrentQueue<(string Incoming, string Path)> written = new();
    private readonly ConcurrentDictionary<string, bool> unflushed = new();
    private volatile Exception? fault;
    private volatile bool isOver;

    internal ContentGroup(ContentStore store, string tenantId)
    {
        (this.store, this.tenantId) = (store, tenantId);
        flush = store.FlushesTogether ? FileSystemFlush.Open(store.Root) : null;
    }

    /// <summary>Told before each step of the commit, so that a test can look at the disk there, or stop.</summary>
    internal Action<ContentGroupStep>? OnStep { get; set; }

    /// <summary>Takes everything the stream yields. Its bytes are safe after <see cref="CommitAsync"/>, not before. Calls may overlap.</summary>
    /// <param name="source">Read from its position to its end; not disposed.</param>
    /// <param name="maxBytes">Longest content accepted; null for no limit.</param>
    /// <param name="cancellationToken">Ends between chunks.</param>
    /// <exception cref="ContentTooLargeException">The stream is longer than <paramref name="maxBytes"/>; the group goes on without it.</exception>
    /// <exception cref="DiskFullException">The disk is full; the group is over.</exception>
    public async Task<StoredContent> AddAsync(Stream source, long? maxBytes, CancellationToken cancellationToken)
    {
        ThrowIfOver();
        var content = await ContentCutter.CutAsync(source, maxBytes, KeepAsync, cancellationToken);
        DriveMetrics.BytesUploaded(tenantId, content.SizeBytes);
        return content;
    }

    /// <summary>Makes all that was added safe: when it returns, the bytes survive a power cut. Once, and after all calls of <see cref="AddAsync"/>
    /// have ended.</summary>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    /// <exception cref="IOException">The disk failed; what is under its name is whole nevertheless.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        ThrowIfOver();
        isOver = true;
        if (!written.IsEmpty || !unflushed.IsEmpty)
            await Task.Run(Commit, cancellationToken);
    }

    /// <summary>Deletes what was not committed.</summary>
    public ValueTask DisposeAsync()
    {
        isOver = true;
        while (written.TryDequeue(out var file))
            ContentStore.TryDelete(file.Incoming);
        flush?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ThrowIfOver()
    {
        // Another content may count on the chunk that could not be written.
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
        if (isOver)
            throw new InvalidOperationException("This group was committed; begin another.");
    }

    private async Task KeepAsync(ContentChunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!taken.TryAdd(chunk.Sha256, true))
        {
            DriveMetrics.ChunkDeduplicated(tenantId);
            return;
        }

        var path = store.PathOf(tenantId, chunk.Sha256);
        if (ContentStore.TryReuse(path, tenantId, chunk.SizeBytes))
        {
            // Its writer may not have come to this yet.
            unflushed[Path.GetDirectoryName(path)!] = true;
            return;
        }

        try
        {
            written.Enqueue((await store.WriteIncomingAsync(bytes, flush: flush is null, cancellationToken), path));
        }
        catch (Exception thrown)
        {
            fault ??= thrown;
            throw;
        }
    }

    private void Commit()
    {
        try
        {
            OnStep?.Invoke(ContentGroupStep.MakeDirectories);
            var parents = new HashSet<string>();
            foreach (var (_, path) in written)
                DurableDirectory.CreateUnflushed(Path.GetDirectoryName(path)!, parents);

            // A name must not be on disk before its bytes, nor before the directories on the way to it.
            OnStep?.Invoke(ContentGroupStep.FlushBytes);
            Flush(parents);

            OnStep?.Invoke(ContentGroupStep.Rename);
            while (written.TryPeek(out var file))
            {
                File.Move(file.Incoming, file.Path, overwrite: true);
                unflushed[Path.GetDirectoryName(file.Path)!] = true;
                written.TryDequeue(out _);
            }

            OnStep?.Invoke(ContentGroupStep.FlushNames);
            Flush(unflushed.Keys);
            OnStep?.Invoke(ContentGroupStep.Done);
        }
        catch (IOException full) when (DurableDirectory.IsDiskFull(full))
        {
            throw new DiskFullException(store.Root, full);
        }
    }

    /// <summary>Flushes everything, or these directories where files were flushed as they were written.</summary>
    private void Flush(IEnumerable<string> directories)
    {
        if (flush is not null)
            flush.Flush();
        else
            Parallel.ForEach(directories, new ParallelOptions { MaxDegreeOfParallelism = FlushedAtOnce }, DurableDirectory.Flush);
    }
}

/// <summary>What a group is about to do.</summary>
internal enum ContentGroupStep
{
    MakeDirectories,
    FlushBytes,
    Rename,
    FlushNames,
    Done,
}
