namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>A stretch of a file. Several may be read from one file in turns.</summary>
internal sealed class FileSlice(FileStream file, long start, long end) : Stream
{
    private long _taken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => end - start;

    public override long Position { get => _taken; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Length - _taken);
        if (count <= 0)
            return 0;
        var read = RandomAccess.Read(file.SafeFileHandle, buffer[..count], start + _taken);
        _taken += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Stretches of a file read as one.</summary>
internal sealed class JoinedSlices(FileStream file, IReadOnlyList<(long Start, long End)> pieces) : ReadOnlyStream
{
    private int _piece;
    private long _taken;

    public override int Read(Span<byte> buffer)
    {
        for (; _piece < pieces.Count; _piece++, _taken = 0)
        {
            var (start, end) = pieces[_piece];
            var count = (int)Math.Min(buffer.Length, end - start - _taken);
            if (count <= 0)
                continue;
            var read = RandomAccess.Read(file.SafeFileHandle, buffer[..count], start + _taken);
            if (read == 0)
                continue;
            _taken += read;
            return read;
        }
        return 0;
    }
}
