namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Walks over the lines of a part of a file, once and forward, with memory that does not grow.</summary>
internal sealed class LineScanner(FileStream file, long start, long end)
{
    // No line of a mail is longer (RFC 5322 allows 998); what is beyond is stepped over.
    private const int MaxLine = 64 * 1024;

    // Enough of the next line to tell a field of a header.
    private const int LookAhead = 128;

    private readonly byte[] _buffer = new byte[4 * MaxLine];
    private long _bufferStart = start;
    private int _position;
    private int _length;
    private int _lineStart;
    private int _lineLength;

    /// <summary>Where the current line starts in the file.</summary>
    internal long Start { get; private set; } = start;

    /// <summary>Where the next line starts.</summary>
    internal long End { get; private set; } = start;

    /// <summary>Length of what ended the line before the current one: 0, 1 or 2.</summary>
    internal int EndingBefore { get; private set; }

    private int _ending;

    /// <summary>The current line without its ending; the start of it when it is too long.</summary>
    internal ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    internal bool IsBlank => Line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;

    /// <summary>The start of the line after this one.</summary>
    internal ReadOnlySpan<byte> Next
    {
        get
        {
            var next = Available()[..Math.Min(LookAhead, Available().Length)];
            var newline = next.IndexOf((byte)'\n');
            return newline < 0 ? next : next[..newline];
        }
    }

    /// <summary>Moves to the next line.</summary>
    internal bool Read()
    {
        Start = End;
        EndingBefore = _ending;
        var newline = Available().IndexOf((byte)'\n');
        while (newline < 0 && Available().Length < MaxLine && Fill())
            newline = Available().IndexOf((byte)'\n');
        var available = Available();
        if (available.IsEmpty)
        {
            (_lineLength, _ending) = (0, 0);
            return false;
        }
        if (newline is < 0 or > MaxLine)
            return ReadLong();
        if (available.Length - newline <= LookAhead && Fill())
            available = Available();
        _ending = newline > 0 && available[newline - 1] == '\r' ? 2 : 1;
        (_lineStart, _lineLength) = (_position, newline + 1 - _ending);
        _position += newline + 1;
        End = Start + newline + 1;
        return true;
    }

    // The last line may have no ending; a longer one is kept up to its bound.
    private bool ReadLong()
    {
        var kept = Math.Min(Available().Length, MaxLine);
        var line = Available()[..kept].ToArray();
        _position += kept;
        End = Start + kept;
        _ending = 0;
        while (kept == MaxLine && (Available().Length > 0 || Fill()))
        {
            var newline = Available().IndexOf((byte)'\n');
            var step = newline < 0 ? Available().Length : newline + 1;
            _position += step;
            End += step;
            if (newline < 0)
                continue;
            _ending = 1;
            break;
        }
        // What stands before the position is done with, and there is room for the line.
        line.CopyTo(_buffer, _buffer.Length - MaxLine);
        (_lineStart, _lineLength) = (_buffer.Length - MaxLine, line.Length);
        return true;
    }

    private ReadOnlySpan<byte> Available() => _buffer.AsSpan(_position, _length - _position);

    private bool Fill()
    {
        var rest = _length - _position;
        Buffer.BlockCopy(_buffer, _position, _buffer, 0, rest);
        _bufferStart += _position;
        (_position, _length) = (0, rest);
        // The last stretch of the buffer is kept for lines that are cut.
        var room = (int)Math.Min(_buffer.Length - MaxLine - rest, end - _bufferStart - rest);
        var read = room <= 0 ? 0 : RandomAccess.Read(file.SafeFileHandle, _buffer.AsSpan(rest, room), _bufferStart + rest);
        _length += read;
        return read > 0;
    }
}
