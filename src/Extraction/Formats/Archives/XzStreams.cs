using SharpCompress.Compressors.Xz;

namespace ScaiDrive.Extraction.Formats.Archives;

/// <summary>All streams of an xz file one after the other, with the padding between them (The .xz File Format, 2 and 2.2).</summary>
internal sealed class XzStreams(Stream packed) : Stream
{
    private const int Unit = 4;

    private XZStream? _stream = new(packed);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (_stream is not null)
        {
            if (_stream.Read(buffer, offset, count) is > 0 and var read)
                return read;
            _stream = FindNext() ? new XZStream(packed) : null;
        }
        return 0;
    }

    private bool FindNext()
    {
        Span<byte> unit = stackalloc byte[Unit];
        while (packed.ReadAtLeast(unit, Unit, throwOnEndOfStream: false) == Unit)
        {
            if (unit.IndexOfAnyExcept((byte)0) < 0)
                continue;
            packed.Position -= Unit;
            return true;
        }
        return false;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
