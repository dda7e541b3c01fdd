namespace ScaiDrive.Extraction;

/// <summary>A seekable stream that several readers go through at their own pace, from where it stood at first. It stays open.</summary>
internal sealed class SharedContent(Stream content) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly long _start = content.Position;

    /// <summary>Bytes that every reader gets.</summary>
    internal long Length => content.Length - _start;

    /// <summary>A reader of its own.</summary>
    internal Stream Open() => new View(this);

    public void Dispose() => _one.Dispose();

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (content.Position != _start + position)
                content.Position = _start + position;
            return await content.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed class View(SharedContent shared) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await shared.ReadAsync(buffer, _position, cancellationToken);
            _position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
