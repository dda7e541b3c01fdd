namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>One or more stretches of a file read as one. Several streams may read from one file in turns.</summary>
internal sealed class JoinedSlices(FileStream file, IReadOnlyList<(long Start, long End)> pieces) : ReadOnlyStream
{
    private int _piece;
    private long _taken;

    internal JoinedSlices(FileStream file, long start, long end)
        : this(file, [(start, end)])
    {
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0; // and nothing is passed over
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
