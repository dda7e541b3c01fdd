using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>The style sheet of a Word document ([MS-DOC] 2.9.271): which styles are headings, and which belong to a list.</summary>
internal sealed class DocStyles
{
    private const int MaxStyles = 4096, MaxHops = 20, NoStyle = 0xFFF, ParagraphStyle = 1, LastHeading = 9, Title = 62;

    private readonly List<(int BuiltIn, int BasedOn, byte[] Properties)> _styles = [];

    internal static DocStyles Read(ReadOnlySpan<byte> sheet)
    {
        var styles = new DocStyles();
        var header = LittleEndian.UInt16(sheet, 0);
        var (count, size) = (Math.Min(LittleEndian.UInt16(sheet, 2), MaxStyles), LittleEndian.UInt16(sheet, 4));
        long at = 2 + header;
        for (var i = 0; i < count && at < sheet.Length; i++)
        {
            var length = LittleEndian.UInt16(sheet, at);
            styles.Add(LittleEndian.Slice(sheet, at + 2, length), size);
            at += 2 + length;
        }
        return styles;
    }

    private void Add(ReadOnlySpan<byte> style, int headerSize)
    {
        var (builtIn, kind) = (LittleEndian.UInt16(style, 0) & 0xFFF, LittleEndian.UInt16(style, 2));
        if ((kind & 15) != ParagraphStyle)
        {
            _styles.Add((0, NoStyle, []));
            return;
        }
        // The name, its final zero, then the properties of paragraphs: the style's own number and the modifiers.
        var nameLength = LittleEndian.UInt16(style, headerSize);
        var at = headerSize + 4L + nameLength * 2;
        var properties = LittleEndian.Slice(style, at + 4, LittleEndian.UInt16(style, at) - 2);
        if (builtIn is 0 or > LastHeading && WordStyles.LevelOf(Encoding.Unicode.GetString(LittleEndian.Slice(style, headerSize + 2, nameLength * 2))) is >= 1 and <= LastHeading and var level)
            builtIn = level;
        _styles.Add((builtIn, kind >> 4, properties.ToArray()));
    }

    /// <summary>Adds to a paragraph's own properties what its style says.</summary>
    internal DocParagraphFormat Complete(DocParagraphFormat paragraph, DocFormatting formatting)
    {
        var style = paragraph.Style;
        for (var hops = 0; hops < MaxHops && style < _styles.Count; hops++)
        {
            var inherited = new DocParagraphFormat();
            formatting.Apply(_styles[style].Properties, ref inherited);
            paragraph.List ??= inherited.List;
            paragraph.ListLevel ??= inherited.ListLevel;
            paragraph.OutlineLevel ??= inherited.OutlineLevel ?? (_styles[style].BuiltIn is >= 1 and <= LastHeading and var heading ? heading - 1 : _styles[style].BuiltIn == Title ? 0 : null);
            style = _styles[style].BasedOn;
        }
        return paragraph;
    }
}
