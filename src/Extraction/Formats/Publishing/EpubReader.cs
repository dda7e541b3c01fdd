using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Publishing;

/// <summary>EPUB 2 and 3: the chapters in the order of the spine, a page each; the table of contents only repeats them.</summary>
internal static class EpubReader
{
    private static readonly HashSet<string> FontScrambling = new(StringComparer.Ordinal)
        { "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC" };

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var archive = new PackageArchive(document);
        var properties = new DocumentProperties();
        var chapters = new List<string>();
        foreach (var package in PackageFiles(archive))
            chapters.AddRange(EpubPackage.Read(archive, package, properties).Chapters);
        if (chapters.Count == 0)
            chapters.AddRange(archive.Parts.Where(static part => part.EndsWith("html", StringComparison.OrdinalIgnoreCase) || part.EndsWith(".htm", StringComparison.OrdinalIgnoreCase)));

        var encrypted = Encrypted(archive);
        var read = 0;
        foreach (var chapter in chapters.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (pages.IsFull)
                break;
            if (!encrypted.Contains(chapter) && AddChapter(archive, chapter, read == 0 ? properties : null, pages))
                read++;
        }
        return read > 0 || encrypted.Count == 0
            ? new(properties.Metadata)
            : throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The chapters are protected by digital rights management.");
    }

    private static bool AddChapter(PackageArchive archive, string chapter, DocumentProperties? first, PageSink pages)
    {
        try
        {
            using var bytes = archive.OpenBytes(chapter);
            if (bytes is null)
                return false;
            using var content = new MemoryStream();
            var block = new byte[64 * 1024];
            while (content.Length <= pages.Room * 4 && bytes.Read(block) is > 0 and var count)
                content.Write(block, 0, count);
            var page = new PageText();
            // The head of a chapter names the book or the chapter, which the book and the chapter say themselves.
            HtmlReader.Append(content.ToArray(), archive.Limits, page, pages, new());
            first?.AppendTo(page);
            pages.Add(page);
            return true;
        }
        catch (Exception fault) when (ContentFault.Is(fault) && fault is not OutOfMemoryException)
        {
            archive.Document.NoteDamage($"{chapter} is damaged and was not read.");
            return false;
        }
    }

    private static List<string> PackageFiles(PackageArchive archive)
    {
        var files = new List<string>();
        using (var container = archive.OpenXml("META-INF/container.xml"))
        {
            while (container is not null && container.Read())
            {
                if (container is { NodeType: XmlNodeType.Element, LocalName: "rootfile" } && container.GetAttribute("full-path") is { } path && !files.Contains(path))
                    files.Add(path);
            }
        }
        if (files.Count == 0)
            files.AddRange(archive.Parts.Where(static part => part.EndsWith(".opf", StringComparison.OrdinalIgnoreCase)));
        return files;
    }

    // Scrambled fonts are no protection of the text (OCF 3.3, 4.4).
    private static HashSet<string> Encrypted(PackageArchive archive)
    {
        var encrypted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var reader = archive.OpenXml("META-INF/encryption.xml");
        var scrambled = false;
        while (reader is not null && reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "EncryptionMethod" })
                scrambled = FontScrambling.Contains(OfficeXml.Attribute(reader, "Algorithm") ?? "");
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "CipherReference" } && !scrambled && OfficeXml.Attribute(reader, "URI") is { } part)
                encrypted.Add(Uri.UnescapeDataString(part));
        }
        return encrypted;
    }
}

/// <summary>The package document of an EPUB: what it says about the book, and the chapters it orders.</summary>
internal sealed class EpubPackage
{
    internal List<string> Chapters { get; } = [];

    internal static EpubPackage Read(PackageArchive archive, string path, DocumentProperties properties)
    {
        var package = new EpubPackage();
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var items = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = archive.OpenXml(path);
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "item" when reader.GetAttribute("id") is { } id && reader.GetAttribute("href") is { } href && IsChapter(reader):
                    items.TryAdd(id, OfficePackage.Resolve(folder, Uri.UnescapeDataString(href)));
                    break;
                case "itemref" when reader.GetAttribute("idref") is { } chapter && items.TryGetValue(chapter, out var part):
                    package.Chapters.Add(part);
                    break;
                case "title" or "creator" or "language" or "date" or "subject" or "description" or "publisher" or "meta":
                    ReadProperty(reader, properties);
                    break;
            }
        }
        return package;
    }

    private static bool IsChapter(XmlReader reader) =>
        (reader.GetAttribute("media-type") ?? "") is "application/xhtml+xml" or "text/html" or "text/x-oeb1-document" or "image/svg+xml" or "application/xml" or "text/xml"
        && !(reader.GetAttribute("properties") ?? "").Split(' ').Contains("nav");

    private static void ReadProperty(XmlReader reader, DocumentProperties properties)
    {
        var name = reader.LocalName == "meta" ? reader.GetAttribute("property") : reader.LocalName;
        if (reader.IsEmptyElement || !reader.Read() || reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA))
            return;
        switch (name)
        {
            case "title":
                properties.SetTitle(reader.Value);
                break;
            case "creator":
                properties.SetAuthor(reader.Value);
                break;
            case "language":
                properties.SetLanguage(reader.Value);
                break;
            case "date":
                properties.SetCreated(reader.Value);
                break;
            case "dcterms:modified":
                properties.SetModified(reader.Value);
                break;
            case "subject" or "description" or "publisher":
                properties.AddWords(reader.Value);
                break;
        }
    }
}
