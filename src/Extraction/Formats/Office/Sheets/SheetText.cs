using System.Globalization;
using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Text in runs: shared and inline strings, comments.</summary>
internal static class SheetText
{
    // A cell holds 32,767 characters; readings and damaged files may bring more.
    private const int MaxLength = 1 << 20;

    /// <summary>The text below the element the reader stands on. Phonetic readings follow, so that a name is found by either.</summary>
    internal static string Read(XmlReader reader, ExtractionLimits limits)
    {
        if (reader.IsEmptyElement)
            return "";
        var text = new PageText();
        PageText? readings = null;
        var depth = reader.Depth;
        var inReading = false;
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader.LocalName == "rPh")
            {
                inReading = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
                if (inReading)
                    (readings ??= new()).Append(" ");
            }
            else if (text.Length < MaxLength && reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
            {
                (inReading ? readings! : text).AppendValue(reader, limits);
            }
        }
        var read = Unescape(text.ToString());
        return readings is null ? read : read + Unescape(readings.ToString());
    }

    /// <summary>Characters that XML cannot hold stand as <c>_x000D_</c> (ECMA-376 part 1, 22.9.2.19).</summary>
    internal static string Unescape(string text)
    {
        var at = text.IndexOf("_x", StringComparison.Ordinal);
        if (at < 0)
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && i + 6 < text.Length && text[i + 1] == 'x' && text[i + 6] == '_'
                && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                i += 6;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }
}
