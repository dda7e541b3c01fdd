namespace ScaiDrive.Drive.Tests;

/// <summary>Runs alone, because it measures the whole process.</summary>
[CollectionDefinition(nameof(ContentMemoryTests), DisableParallelization = true)]
[Collection(nameof(ContentMemoryTests))]
public sealed class ContentMemoryTests
{
    [Fact]
    public async Task A_large_file_passes_in_constant_memory()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await sandbox.StoreAsync(new byte[ContentStore.ChunkSizeBytes + 1]);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var stored = await sandbox.Content.WriteAsync(sandbox.TenantId, new ZeroStream(64L * ContentStore.ChunkSizeBytes), null, Sandbox.Stop);
        await using var stream = sandbox.Content.OpenRead(sandbox.TenantId, stored.Chunks);
        await stream.CopyToAsync(Stream.Null);

        Assert.Equal(64, stored.Chunks.Count);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 3L * ContentStore.ChunkSizeBytes);
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, left);
            buffer.AsSpan(offset, read).Clear();
            left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
