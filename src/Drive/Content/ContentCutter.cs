using System.Buffers;
using System.Security.Cryptography;

namespace ScaiDrive.Drive;

/// <summary>Cuts a stream into chunks, hashes them and the whole, and hands each chunk over to be kept. While chunks are being kept, the
/// next one is read.</summary>
internal static class ContentCutter
{
    private const int ChunkSize = ContentStore.ChunkSizeBytes;

    // With the one that is being read, three buffers for a large content; a content of one chunk needs one.
    private const int KeptAtOnce = 2;

    private static readonly string EmptySha256 = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <param name="source">Read from its position to its end; not disposed.</param>
    /// <param name="maxBytes">Longest content accepted; null for no limit.</param>
    /// <param name="keep">Is done with the bytes when its task ends. Calls for one content overlap.</param>
    /// <param name="cancellationToken">Ends between chunks; what was handed over is waited for.</param>
    /// <exception cref="ContentTooLargeException">The stream is longer than <paramref name="maxBytes"/>.</exception>
    internal static async Task<StoredContent> CutAsync(
        Stream source, long? maxBytes, Func<ContentChunk, ReadOnlyMemory<byte>, CancellationToken, Task> keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.CanSeek && source.Length - source.Position > maxBytes)
            throw new ContentTooLargeException(maxBytes.Value);

        var chunks = new List<ContentChunk>();
        var keeping = new Queue<Task<ContentChunk>>();
        long size = 0;
        using var whole = new WholeHash();
        try
        {
            int filled;
            do
            {
                (var buffer, filled) = await ReadAsync(source, cancellationToken);
                size += filled;
                var isOnly = size == filled && filled < ChunkSize;
                if (filled == 0 || size > maxBytes)
                    ArrayPool<byte>.Shared.Return(buffer);
                if (size > maxBytes)
                    throw new ContentTooLargeException(maxBytes.Value);
                if (filled == 0)
                    break;
                if (!isOnly)
                    whole.Append(buffer.AsSpan(0, filled));
                keeping.Enqueue(KeepAsync(buffer, filled, beside: !isOnly, keep, cancellationToken));
                if (keeping.Count > KeptAtOnce)
                    chunks.Add(await keeping.Dequeue());
            }
            while (filled == ChunkSize);

            while (keeping.TryDequeue(out var last))
                chunks.Add(await last);
            return new StoredContent(whole.Finish() ?? (chunks is [var only] ? only.Sha256 : EmptySha256), size, chunks);
        }
        finally
        {
            // They still read from their buffers; the first fault is the one that is told.
            foreach (Task task in keeping)
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<(byte[] Buffer, int Filled)> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            return (buffer, await source.ReadAtLeastAsync(buffer.AsMemory(0, ChunkSize), ChunkSize, throwOnEndOfStream: false, cancellationToken));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Hashes one chunk and has it kept; on another thread when there is something to do beside it.</summary>
    private static async Task<ContentChunk> KeepAsync(
        byte[] buffer, int filled, bool beside, Func<ContentChunk, ReadOnlyMemory<byte>, CancellationToken, Task> keep, CancellationToken cancellationToken)
    {
        try
        {
            if (beside)
                await Task.Yield();
            var chunk = new ContentChunk(Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, filled))), filled);
            await keep(chunk, buffer.AsMemory(0, filled), cancellationToken);
            return chunk;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The hash over all chunks. Most contents are one chunk, which is hashed only once, under its own name.</summary>
    private sealed class WholeHash : IDisposable
    {
        private IncrementalHash? hash;

        internal void Append(ReadOnlySpan<byte> bytes) => (hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).AppendData(bytes);

        internal string? Finish() => hash is null ? null : Convert.ToHexStringLower(hash.GetHashAndReset());

        public void Dispose() => hash?.Dispose();
    }
}
