using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The stream in which a Word document keeps pictures, form fields and long property lists ([MS-DOC] 2.1.3).</summary>
internal sealed class DocDataStream(Stream stream)
{
    // Shapes carry texts in their first records; the pixels that follow are of no use here.
    private const int MaxPicture = 1 << 16, MaxProperties = 1 << 16, MaxRead = 64 << 20;
    private const int NamedFile = 0x66, CheckBox = 1, DropDown = 2, Undefined = 25;

    private readonly HashSet<long> _seen = [];
    private long _read;

    /// <summary>A property list that was too long for its place.</summary>
    internal byte[] Properties(long offset)
    {
        var size = LittleEndian.UInt16(Read(offset, 2), 0);
        return Read(offset + 2, Math.Min(size, MaxProperties));
    }

    /// <summary>Texts of a picture: its file's name, alternative text, word art, link. Told once.</summary>
    internal IReadOnlyList<string> PictureTexts(long offset)
    {
        if (!_seen.Add(offset))
            return [];
        var picture = Read(offset, Math.Clamp(LittleEndian.Int32(Read(offset, 4), 0), 0, MaxPicture));
        long header = LittleEndian.UInt16(picture, 4);
        var texts = new List<string>();
        if (LittleEndian.UInt16(picture, 6) == NamedFile)
        {
            var length = LittleEndian.Byte(picture, header);
            texts.Add((CodePages.Find(1252) ?? Encoding.Latin1).GetString(LittleEndian.Slice(picture, header + 1, length)));
            header += 1 + length;
        }
        texts.AddRange(DrawingRecords.Texts(LittleEndian.Slice(picture, header, picture.Length)));
        return texts;
    }

    /// <summary>What a form field shows: the chosen entry of a list, or a box; null for others, whose text is their result ([MS-DOC] 2.9.79).</summary>
    internal string? FormField(long offset)
    {
        var field = Read(offset, Math.Clamp(LittleEndian.Int32(Read(offset, 4), 0), 0, MaxPicture));
        long at = LittleEndian.UInt16(field, 4) + 4L;
        var bits = LittleEndian.UInt16(field, at);
        var (kind, chosen) = (bits & 3, bits >> 2 & 31);
        if (kind is not (CheckBox or DropDown))
            return null;
        at = AfterString(field, at + 6);
        if (chosen == Undefined)
            chosen = LittleEndian.UInt16(field, at);
        if (kind == CheckBox)
            return chosen > 0 ? "☒" : "☐";
        at += 2;
        for (var i = 0; i < 5; i++) // format, help, status, macros on entry and exit
            at = AfterString(field, at);
        // A string table: a mark, the count, extra bytes, then the entries.
        if (chosen >= LittleEndian.UInt16(field, at + 2))
            return null;
        at += 6;
        for (var i = 0; i < chosen; i++)
            at += 2 + LittleEndian.UInt16(field, at) * 2;
        return Encoding.Unicode.GetString(LittleEndian.Slice(field, at + 2, LittleEndian.UInt16(field, at) * 2));
    }

    // A length, the characters, a zero.
    private static long AfterString(ReadOnlySpan<byte> bytes, long at) => at + 4 + LittleEndian.UInt16(bytes, at) * 2;

    private byte[] Read(long offset, int length)
    {
        _read += length;
        if (offset < 0 || offset >= stream.Length || length <= 0 || _read > MaxRead)
            return [];
        var bytes = new byte[(int)Math.Min(length, stream.Length - offset)];
        stream.Position = offset;
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
