using System.IO.Compression;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>An Office document whose parts stand in one XML file (Flat OPC): packed again as the archive it came from, and read as that.</summary>
internal static class FlatOfficeReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var path = Path.Combine(document.Folder, $"package-{Guid.NewGuid():N}");
        try
        {
            Pack(document, path, pages);
            return DocumentReaders.ReadPages(document with { Path = path }, pages).Result;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Pack(SourceDocument document, string path, PageSink pages)
    {
        using var file = document.Open();
        using var reader = SafeXml.Open(file, document);
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        string? part = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "part":
                    part = OfficeXml.Attribute(reader, "name")?.TrimStart('/');
                    pages.Progress();
                    break;
                case "xmlData" when part is not null && !reader.IsEmptyElement:
                    WriteXml(reader, archive, part, document.Limits);
                    break;
                case "binaryData" when part is not null:
                    var bytes = Base64Value.Save(reader, document);
                    archive.CreateEntryFromFile(bytes, part, CompressionLevel.Fastest);
                    File.Delete(bytes);
                    break;
            }
        }
    }

    private static void WriteXml(XmlReader reader, ZipArchive archive, string part, ExtractionLimits limits)
    {
        var depth = SafeXml.Enter(reader);
        using var entry = archive.CreateEntry(part, CompressionLevel.Fastest).Open();
        using var writer = XmlWriter.Create(entry, new() { CheckCharacters = false, ConformanceLevel = ConformanceLevel.Auto });
        while (SafeXml.ReadInside(reader, depth))
        {
            SafeXml.CheckDepth(reader, limits);
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
                    writer.WriteAttributes(reader, defattr: false);
                    if (reader.IsEmptyElement)
                        writer.WriteEndElement();
                    break;
                case XmlNodeType.EndElement:
                    writer.WriteFullEndElement();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    writer.WriteString(reader.Value);
                    break;
                case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    writer.WriteWhitespace(reader.Value);
                    break;
            }
        }
    }
}
