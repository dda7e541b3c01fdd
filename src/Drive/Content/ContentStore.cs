using System.Buffers;
using System.Security.Cryptography;

namespace ScaiDrive.Drive;

/// <summary>Keeps bytes in a local directory, in chunks named by their SHA-256, each once per tenant:
/// <c>chunks/{tenant}/{h[0:2]}/{h[2:4]}/{h}</c>.</summary>
/// <remarks>A chunk appears under its name only when all of it is on disk: it is written to <c>incoming/</c>, flushed, renamed,
/// and the directory flushed too. So a name that exists with the right size holds the right bytes, whatever crashed. It knows
/// nothing of versions; what no version refers to is removed by <see cref="ContentCollector"/>. Safe for any number of
/// threads and processes on one directory.</remarks>
public sealed class ContentStore
{
    /// <summary>4 MiB. Every chunk but the last of a content has this size.</summary>
    public const int ChunkSizeBytes = 4 * 1024 * 1024;

    private static readonly SearchValues<char> TenantIdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
    private static readonly string EmptySha256 = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>Opens the store.</summary>
    public ContentStore(ContentStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Root);
        Root = Path.GetFullPath(options.Root);
        DurableDirectory.Create(ChunksDirectory);
        DurableDirectory.Create(IncomingDirectory);
    }

    /// <summary>Absolute path of the directory.</summary>
    public string Root { get; }

    internal string ChunksDirectory => Path.Combine(Root, "chunks");

    internal string IncomingDirectory => Path.Combine(Root, "incoming");

    /// <summary>Stores everything the stream yields, in constant memory (one chunk). Chunks the tenant already has are not
    /// written again. When it returns, the bytes survive a power cut.</summary>
    /// <param name="tenantId">Owner of the bytes.</param>
    /// <param name="source">Read from its position to its end; not disposed.</param>
    /// <param name="maxBytes">Longest content accepted; null for no limit.</param>
    /// <param name="cancellationToken">Leaves at most chunks that nothing refers to.</param>
    /// <exception cref="ContentTooLargeException">The stream is longer than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public async Task<StoredContent> WriteAsync(string tenantId, Stream source, long? maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckTenantId(tenantId);
        if (source.CanSeek && source.Length - source.Position > maxBytes)
            throw new ContentTooLargeException(maxBytes.Value);

        var chunks = new List<ContentChunk>();
        long size = 0;
        // Most files are one chunk, whose hash is that of the file: those are hashed only once.
        IncrementalHash? whole = null;
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSizeBytes);
        try
        {
            int filled;
            do
            {
                filled = await source.ReadAtLeastAsync(buffer.AsMemory(0, ChunkSizeBytes), ChunkSizeBytes, throwOnEndOfStream: false, cancellationToken);
                if (filled == 0)
                    break;
                size += filled;
                if (size > maxBytes)
                    throw new ContentTooLargeException(maxBytes.Value);

                if (filled == ChunkSizeBytes || whole is not null)
                    (whole ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).AppendData(buffer, 0, filled);
                var chunk = new ContentChunk(Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, filled))), filled);
                await KeepAsync(tenantId, chunk, buffer.AsMemory(0, filled), cancellationToken);
                chunks.Add(chunk);
            }
            while (filled == ChunkSizeBytes);

            DriveMetrics.BytesUploaded(tenantId, size);
            var hash = whole is not null ? Convert.ToHexStringLower(whole.GetHashAndReset()) : chunks is [var only] ? only.Sha256 : EmptySha256;
            return new StoredContent(hash, size, chunks);
        }
        finally
        {
            whole?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
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

    private async Task KeepAsync(string tenantId, ContentChunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var path = PathOf(tenantId, chunk.Sha256);
        if (TryReuse(path, chunk.SizeBytes))
        {
            DriveMetrics.ChunkDeduplicated(tenantId);
            return;
        }

        var directory = Path.GetDirectoryName(path)!;
        var incoming = Path.Combine(IncomingDirectory, Path.GetRandomFileName());
        try
        {
            using (var file = File.OpenHandle(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await RandomAccess.WriteAsync(file, bytes, 0, cancellationToken);
                RandomAccess.FlushToDisk(file);
            }

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

    /// <summary>A chunk of the wrong size (a damaged disk) is not reused, so that storing the content again repairs it.</summary>
    private static bool TryReuse(string path, int sizeBytes)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length != sizeBytes)
                return false;
            // The collector leaves young chunks alone; this one is wanted again from now on.
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            // Its writer may not have come to this yet, and we are about to promise that the bytes are safe.
            DurableDirectory.Flush(file.DirectoryName!);
            return true;
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // Collected in between.
            return false;
        }
    }

    private static void TryDelete(string path)
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
}
