using System.Buffers;

namespace ScaiDrive.Drive;

/// <summary>Keeps bytes in a local directory, in chunks named by their SHA-256, each once per tenant:
/// <c>chunks/{tenant}/{h[0:2]}/{h[2:4]}/{h}</c>.</summary>
/// <remarks>A chunk appears under its name only when all of it is on disk: it is written to <c>incoming/</c>, flushed, renamed,
/// and the directory flushed too. So a name that exists with the right size holds the right bytes, whatever crashed. Many small
/// contents share their flushes in a <see cref="ContentGroup"/>. It knows nothing of versions; what no version refers to is removed by
/// <see cref="ContentCollector"/>. Safe for any number of threads and processes on one directory.</remarks>
public sealed class ContentStore
{
    /// <summary>4 MiB. Every chunk but the last of a content has this size.</summary>
    public const int ChunkSizeBytes = 4 * 1024 * 1024;

    private static readonly SearchValues<char> TenantIdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Opens the store.</summary>
    public ContentStore(ContentStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Root);
        Root = Path.GetFullPath(options.Root);
        DurableDirectory.Create(ChunksDirectory);
        DurableDirectory.Create(IncomingDirectory);
        FlushesTogether = FileSystemFlush.IsTrusted(Root);
    }

    /// <summary>Absolute path of the directory.</summary>
    public string Root { get; }

    internal string ChunksDirectory => Path.Combine(Root, "chunks");

    internal string IncomingDirectory => Path.Combine(Root, "incoming");

    /// <summary>A group is flushed by one call for the whole file system; otherwise file by file.</summary>
    internal bool FlushesTogether { get; init; }

    /// <summary>Stores everything the stream yields, in constant memory (a few chunks). Chunks the tenant already has are not
    /// written again. When it returns, the bytes survive a power cut.</summary>
    /// <param name="tenantId">Owner of the bytes.</param>
    /// <param name="source">Read from its position to its end; not disposed.</param>
    /// <param name="maxBytes">Longest content accepted; null for no limit.</param>
    /// <param name="cancellationToken">Leaves at most chunks that nothing refers to.</param>
    /// <exception cref="ContentTooLargeException">The stream is longer than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public async Task<StoredContent> WriteAsync(string tenantId, Stream source, long? maxBytes, CancellationToken cancellationToken)
    {
        CheckTenantId(tenantId);
        var content = await ContentCutter.CutAsync(source, maxBytes, (chunk, bytes, stop) => KeepAsync(tenantId, chunk, bytes, stop), cancellationToken);
        DriveMetrics.BytesUploaded(tenantId, content.SizeBytes);
        return content;
    }

    /// <summary>Begins to store contents that become safe together.</summary>
    public ContentGroup BeginGroup(string tenantId)
    {
        CheckTenantId(tenantId);
        return new ContentGroup(this, tenantId);
    }

    /// <summary>The bytes of these chunks, one after the other, as a seekable stream. Chunks are opened as the reader reaches
    /// them, so any number of streams may be open.</summary>
    /// <exception cref="ContentMissingException">A chunk is absent or has another size; also thrown by a read, when that
    /// happens later.</exception>
    public Stream OpenRead(string tenantId, IReadOnlyList<ContentChunk> chunks) => OpenRead(tenantId, chunks, onRead: null);

    /// <summary>As the other, calling <paramref name="onRead"/> with the number of bytes of every read.</summary>
    internal Stream OpenRead(string tenantId, IReadOnlyList<ContentChunk> chunks, Action<int>? onRead)
    {
        CheckTenantId(tenantId);
        foreach (var chunk in chunks)
        {
            if (StoredSize(tenantId, chunk) is var stored && stored != chunk.SizeBytes)
                throw Missing(chunk, stored);
        }

        return new ContentReadStream(this, tenantId, chunks) { OnRead = onRead };
    }

    /// <summary>Whether all of this chunk is on disk.</summary>
    public bool Contains(string tenantId, ContentChunk chunk)
    {
        CheckTenantId(tenantId);
        return StoredSize(tenantId, chunk) == chunk.SizeBytes;
    }

    /// <summary>Under the shared lock on the tenant's content, what is there now stays until commit.</summary>
    /// <exception cref="ContentVanishedException">A chunk is not there.</exception>
    internal void RequireOnDisk(string tenantId, StoredContent? incoming)
    {
        foreach (var chunk in incoming?.Chunks ?? [])
        {
            if (!Contains(tenantId, chunk))
                throw new ContentVanishedException(chunk.Sha256);
        }
    }

    internal string PathOf(string tenantId, string hash) =>
        Path.Combine(ChunksDirectory, tenantId, hash[..2], hash[2..4], hash);

    internal static ContentMissingException Missing(ContentChunk chunk, long? stored) =>
        new(chunk.Sha256, stored is null ? "is missing" : $"has {stored} bytes instead of {chunk.SizeBytes}");

    private static void CheckTenantId(string tenantId)
    {
        // It becomes the name of a directory.
        if (string.IsNullOrEmpty(tenantId) || tenantId.AsSpan().ContainsAnyExcept(TenantIdCharacters))
            throw new ArgumentException("A tenant id consists of lower-case letters, digits and underscores.", nameof(tenantId));
    }

    private long? StoredSize(string tenantId, ContentChunk chunk)
    {
        var file = new FileInfo(PathOf(tenantId, chunk.Sha256));
        return file.Exists ? file.Length : null;
    }

    /// <summary>Whether the tenant has the chunk already. From then on it is young again, and the collector leaves it alone. Its writer may not
    /// have come to flush the directory yet.</summary>
    /// <remarks>A chunk of the wrong size (a damaged disk) does not count, so that storing the content again repairs it.</remarks>
    internal static bool TryReuse(string path, string tenantId, int sizeBytes)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length != sizeBytes)
                return false;
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            DriveMetrics.ChunkDeduplicated(tenantId);
            return true;
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // Collected in between.
            return false;
        }
    }

    /// <summary>Writes a file of its own into <c>incoming/</c> and answers its path; of a file that cannot be written nothing is left.</summary>
    internal async Task<string> WriteIncomingAsync(ReadOnlyMemory<byte> bytes, bool flush, CancellationToken cancellationToken)
    {
        var incoming = Path.Combine(IncomingDirectory, Path.GetRandomFileName());
        try
        {
            using var file = File.OpenHandle(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await RandomAccess.WriteAsync(file, bytes, 0, cancellationToken);
            if (flush)
                RandomAccess.FlushToDisk(file);
            return incoming;
        }
        catch (Exception fault)
        {
            TryDelete(incoming);
            if (fault is IOException full && DurableDirectory.IsDiskFull(full))
                throw new DiskFullException(Root, full);
            throw;
        }
    }

    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // The fault that led here matters more; the collector will remove the file.
        }
    }

    private async Task KeepAsync(string tenantId, ContentChunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var path = PathOf(tenantId, chunk.Sha256);
        var directory = Path.GetDirectoryName(path)!;
        if (TryReuse(path, tenantId, chunk.SizeBytes))
        {
            // Its writer may not have come to this yet, and we are about to promise that the bytes are safe. Nobody removes directories.
            DurableDirectory.Flush(directory);
            return;
        }

        var incoming = await WriteIncomingAsync(bytes, flush: true, cancellationToken);
        try
        {
            DurableDirectory.Create(directory);
            File.Move(incoming, path, overwrite: true);
            DurableDirectory.Flush(directory);
        }
        catch (Exception fault)
        {
            TryDelete(incoming);
            if (fault is IOException full && DurableDirectory.IsDiskFull(full))
                throw new DiskFullException(Root, full);
            throw;
        }
    }
}
