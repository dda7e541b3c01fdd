using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Drive;

/// <summary>Chunks as one stream; holds at most one of them open.</summary>
internal sealed class ContentReadStream : Stream
{
    private readonly ContentStore store;
    private readonly string tenantId;
    private readonly IReadOnlyList<ContentChunk> chunks;
    private readonly long[] ends;
    private SafeFileHandle? file;
    private int openChunk = -1;
    private long position;
    private bool isDisposed;

    internal ContentReadStream(ContentStore store, string tenantId, IReadOnlyList<ContentChunk> chunks)
    {
        (this.store, this.tenantId, this.chunks) = (store, tenantId, chunks);
        ends = new long[chunks.Count];
        long end = 0;
        for (var i = 0; i < chunks.Count; i++)
            ends[i] = end += chunks[i].SizeBytes;
        Length = end;
    }

    /// <summary>Called with the number of bytes of every read.</summary>
    internal Action<int>? OnRead { get; init; }

    public override bool CanRead => !isDisposed;

    public override bool CanSeek => !isDisposed;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        if (target < 0)
            throw new IOException("Cannot seek before the beginning.");
        return position = target;
    }

    public override int Read(Span<byte> buffer)
    {
        if (!TryLocate(buffer.Length, out var chunk, out var offset, out var count))
            return 0;
        return Advance(chunk, RandomAccess.Read(file!, buffer[..count], offset));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryLocate(buffer.Length, out var chunk, out var offset, out var count))
            return 0;
        return Advance(chunk, await RandomAccess.ReadAsync(file!, buffer[..count], offset, cancellationToken));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !isDisposed)
        {
            isDisposed = true;
            file?.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryLocate(int wanted, out int chunk, out long offset, out int count)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        (chunk, offset, count) = (0, 0, 0);
        if (wanted == 0 || position >= Length)
            return false;

        // The first chunk that ends after the position.
        var found = Array.BinarySearch(ends, position + 1);
        chunk = found >= 0 ? found : ~found;
        offset = position - (ends[chunk] - chunks[chunk].SizeBytes);
        count = (int)Math.Min(wanted, ends[chunk] - position);
        if (chunk != openChunk)
            Open(chunk);
        return true;
    }

    private void Open(int index)
    {
        var chunk = chunks[index];
        file?.Dispose();
        (file, openChunk) = (null, -1);
        try
        {
            var opened = File.OpenHandle(store.PathOf(tenantId, chunk.Sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (RandomAccess.GetLength(opened) is var stored && stored != chunk.SizeBytes)
            {
                opened.Dispose();
                throw ContentStore.Missing(chunk, stored);
            }

            (file, openChunk) = (opened, index);
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ContentStore.Missing(chunk, null);
        }
    }

    private int Advance(int chunk, int count)
    {
        if (count == 0)
            throw new ContentMissingException(chunks[chunk].Sha256, "became shorter while it was read");
        position += count;
        OnRead?.Invoke(count);
        return count;
    }
}
