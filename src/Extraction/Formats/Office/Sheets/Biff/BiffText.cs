using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Texts in records: bytes of a code page before version 8, UTF-16 with or without its upper halves from then on.</summary>
/// <param name="version">2 to 5, or 8.</param>
internal sealed class BiffText(int version)
{
    private const int MacRoman = 10000;

    internal int Version => version;

    /// <summary>For versions before 8.</summary>
    internal Encoding Encoding { get; private set; } = CodePages.Find(1252) ?? Encoding.Latin1;

    /// <summary>What the CodePage record names ([MS-XLS] 2.4.52).</summary>
    internal void SetCodePage(ushort number) =>
        Encoding = CodePages.Find(number switch { 0x8000 => MacRoman, 0x8001 => 1252, _ => number }) ?? Encoding;

    /// <summary>A text after a length of one byte.</summary>
    internal string ReadShort(ref RecordFields fields) => Read(ref fields, fields.ReadByte());

    /// <summary>A text after a length of two bytes.</summary>
    internal string ReadLong(ref RecordFields fields) => Read(ref fields, fields.ReadUInt16());

    private string Read(ref RecordFields fields, int length)
    {
        if (length == 0 && fields.Length == 0)
            return "";
        if (version < 8)
            return Encoding.GetString(fields.ReadBytes(length)).TrimEnd('\0');
        var wide = (fields.ReadByte() & 1) != 0;
        return (wide ? Encoding.Unicode.GetString(fields.ReadBytes(length * 2)) : Encoding.Latin1.GetString(fields.ReadBytes(length))).TrimEnd('\0');
    }
}
