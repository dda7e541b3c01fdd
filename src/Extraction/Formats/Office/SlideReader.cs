using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>PresentationML: a slide is a page, its title the heading; then notes, comments, charts, and what its layout and master say themselves.</summary>
internal static class SlideReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The presentation part is missing.");
        return new SlideDeck(document, package, pages, main).Read();
    }
}

/// <summary>One presentation while its parts are read. A damaged part costs what comes after the damage in it.</summary>
internal sealed class SlideDeck(SourceDocument document, OfficePackage package, PageSink pages, string main)
{
    private readonly Dictionary<string, string> _backgrounds = [];
    private readonly OfficeParts _parts = new(package);
    private Dictionary<string, string> _authors = [];
    private bool _damaged;

    private sealed record Slide(string Id, string? Section);

    internal ReadResult Read()
    {
        var links = Links(main);
        ReadAuthors(links);
        var byId = links.Where(static link => !link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id);
        var slides = Slides(links);
        for (var i = 0; i < slides.Count && !pages.IsFull; i++)
        {
            var page = new PageText();
            page.AppendLine(slides[i].Section);
            if (byId.TryGetValue(slides[i].Id, out var slide))
                AppendSlide(slide.Target, page);
            if (i == slides.Count - 1)
                AppendSharedMasters(links, page);
            pages.Add(page);
            pages.Progress();
        }
        if (slides.Count == 0 && _damaged)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The presentation part is damaged.");
        _parts.Collect(links);
        _parts.Read(document, pages);
        var metadata = DocumentMetadata.None;
        Guard(() => metadata = package.Metadata());
        return new(metadata with { PageCount = slides.Count }, _damaged ? "A part of the presentation is damaged; what could be read was kept." : null);
    }

    // Slides in the order they are shown, hidden ones included. Where the list is damaged, those the presentation leads to.
    private List<Slide> Slides(IReadOnlyList<Relationship> links)
    {
        var slides = new List<(string Number, string Id)>();
        var sections = new Dictionary<string, string>();
        Guard(() => ReadList(slides, sections));
        return slides.Count > 0 || !_damaged
            ? [.. slides.Select(slide => new Slide(slide.Id, sections.GetValueOrDefault(slide.Number)))]
            : [.. links.Where(static link => link is { Kind: "slide", External: false }).Select(static link => new Slide(link.Id, null))];
    }

    private void ReadList(List<(string Number, string Id)> slides, Dictionary<string, string> sections)
    {
        using var reader = package.Open(main);
        string? section = null;
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "section")
            {
                section = reader.GetAttribute("name");
            }
            else if (reader.LocalName == "sldId" && RelationshipId(reader) is { } id)
            {
                slides.Add((reader.GetAttribute("id") ?? "", id));
            }
            else if (reader.LocalName == "sldId" && section is not null)
            {
                // The first slide of a section carries its name.
                sections.TryAdd(reader.GetAttribute("id") ?? "", section);
                section = null;
            }
        }
    }

    // Two attributes are called id: the plain one is a number, the one in the relationships' namespace leads to the slide.
    private static string? RelationshipId(XmlReader reader)
    {
        string? id = null;
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            if (reader.LocalName == "id" && reader.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal))
                id = reader.Value;
        }
        reader.MoveToElement();
        return id;
    }

    private void AppendSlide(string part, PageText page)
    {
        AppendShapes(part, page, ownTextOnly: false);
        var links = Links(part);
        foreach (var link in links.Where(static link => link is { Kind: "hyperlink", External: true }).DistinctBy(static link => link.Target))
            page.AppendLine(link.Target);
        foreach (var link in links.Where(static link => !link.External))
        {
            switch (link.Kind)
            {
                case "notesSlide":
                    AppendNotes(link.Target, page);
                    break;
                case "comments":
                    Guard(() => AppendComments(link.Target, page));
                    break;
                case "slideLayout":
                    page.AppendLine(Background(link.Target));
                    foreach (var master in Links(link.Target).Where(static link => link is { Kind: "slideMaster", External: false }))
                        page.AppendLine(Background(master.Target));
                    break;
                case var _ when DrawingText.IsDrawing(link):
                    Guard(() => DrawingText.Append(package, link.Target, page));
                    break;
            }
        }
        _parts.Collect(links);
    }

    private void AppendNotes(string part, PageText page)
    {
        AppendShapes(part, page, ownTextOnly: false, titleIsHeading: false);
        var links = Links(part);
        foreach (var link in links.Where(static link => link is { Kind: "hyperlink", External: true }).DistinctBy(static link => link.Target))
            page.AppendLine(link.Target);
        _parts.Collect(links);
    }

    // Read once, however many slides share it.
    private string Background(string target)
    {
        if (_backgrounds.TryGetValue(target, out var text))
            return text;
        var own = new PageText();
        AppendShapes(target, own, ownTextOnly: true);
        _parts.Collect(Links(target));
        return _backgrounds[target] = own.ToString();
    }

    // Headers and footers of notes and handouts are printed only; they stand once, after the last slide.
    private void AppendSharedMasters(IReadOnlyList<Relationship> links, PageText page)
    {
        foreach (var link in links.Where(static link => link is { Kind: "notesMaster" or "handoutMaster", External: false }))
            page.AppendLine(Background(link.Target));
    }

    private void ReadAuthors(IReadOnlyList<Relationship> links)
    {
        _authors = [];
        foreach (var link in links.Where(static link => link is { Kind: "commentAuthors" or "authors", External: false }))
        {
            Guard(() =>
            {
                using var reader = package.Open(link.Target);
                while (reader is not null && reader.Read())
                {
                    if (reader is { NodeType: XmlNodeType.Element, LocalName: "cmAuthor" or "author" } && reader.GetAttribute("id") is { } id)
                        _authors[id] = reader.GetAttribute("name") ?? "";
                }
            });
        }
    }

    // Comments and the answers to them: the author on a line, then the text.
    private void AppendComments(string part, PageText page)
    {
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            SafeXml.CheckDepth(reader, package.Limits);
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "cm" or "reply"):
                    page.AppendLine(_authors.GetValueOrDefault(reader.GetAttribute("authorId") ?? ""));
                    break;
                case (XmlNodeType.Element, "text" or "t"):
                    OfficeXml.AppendContent(reader, page, package.Limits);
                    break;
                case (XmlNodeType.EndElement, "p" or "cm" or "reply"):
                    page.EndLine();
                    break;
            }
        }
        page.EndLine();
    }

    private void AppendShapes(string part, PageText page, bool ownTextOnly, bool titleIsHeading = true) => Guard(() =>
    {
        using var reader = package.Open(part);
        if (reader is not null)
            new SlideShapes(reader, package.Limits, page, ownTextOnly, titleIsHeading).Read();
    });

    private IReadOnlyList<Relationship> Links(string part)
    {
        IReadOnlyList<Relationship> links = [];
        Guard(() => links = package.Relationships(part));
        return links;
    }

    private void Guard(Action read) => _damaged |= !OfficeParts.Survives(read);
}
