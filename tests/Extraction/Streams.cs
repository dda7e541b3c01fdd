namespace ScaiDrive.Extraction.Tests;

/// <summary>A source that can only be read once, like a network connection.</summary>
internal class PipeLike(Stream inner) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A source that stops after its first bytes until it is told to go on or fail.</summary>
internal sealed class HaltingStream(byte[] first) : PipeLike(Null)
{
    private bool _given;

    /// <summary>Done when the reader waits for more.</summary>
    internal TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete it to end the stream; fail it to fail the read.</summary>
    internal TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_given)
        {
            _given = true;
            first.CopyTo(buffer);
            return first.Length;
        }
        Waiting.TrySetResult();
        await Go.Task.WaitAsync(cancellationToken);
        return 0;
    }
}
