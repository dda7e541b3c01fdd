using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Visio drawings ([MS-VSDX]): a page of the drawing is a page, with its name as heading; shapes without text of their own show that of their master.</summary>
internal static class VisioReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The document part is missing.");
        var links = package.Relationships(main);
        var masters = new VisioMasters(package, Target(links, "masters"));
        var comments = ReadComments(package, Target(links, "comments"));
        var list = Target(links, "pages");
        foreach (var (id, name, part) in Sheets(package, list))
        {
            if (pages.IsFull)
                break;
            var page = new PageText();
            page.Append(name);
            page.MarkHeading(0, 1);
            page.EndLine();
            if (part is not null && package.Open(part) is { } reader)
            {
                using (reader)
                    new VisioShapes(reader, package.Limits, page, pages) { Masters = masters }.Read();
                foreach (var link in package.Relationships(part).Where(static link => link is { External: true, Kind: "hyperlink" }))
                    page.AppendLine(link.Target);
            }
            foreach (var comment in comments[id])
                page.AppendLine(comment);
            pages.Add(page);
        }
        return new(package.Metadata() with { PageCount = null });
    }

    private static string? Target(IReadOnlyList<Relationship> links, string kind) => links.FirstOrDefault(link => link.Kind == kind && !link.External)?.Target;

    /// <summary>The entries of <c>pages.xml</c> or <c>masters.xml</c> with the parts they lead to.</summary>
    internal static List<(string Id, string Name, string? Part)> Sheets(OfficePackage package, string? list)
    {
        var sheets = new List<(string, string, string?)>();
        if (list is null)
            return sheets;
        var parts = package.Relationships(list).Where(static link => !link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id, static link => link.Target);
        using var reader = package.Open(list);
        while (reader is not null && reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "Page" or "Master" })
                sheets.Add((reader.GetAttribute("ID") ?? "", reader.GetAttribute("Name") ?? reader.GetAttribute("NameU") ?? "", null));
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "Rel" } && sheets.Count > 0 && OfficeXml.Attribute(reader, "id") is { } id)
                sheets[^1] = sheets[^1] with { Item3 = parts.GetValueOrDefault(id) };
        }
        return sheets;
    }

    private static ILookup<string, string> ReadComments(OfficePackage package, string? part)
    {
        var comments = new List<(string Page, string Text)>();
        using var reader = part is null ? null : package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "CommentEntry" })
                continue;
            var page = reader.GetAttribute("PageID") ?? "";
            var text = new PageText();
            var depth = SafeXml.Enter(reader);
            while (SafeXml.ReadInside(reader, depth))
            {
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                    text.AppendValue(reader, package.Limits);
            }
            comments.Add((page, text.ToString()));
        }
        return comments.ToLookup(static comment => comment.Page, static comment => comment.Text);
    }
}

/// <summary>Texts of masters, read when a page first uses them.</summary>
internal sealed class VisioMasters(OfficePackage package, string? list)
{
    private readonly Dictionary<string, string?> _parts =
        VisioReader.Sheets(package, list).DistinctBy(static master => master.Id).ToDictionary(static master => master.Id, static master => master.Part);
    private readonly Dictionary<string, Dictionary<string, string>> _texts = [];

    /// <summary>The text of one shape of a master; of its first when <paramref name="shape"/> is null.</summary>
    internal string Text(string master, string? shape, PageSink pages)
    {
        if (!_texts.TryGetValue(master, out var texts))
        {
            _texts[master] = texts = new(StringComparer.Ordinal);
            if (_parts.GetValueOrDefault(master) is { } part && package.Open(part) is { } reader)
            {
                using (reader)
                    new VisioShapes(reader, package.Limits, new(), pages) { Own = texts }.Read();
            }
        }
        return texts.GetValueOrDefault(shape ?? "", "");
    }
}

/// <summary>The shapes of one page or master: their texts, data, comments and links, in the order of drawing.</summary>
internal sealed class VisioShapes(XmlReader reader, ExtractionLimits limits, PageText page, PageSink pages)
{
    private readonly Stack<Shape> _open = new();

    private sealed class Shape
    {
        internal string? Id, Master, MasterShape, Section;
        internal bool HasText;
    }

    /// <summary>Where texts are inherited from; null while a master is read.</summary>
    internal VisioMasters? Masters { get; init; }

    /// <summary>Takes the text of each shape by its number, and of the first under the empty name.</summary>
    internal Dictionary<string, string>? Own { get; init; }

    internal void Read()
    {
        while (page.Length <= pages.Room && reader.Read())
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader is { NodeType: XmlNodeType.EndElement, LocalName: "Shape" } && _open.TryPop(out var closed))
                Close(closed);
            else if (reader.NodeType == XmlNodeType.Element)
                ReadElement();
        }
    }

    private void ReadElement()
    {
        switch (reader.LocalName)
        {
            case "Shape":
                Open();
                pages.Progress();
                break;
            case "Text" when _open.TryPeek(out var shape):
                shape.HasText = true;
                var text = ReadText();
                page.AppendLine(text);
                if (Own is not null && Own.TryAdd(shape.Id ?? "", text))
                    Own.TryAdd("", text);
                break;
            case "Section" when _open.TryPeek(out var shape):
                shape.Section = reader.GetAttribute("N");
                break;
            // Shape data, links and comments are cells of rows; labels and values are worth finding, formulas and numbers of the geometry are not.
            case "Cell" when _open.TryPeek(out var shape) && (shape.Section, reader.GetAttribute("N")) is ("Property", "Label" or "Value")
                or ("Hyperlink", "Address" or "Description") or ("Annotation", "Comment") or (null, "Comment"):
                page.AppendLine(reader.GetAttribute("V"));
                break;
        }
    }

    private void Open()
    {
        // Members of a group name the shape of the group's master they are made after.
        var shape = new Shape
        {
            Id = reader.GetAttribute("ID"),
            Master = reader.GetAttribute("Master") ?? _open.FirstOrDefault()?.Master,
            MasterShape = reader.GetAttribute("Master") is null ? reader.GetAttribute("MasterShape") ?? "-" : null,
        };
        if (reader.IsEmptyElement)
            Close(shape);
        else
            _open.Push(shape);
    }

    private void Close(Shape shape)
    {
        if (!shape.HasText && shape.Master is { } master && Masters is not null)
            page.AppendLine(Masters.Text(master, shape.MasterShape, pages));
    }

    private string ReadText()
    {
        var text = new PageText();
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                text.AppendValue(reader, limits);
        }
        return text.ToString();
    }
}
