using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>A stretch of a file as a stream of its own. Several may be read side by side; none moves a shared position.</summary>
/// <param name="file">Stays open.</param>
/// <param name="start">Where the stretch begins.</param>
/// <param name="length">As the archive states it. A file that ends before says so at that point, after what is there was read.</param>
internal sealed class StreamSlice(SafeFileHandle file, long start, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Max(0, value);
    }

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Math.Max(0, length - _position))];
        if (buffer.IsEmpty)
            return 0;
        var read = RandomAccess.Read(file, buffer, start + _position);
        if (read == 0)
            throw new EndOfStreamException("The file ends inside a member.");
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length });

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
