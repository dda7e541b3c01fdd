using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Publishing;

/// <summary>XPS and OpenXPS (ECMA-388): the fixed pages in their order, with the headings of the outline.</summary>
internal static class XpsReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        foreach (var sequence in package.Relationships("").Where(static link => link.Kind == "fixedrepresentation"))
        {
            foreach (var fixedDocument in Sources(package, sequence.Target, "DocumentReference"))
            {
                var outline = Outline(package, fixedDocument);
                foreach (var part in Sources(package, fixedDocument, "PageContent"))
                {
                    if (pages.IsFull)
                        break;
                    AddPage(package, part, outline, pages);
                }
            }
        }
        return new(package.Metadata() with { PageCount = null });
    }

    private static void AddPage(OfficePackage package, string part, Dictionary<string, int> outline, PageSink pages)
    {
        var page = new PageText();
        using (var reader = package.Open(part))
        {
            if (reader is not null)
                new FixedPage(reader, package.Limits, pages).Read(page);
        }
        var text = page.ToString();
        var headings = new List<Heading>();
        if (outline.Count > 0)
        {
            var offset = 0;
            foreach (var line in text.Split('\n'))
            {
                if (outline.TryGetValue(line.Trim(), out var level))
                    headings.Add(new(offset, level, line.Trim()));
                offset += line.Length + 1;
            }
        }
        pages.Add(text, headings);
        pages.Progress();
    }

    private static List<string> Sources(OfficePackage package, string part, string element)
    {
        var sources = new List<string>();
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == element && reader.GetAttribute("Source") is { } source)
                sources.Add(OfficePackage.Resolve(Folder(part), Uri.UnescapeDataString(source)));
        }
        return sources;
    }

    // Entries stand in a tree that is written flat: each states its level.
    private static Dictionary<string, int> Outline(OfficePackage package, string fixedDocument)
    {
        var outline = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var structure in package.Relationships(fixedDocument).Where(static link => link is { Kind: "documentstructure", External: false }))
        {
            using var reader = package.Open(structure.Target);
            while (reader is not null && reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "OutlineEntry" } && reader.GetAttribute("Description")?.Trim() is { Length: > 0 and <= 200 } title)
                    outline.TryAdd(title, int.TryParse(reader.GetAttribute("OutlineLevel"), System.Globalization.CultureInfo.InvariantCulture, out var level) ? Math.Clamp(level, 1, 9) : 1);
            }
        }
        return outline;
    }

    private static string Folder(string part) => part[..(part.LastIndexOf('/') + 1)];
}
