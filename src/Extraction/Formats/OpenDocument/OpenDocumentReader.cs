using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>OpenDocument (ODF 1.3) in a package or flat: texts by rendered pages, a sheet or slide a page each; and its forerunner of OpenOffice.org 1.</summary>
internal static class OpenDocumentReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        if (!document.IsArchive)
            return Read(new OpenSource(document, null, ""), pages, _ => SafeXml.Open(document.Open(), document));
        using var archive = new PackageArchive(document);
        CheckPassword(archive);
        return Read(new OpenSource(document, archive, ""), pages, archive.OpenXml);
    }

    private static ReadResult Read(OpenSource source, PageSink pages, Func<string, XmlReader?> open)
    {
        DocumentProperties properties;
        OpenMasters masters;
        using (var meta = open("meta.xml"))
            properties = ReadProperties(meta);
        using (var styles = open("styles.xml"))
            masters = OpenMasters.Read(styles, source, pages);
        using (var content = open("content.xml") ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The content part is missing."))
            new OpenPages(content, source, pages, masters, properties).Read();
        foreach (var (name, path) in source.Embedded)
        {
            using var bytes = source.Archive is { } archive ? archive.OpenUncounted(path) : File.OpenRead(path);
            if (bytes is not null)
                PartReader.Read(source.Document, pages, name, bytes);
        }
        return new(properties.Metadata);
    }

    // Each encrypted part has its own entry (ODF 1.3, part 2, 4.8); from version 1.4 on the whole package may be one encrypted part.
    private static void CheckPassword(PackageArchive archive)
    {
        using var manifest = archive.OpenXml("META-INF/manifest.xml");
        string? part = null;
        while (manifest is not null && manifest.Read())
        {
            if (manifest is { NodeType: XmlNodeType.Element, LocalName: "file-entry" })
                part = OfficeXml.Attribute(manifest, "full-path");
            else if (manifest is { NodeType: XmlNodeType.Element, LocalName: "encryption-data" } && part is "content.xml" or "encrypted-package")
                throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.");
        }
    }

    private static DocumentProperties ReadProperties(XmlReader? reader)
    {
        var properties = new DocumentProperties();
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            var name = OpenNames.Of(reader);
            if (name == "office:body")
                break;
            if (name == "meta:document-statistic")
                properties.SetPageCount(OfficeXml.Attribute(reader, "page-count"));
            else if (name is "dc:title" or "dc:subject" or "dc:description" or "dc:language" or "dc:creator" or "dc:date" or "meta:keyword" or "meta:initial-creator"
                or "meta:creation-date" or "meta:user-defined" && !reader.IsEmptyElement && reader.Read() && reader.NodeType == XmlNodeType.Text)
                Set(properties, name, reader.Value);
        }
        return properties;
    }

    private static void Set(DocumentProperties properties, string name, string value)
    {
        switch (name)
        {
            case "dc:title":
                properties.SetTitle(value);
                break;
            case "dc:language":
                properties.SetLanguage(value);
                break;
            case "meta:initial-creator":
                properties.SetAuthor(value);
                break;
            case "dc:creator":
                properties.SetLastAuthor(value);
                break;
            case "meta:creation-date":
                properties.SetCreated(value);
                break;
            case "dc:date":
                properties.SetModified(value);
                break;
            case "meta:user-defined" when !value.Any(char.IsLetter) || bool.TryParse(value, out _):
                break; // versions and switches of programs
            default:
                properties.AddWords(value);
                break;
        }
    }
}
