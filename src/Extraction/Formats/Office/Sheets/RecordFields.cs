using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Reads fields in their order. Past the record's end numbers are 0 and texts empty.</summary>
internal ref struct RecordFields(ReadOnlySpan<byte> record)
{
    private const uint NoString = uint.MaxValue;

    private ReadOnlySpan<byte> _rest = record;

    /// <summary>Bytes left.</summary>
    internal readonly int Length => _rest.Length;

    internal void Skip(int bytes) => _rest = bytes < _rest.Length ? _rest[bytes..] : default;

    /// <summary>The next bytes; fewer where the record ends.</summary>
    internal ReadOnlySpan<byte> ReadBytes(int count)
    {
        var bytes = _rest[..Math.Clamp(count, 0, _rest.Length)];
        Skip(bytes.Length);
        return bytes;
    }

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
