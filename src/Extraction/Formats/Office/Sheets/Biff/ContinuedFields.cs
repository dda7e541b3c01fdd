using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Reads fields that run on from a record into the Continue records after it ([MS-XLS] 2.4.58).</summary>
internal sealed class ContinuedFields(BiffRecords records)
{
    private const int Wide = 1, HasPhonetic = 4, HasRuns = 8, MaxPhoneticBytes = 1 << 16;

    private readonly StringBuilder _text = new();
    private int _at;

    private int Left => records.Body.Length - _at;

    /// <summary>Leaves the rest of the present record; false when no Continue follows.</summary>
    internal bool NextRecord()
    {
        _at = 0;
        return records.ReadContinue();
    }

    /// <summary>False when the records end before the bytes do.</summary>
    internal bool Skip(long bytes)
    {
        while (bytes > Left)
        {
            bytes -= Left;
            if (!NextRecord())
                return false;
        }
        _at += (int)bytes;
        return true;
    }

    /// <summary>0 past the end.</summary>
    internal byte ReadByte() => Left > 0 || NextRecord() && Left > 0 ? records.Body[_at++] : (byte)0;

    internal ushort ReadUInt16() => (ushort)(ReadByte() | ReadByte() << 8);

    internal uint ReadUInt32() => ReadUInt16() | (uint)ReadUInt16() << 16;

    /// <summary>An <c>XLUnicodeRichExtendedString</c>, its phonetic reading after it ([MS-XLS] 2.5.293); null when the records end before it.</summary>
    internal string? ReadRichText()
    {
        if (Left == 0 && !NextRecord())
            return null;
        var length = ReadUInt16();
        var flags = ReadByte();
        var runs = (flags & HasRuns) != 0 ? ReadUInt16() : 0;
        var phonetic = (flags & HasPhonetic) != 0 ? ReadUInt32() : 0;
        var text = ReadCharacters(length, (flags & Wide) != 0);
        if (!Skip(runs * 4L) || phonetic == 0)
            return text;
        return ReadPhonetic(phonetic) is { Length: > 0 } reading ? $"{text} {reading}" : text;
    }

    /// <summary>Characters that may run on; each Continue begins with a byte that says anew how wide they are.</summary>
    internal string ReadCharacters(int count, bool wide)
    {
        _text.Clear();
        while (count > 0)
        {
            if (Left == 0)
            {
                if (!NextRecord())
                    break;
                wide = (ReadByte() & Wide) != 0;
            }
            var width = wide ? 2 : 1;
            var run = Math.Min(count, Left / width);
            if (run == 0)
            {
                // Half a character before the end of a record: nobody's work. Go on in the next one.
                _at = records.Body.Length;
                count--;
                continue;
            }
            _text.Append((wide ? Encoding.Unicode : Encoding.Latin1).GetString(records.Body.Slice(_at, run * width)));
            _at += run * width;
            count -= run;
        }
        return _text.ToString();
    }

    // ExtRst ([MS-XLS] 2.5.86): after 12 bytes of sizes and flags the length of the reading, and its characters.
    private string ReadPhonetic(uint size)
    {
        if (size is < 14 or > MaxPhoneticBytes)
        {
            Skip(size);
            return "";
        }
        if (!Skip(12))
            return "";
        var length = Math.Min(ReadUInt16(), (size - 14) / 2);
        _text.Clear();
        for (var i = 0; i < length; i++)
            _text.Append((char)ReadUInt16());
        Skip(size - 14 - length * 2);
        return _text.ToString();
    }
}
