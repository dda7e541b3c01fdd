namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Walks forward through elements in the Basic Encoding Rules (X.690), those of unknown length included, without loading them.</summary>
internal sealed class BerReader(FileStream file)
{
    private const byte Constructed = 0x20;
    private const int MaxNesting = 16, MaxPieces = 4 << 20, MaxShort = 4096;

    private long _at;

    private readonly record struct Element(byte Tag, long Start, long? End);

    /// <summary>Moves into an element.</summary>
    /// <exception cref="InvalidDataException">Another one stands there.</exception>
    internal void Enter(byte tag)
    {
        if (!TryEnter(tag))
            throw new InvalidDataException("An element is missing.");
    }

    /// <summary>Moves into the element when it is the next one.</summary>
    internal bool TryEnter(byte tag)
    {
        if (_at >= file.Length)
            return false;
        var before = _at;
        var next = ReadHeader();
        _at = next.Tag == tag ? next.Start : before;
        return next.Tag == tag;
    }

    /// <summary>The content of a short element.</summary>
    internal byte[] Bytes(byte tag)
    {
        var next = ReadHeader();
        if (next.Tag != tag || next.End is not { } end || end - next.Start > MaxShort)
            throw new InvalidDataException("An element is missing.");
        var content = new byte[end - next.Start];
        if (RandomAccess.Read(file.SafeFileHandle, content, next.Start) < content.Length)
            throw new EndOfStreamException();
        _at = end;
        return content;
    }

    /// <summary>Moves behind the next element.</summary>
    internal void Skip() => Skip(0);

    /// <summary>Where the content of a string stands that may be written in pieces.</summary>
    internal List<(long Start, long End)> Pieces(byte tag)
    {
        var pieces = new List<(long, long)>();
        Collect(tag, pieces, 0);
        return pieces;
    }

    private void Collect(byte tag, List<(long, long)> pieces, int depth)
    {
        var next = ReadHeader();
        if ((next.Tag & ~Constructed) != tag || depth > MaxNesting || pieces.Count >= MaxPieces)
            throw new InvalidDataException("A string in pieces that is none.");
        if ((next.Tag & Constructed) == 0)
        {
            // A file cut short still holds the start of its content.
            var end = Math.Min(next.End ?? file.Length, file.Length);
            pieces.Add((next.Start, end));
            _at = end;
            return;
        }
        while (_at < Math.Min(next.End ?? file.Length, file.Length) && !(next.End is null && IsEnd()))
            Collect(tag, pieces, depth + 1);
    }

    private void Skip(int depth)
    {
        var next = ReadHeader();
        if (next.End is { } end)
        {
            _at = end;
            return;
        }
        if (depth > MaxNesting)
            throw new InvalidDataException("Elements are nested too deep.");
        while (!IsEnd())
            Skip(depth + 1);
    }

    // Two zeros end what has no length.
    private bool IsEnd()
    {
        Span<byte> zeros = stackalloc byte[2];
        if (RandomAccess.Read(file.SafeFileHandle, zeros, _at) < 2)
            throw new EndOfStreamException();
        if (zeros[0] != 0 || zeros[1] != 0)
            return false;
        _at += 2;
        return true;
    }

    private Element ReadHeader()
    {
        Span<byte> header = stackalloc byte[10];
        var have = RandomAccess.Read(file.SafeFileHandle, header, _at);
        if (have < 2)
            throw new EndOfStreamException();
        var start = _at + 2;
        var length = header[1];
        if (length <= 0x7F)
        {
            _at = start;
            return new(header[0], start, start + length);
        }
        if (length == 0x80)
        {
            _at = start;
            return new(header[0], start, null);
        }
        var size = length & 0x7F;
        if (size > 7 || have < 2 + size)
            throw new InvalidDataException("A length that no file has.");
        var value = 0L;
        for (var i = 0; i < size; i++)
            value = value << 8 | header[2 + i];
        start += size;
        _at = start;
        return new(header[0], start, start + value);
    }
}
