using System.Xml;
using ScaiDrive.Extraction.Formats.Office.Sheets.Binary;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>What hangs on a sheet in parts of its own: comments, drawings, charts, diagrams, controls, link targets, embedded files. The same parts in XML and in binary workbooks.</summary>
internal sealed class SheetParts(OfficePackage package, SourceDocument document, IReadOnlyList<Relationship> workbook)
{
    private readonly OfficeParts _embedded = new(package);
    private Dictionary<string, string>? _people;

    /// <summary>Reads the sheets of the workbook, a page each, and then the files they carry.</summary>
    /// <param name="sheets">Names and relationship identifiers in the workbook's order.</param>
    /// <param name="pages">Where the pages go.</param>
    /// <param name="readCells">Reads the cells of one part; damage in it keeps what was read of that sheet and costs no other.</param>
    internal void ReadSheets(IReadOnlyList<(string Name, string Id)> sheets, PageSink pages, Action<string, SheetPage> readCells)
    {
        var targets = OfficePackage.Targets(workbook);
        foreach (var (name, id) in sheets)
        {
            if (pages.IsFull)
                break;
            var page = new SheetPage(name, pages);
            if (targets.TryGetValue(id, out var part))
            {
                OfficeParts.Guard(document, () => readCells(part, page));
                OfficeParts.Guard(document, () => AppendBesides(part, page));
            }
            page.Finish();
        }
        _embedded.Read(document, pages);
    }

    private void AppendBesides(string part, SheetPage page)
    {
        var links = package.Relationships(part);
        // A threaded comment has a shadow among the plain ones, for programs that do not know it; it says so and repeats the text.
        _embedded.Collect(links);
        var threaded = links.Any(static link => link is { External: false, Kind: "threadedComment" });
        foreach (var link in links)
        {
            if (page.IsFull)
                return;
            // Each part stands for itself: damage in one costs that one.
            OfficeParts.Guard(document, () => Append(link, threaded, page));
        }
    }

    private void Append(Relationship link, bool threaded, SheetPage page)
    {
        switch (link)
        {
            case { External: true, Kind: "hyperlink" }:
                page.AddTarget(link.Target);
                break;
            case { External: true }:
                break;
            case { Kind: "comments" } when link.Target.EndsWith(".bin", StringComparison.OrdinalIgnoreCase):
                using (var content = package.OpenCounted(link.Target))
                {
                    if (content is not null)
                        BinaryComments.Append(content, threaded, page);
                }
                break;
            case { Kind: "comments" }:
                AppendComments(link.Target, threaded, page);
                break;
            case { Kind: "threadedComment" }:
                AppendThreads(link.Target, page);
                break;
            case { Kind: "vmlDrawing" or "legacyDrawing" }:
                using (var reader = package.Open(link.Target))
                {
                    if (reader is not null)
                        VmlControls.Append(reader, package.Limits, page);
                }
                break;
            case { Kind: "table" }:
                AppendTable(link.Target, page);
                break;
            case var _ when DrawingText.IsDrawing(link):
                page.AddDrawing(text => DrawingText.Append(package, link.Target, text));
                AppendTargets(link.Target, page);
                break;
        }
    }

    private void AppendTargets(string drawing, SheetPage page)
    {
        foreach (var link in package.Relationships(drawing))
        {
            if (link is { External: true, Kind: "hyperlink" })
                page.AddTarget(link.Target);
        }
    }

    private void AppendComments(string part, bool threaded, SheetPage page)
    {
        var authors = new List<string>();
        using var reader = package.Open(part);
        var author = "";
        while (reader is not null && reader.Read() && !page.IsFull)
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "author":
                    authors.Add(SheetText.Read(reader, package.Limits));
                    break;
                case "comment":
                    author = int.TryParse(reader.GetAttribute("authorId"), out var index) && index >= 0 && index < authors.Count ? authors[index] : "";
                    break;
                case "text":
                    var text = SheetText.Read(reader, package.Limits);
                    if (!threaded || !IsShadow(author))
                        page.AddComment(author, text);
                    break;
            }
        }
    }

    /// <summary>True when a plain comment's author says that it stands for a thread ([MS-XLSX] 2.1.17).</summary>
    internal static bool IsShadow(string author) => author.StartsWith("tc={", StringComparison.Ordinal);

    private void AppendThreads(string part, SheetPage page)
    {
        using var reader = package.Open(part);
        string? author = null;
        while (reader is not null && reader.Read() && !page.IsFull)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "threadedComment" })
                author = reader.GetAttribute("personId") is { } person ? People().GetValueOrDefault(person) : null;
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "text" })
                page.AddComment(author, SheetText.Read(reader, package.Limits));
        }
    }

    private Dictionary<string, string> People()
    {
        if (_people is not null)
            return _people;
        _people = new(StringComparer.OrdinalIgnoreCase);
        if (workbook.FirstOrDefault(static link => link.Kind == "person") is { } list)
        {
            using var reader = package.Open(list.Target);
            while (reader is not null && reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "person" } && reader.GetAttribute("id") is { } id)
                    _people.TryAdd(id, reader.GetAttribute("displayName") ?? "");
            }
        }
        return _people;
    }

    // Names of columns stand in cells already; what is said about a table does not.
    private void AppendTable(string part, SheetPage page)
    {
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            page.AddTarget(reader.GetAttribute("altText"));
            page.AddTarget(reader.GetAttribute("altTextSummary"));
            if (reader.LocalName == "table")
                page.AddTarget(reader.GetAttribute("comment"));
        }
    }
}
