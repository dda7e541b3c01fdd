using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>What the document says about itself: its information dictionary (ISO 32000-2, section 14.3.3), and its XMP packet (section 14.3.2) where that is silent.</summary>
internal static class PdfMetadata
{
    private const int MostBytes = 4 << 20;

    internal static DocumentMetadata Read(PdfFile file)
    {
        var about = file.Dictionary(file.Trailer, "Info");
        var metadata = new DocumentMetadata
        {
            Title = file.Text(about, "Title")?.Trim(),
            Author = file.Text(about, "Author")?.Trim(),
            CreatedAt = PdfText.Date(file.Text(about, "CreationDate")),
            ModifiedAt = PdfText.Date(file.Text(about, "ModDate")),
            Language = file.Text(file.Catalog, "Lang")?.Trim(),
        };
        if (file.Get(file.Catalog, "Metadata") is not PdfStream packet || file.ReadStream(packet, MostBytes) is not { } bytes)
            return metadata;
        var found = ReadPacket(bytes, file.Limits);
        return metadata with
        {
            Title = metadata.Title ?? First("title"),
            Author = metadata.Author ?? (found.TryGetValue("creator", out var creators) ? string.Join("; ", creators) : null),
            CreatedAt = metadata.CreatedAt ?? Date(First("CreateDate")),
            ModifiedAt = metadata.ModifiedAt ?? Date(First("ModifyDate")),
            Language = metadata.Language ?? First("language"),
        };

        string? First(string name) => found.TryGetValue(name, out var values) ? values[0] : null;
    }

    /// <summary>Values of the properties looked for; of a text in several languages the default one comes first.</summary>
    private static Dictionary<string, List<string>> ReadPacket(byte[] packet, ExtractionLimits limits)
    {
        var found = new Dictionary<string, List<string>>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(packet), SafeXml.Settings(limits));
            while (reader.Read())
            {
                SafeXml.CheckDepth(reader, limits);
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                if (reader.LocalName == "Description" && reader.HasAttributes)
                    ReadAttributes(reader, found);
                else if (IsWanted(reader.LocalName, reader.NamespaceURI))
                    ReadProperty(reader, found);
            }
        }
        catch (XmlException)
        {
            // Padding and half packets are common; what was read before is good.
        }
        return found;
    }

    private static bool IsWanted(string name, string space) => space switch
    {
        "http://purl.org/dc/elements/1.1/" => name is "title" or "creator" or "language",
        "http://ns.adobe.com/xap/1.0/" => name is "CreateDate" or "ModifyDate",
        _ => false,
    };

    private static void ReadAttributes(XmlReader reader, Dictionary<string, List<string>> found)
    {
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            if (IsWanted(reader.LocalName, reader.NamespaceURI))
                Add(found, reader.LocalName, reader.Value, first: false);
        }
        reader.MoveToElement();
    }

    private static void ReadProperty(XmlReader reader, Dictionary<string, List<string>> found)
    {
        var name = reader.LocalName;
        if (reader.IsEmptyElement)
            return;
        var (depth, isDefault) = (reader.Depth, false);
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                isDefault = reader.XmlLang == "x-default";
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                Add(found, name, reader.Value, isDefault);
        }
    }

    private static void Add(Dictionary<string, List<string>> found, string name, string value, bool first)
    {
        if (string.IsNullOrWhiteSpace(value))
            return;
        if (!found.TryGetValue(name, out var values))
            found[name] = values = [];
        values.Insert(first ? 0 : values.Count, value.Trim());
    }

    private static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;
}
