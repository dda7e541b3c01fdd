using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>PresentationML: a slide is a page, its title the heading; then notes, comments, charts, and what its layout and master say themselves.</summary>
internal static class SlideReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The presentation part is missing.");
        var links = package.Relationships(main).Where(static link => !link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id);
        var backgrounds = new Dictionary<string, string>();
        foreach (var id in SlideIds(package, main))
        {
            if (pages.IsFull)
                break;
            var page = new PageText();
            if (links.TryGetValue(id, out var slide))
                AppendSlide(package, slide.Target, page, backgrounds);
            pages.Add(page);
            pages.Progress();
        }
        return new(package.Metadata() with { PageCount = null });
    }

    private static List<string> SlideIds(OfficePackage package, string main)
    {
        var ids = new List<string>();
        using var reader = package.Open(main);
        while (reader is not null && reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "sldId" })
                continue;
            // Two attributes are called id: the plain one is a number, the one in the relationships' namespace leads to the slide.
            for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
            {
                if (reader.LocalName == "id" && reader.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal))
                    ids.Add(reader.Value);
            }
        }
        return ids;
    }

    private static void AppendSlide(OfficePackage package, string part, PageText page, Dictionary<string, string> backgrounds)
    {
        AppendShapes(package, part, page, ownTextOnly: false);
        foreach (var link in package.Relationships(part))
        {
            if (link.External)
            {
                if (link.Kind == "hyperlink")
                    page.AppendLine(link.Target);
                continue;
            }
            switch (link.Kind)
            {
                case "notesSlide":
                    AppendShapes(package, link.Target, page, ownTextOnly: false);
                    break;
                case "comments":
                    AppendComments(package, link.Target, page);
                    break;
                case "slideLayout":
                    page.AppendLine(Background(link.Target));
                    foreach (var master in package.Relationships(link.Target).Where(static link => link is { Kind: "slideMaster", External: false }))
                        page.AppendLine(Background(master.Target));
                    break;
                case var _ when DrawingText.IsDrawing(link):
                    DrawingText.Append(package, link.Target, page);
                    break;
            }
        }

        // Read once, however many slides share it.
        string Background(string target)
        {
            if (!backgrounds.TryGetValue(target, out var text))
            {
                var own = new PageText();
                AppendShapes(package, target, own, ownTextOnly: true);
                backgrounds[target] = text = own.ToString();
            }
            return text;
        }
    }

    private static void AppendComments(OfficePackage package, string part, PageText page)
    {
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "text" or "t", IsEmptyElement: false } && reader.Read() && reader.HasValue)
                page.AppendLine(reader.Value);
        }
    }

    // Shapes in the order of the file, which is the order of drawing; the title is put first, where it is read first.
    private static void AppendShapes(OfficePackage package, string part, PageText page, bool ownTextOnly)
    {
        using var reader = package.Open(part);
        if (reader is null)
            return;
        var rest = new PageText();
        var shape = new PageText();
        string? placeholder = null;
        var rowStart = 0;
        while (reader.Read())
        {
            SafeXml.CheckDepth(reader, package.Limits);
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "sp"):
                    shape.Clear();
                    placeholder = null;
                    break;
                case (XmlNodeType.Element, "ph"):
                    placeholder = reader.GetAttribute("type") ?? "body";
                    break;
                case (XmlNodeType.Element, "cNvPr"):
                    if (!ownTextOnly)
                        DrawingText.AppendDescription(reader, rest);
                    break;
                case (XmlNodeType.Element, "t") when !reader.IsEmptyElement:
                    reader.Read();
                    if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                        shape.AppendValue(reader, package.Limits);
                    break;
                case (XmlNodeType.Element, "br"):
                    shape.Append("\n");
                    break;
                case (XmlNodeType.Element, "tab"):
                    shape.Append("\t");
                    break;
                case (XmlNodeType.Element, "tr"):
                    rowStart = shape.Length;
                    break;
                case (XmlNodeType.EndElement, "tc"):
                    shape.TrimEnd(rowStart);
                    shape.Append("\t");
                    break;
                case (XmlNodeType.EndElement, "p" or "tr"):
                    shape.EndLine();
                    break;
                case (XmlNodeType.EndElement, "sp" or "graphicFrame"):
                    EndShape();
                    break;
            }
        }
        EndShape();
        page.AppendLine(rest.ToString());

        void EndShape()
        {
            var text = shape.ToString();
            shape.Clear();
            var kind = placeholder;
            placeholder = null;
            // Prompts such as "Click to edit" stand in placeholders of masters; page numbers and dates are no text of the slide.
            if (text.Length == 0 || (kind is "sldNum" or "dt" && text.Length < 20) || (ownTextOnly && kind is not (null or "ftr" or "hdr")))
                return;
            if (kind is "title" or "ctrTitle" && !ownTextOnly)
            {
                page.EndLine();
                var start = page.Length;
                page.Append(text);
                page.MarkHeading(start, 1);
                page.EndLine();
            }
            else
            {
                rest.AppendLine(text);
            }
        }
    }
}
