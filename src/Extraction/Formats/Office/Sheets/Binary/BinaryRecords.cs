namespace ScaiDrive.Extraction.Formats.Office.Sheets.Binary;

/// <summary>The records of one part of a binary workbook ([MS-XLSB] 2.1.4), one after the other.</summary>
internal sealed class BinaryRecords(Stream content) : IDisposable
{
    // The longest record with text holds a cell of 32,767 characters with its runs; longer ones are passed over.
    private const int MaxLength = 4 << 20;

    private readonly BufferedStream _content = new(content, 1 << 16);
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>Number of the present record ([MS-XLSB] 2.3).</summary>
    internal int Type { get; private set; }

    /// <summary>The present record's fields.</summary>
    internal RecordFields Fields => new(_buffer.AsSpan(0, _length));

    /// <summary>Moves to the next record; false at the end, also where the part is cut off.</summary>
    internal bool Read()
    {
        if (!TryReadNumber(2, out var type) || !TryReadNumber(4, out var length))
            return false;
        Type = type;
        if (length > MaxLength)
        {
            _length = 0;
            return Skip(length);
        }
        if (length > _buffer.Length)
            _buffer = new byte[Math.Max(length, _buffer.Length * 2)];
        _length = _content.ReadAtLeast(_buffer.AsSpan(0, length), length, throwOnEndOfStream: false);
        return _length == length;
    }

    public void Dispose() => _content.Dispose();

    // Seven bits a byte, the lowest first; the eighth bit says that more follow.
    private bool TryReadNumber(int most, out int number)
    {
        number = 0;
        for (var i = 0; i < most; i++)
        {
            if (_content.ReadByte() is not (>= 0 and var value))
                return false;
            number |= (value & 0x7F) << (7 * i);
            if ((value & 0x80) == 0)
                break;
        }
        return true;
    }

    private bool Skip(int length)
    {
        for (var left = length; left > 0;)
        {
            var read = _content.Read(_buffer, 0, Math.Min(left, _buffer.Length));
            if (read == 0)
                return false;
            left -= read;
        }
        return true;
    }
}
