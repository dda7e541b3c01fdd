namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The font table of a Word document ([MS-DOC] 2.9.273): names of fonts by their numbers.</summary>
internal sealed class DocFonts
{
    private const int MaxFonts = 4096, NameInFont = 39;

    private readonly List<string> _names = [];

    internal static DocFonts Read(ReadOnlySpan<byte> table)
    {
        var fonts = new DocFonts();
        var count = Math.Min(LittleEndian.UInt16(table, 0), MaxFonts);
        long at = 4;
        for (var i = 0; i < count && at < table.Length; i++)
        {
            var size = LittleEndian.Byte(table, at);
            fonts._names.Add(DrawingRecords.Unicode(LittleEndian.Slice(table, at + 1 + NameInFont, size - NameInFont)));
            at += 1 + size;
        }
        return fonts;
    }

    internal string? Find(int number) => number < _names.Count ? _names[number] : null;
}
