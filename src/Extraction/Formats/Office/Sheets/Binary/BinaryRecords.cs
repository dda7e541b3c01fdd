using System.Buffers.Binary;
using System.Runtime.InteropServices;

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
    internal BinaryFields Fields => new(_buffer.AsSpan(0, _length));

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

/// <summary>Reads fields in their order. Past the record's end numbers are 0 and texts empty.</summary>
internal ref struct BinaryFields(ReadOnlySpan<byte> record)
{
    private const uint NoString = uint.MaxValue;

    private ReadOnlySpan<byte> _rest = record;

    internal void Skip(int bytes) => _rest = bytes < _rest.Length ? _rest[bytes..] : default;

    internal byte ReadByte()
    {
        var value = _rest.Length > 0 ? _rest[0] : (byte)0;
        Skip(1);
        return value;
    }

    internal ushort ReadUInt16()
    {
        var value = _rest.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(_rest) : (ushort)0;
        Skip(2);
        return value;
    }

    internal uint ReadUInt32()
    {
        var value = _rest.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(_rest) : 0;
        Skip(4);
        return value;
    }

    internal double ReadDouble()
    {
        var value = _rest.Length >= 8 ? BinaryPrimitives.ReadDoubleLittleEndian(_rest) : 0;
        Skip(8);
        return value;
    }

    /// <summary>An <c>XLWideString</c>, or a nullable one that is there ([MS-XLSB] 2.5.168, 2.5.166).</summary>
    internal string ReadText()
    {
        var length = ReadUInt32();
        if (length == NoString)
            return "";
        var bytes = (int)Math.Min(length * 2L, _rest.Length & ~1);
        var text = new string(MemoryMarshal.Cast<byte, char>(_rest[..bytes]));
        Skip(bytes);
        return text;
    }

    /// <summary>A <c>RichStr</c>, its phonetic reading after it ([MS-XLSB] 2.5.122).</summary>
    internal string ReadRichText()
    {
        var flags = ReadByte();
        var text = ReadText();
        if ((flags & 1) != 0)
        {
            var runs = ReadUInt32();
            Skip((int)Math.Min(runs * 4L, int.MaxValue));
        }
        return (flags & 2) != 0 && ReadText() is { Length: > 0 } reading ? $"{text} {reading}" : text;
    }
}
