using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Short ways through the markup of Office documents.</summary>
internal static class OfficeXml
{
    /// <summary>An attribute by its local name, whatever its namespace.</summary>
    internal static string? Attribute(XmlReader reader, string localName)
    {
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            if (reader.LocalName == localName)
            {
                var value = reader.Value;
                reader.MoveToElement();
                return value;
            }
        }
        reader.MoveToElement();
        return null;
    }

    /// <summary>The <c>val</c> attribute, in which most elements say what they say.</summary>
    internal static string? Value(XmlReader reader) => Attribute(reader, "val");

    internal static int? Number(XmlReader reader) => int.TryParse(Value(reader), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>True unless the element says that what it stands for is off.</summary>
    internal static bool IsOn(XmlReader reader) => Value(reader) is not ("0" or "false" or "off");

    /// <summary>Appends the characters inside the present element.</summary>
    internal static void AppendContent(XmlReader reader, PageText text, ExtractionLimits limits)
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
                text.AppendValue(reader, limits);
        }
    }
}
