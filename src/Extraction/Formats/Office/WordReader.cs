using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>WordprocessingML: headers first, then the body, then footers, notes, comments, charts. Pages are those of the last rendering, when the file remembers them.</summary>
internal static class WordReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The document part is missing.");
        var links = package.Relationships(main);
        var styles = links.FirstOrDefault(static link => link.Kind == "styles") is { } part ? WordStyles.Read(package, part.Target) : WordStyles.None;

        var page = new PageText();
        Append("header");
        using (var body = package.Open(main) ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The document part is missing."))
        {
            new WordStory(package, body, links, styles, page, () =>
            {
                pages.Add(page);
                page.Clear();
            }, pages).Read();
        }
        Append("footer", "footnotes", "endnotes", "comments");
        foreach (var link in links.Where(DrawingText.IsDrawing))
            DrawingText.Append(package, link.Target, page);
        pages.Add(page);
        return new(package.Metadata() with { PageCount = pages.Count });

        void Append(params ReadOnlySpan<string> kinds)
        {
            foreach (var kind in kinds)
            {
                foreach (var link in links.Where(link => link.Kind == kind && !link.External))
                {
                    page.EndLine();
                    using var reader = package.Open(link.Target);
                    if (reader is not null)
                        new WordStory(package, reader, package.Relationships(link.Target), styles, page, null, pages).Read();
                }
            }
        }
    }
}

/// <summary>Which paragraph styles are headings.</summary>
internal sealed class WordStyles
{
    private readonly Dictionary<string, (int? Level, string? BasedOn)> _styles = [];

    internal static WordStyles None { get; } = new();

    internal static WordStyles Read(OfficePackage package, string part)
    {
        var styles = new WordStyles();
        using var reader = package.Open(part);
        string? id = null;
        int? level = null;
        string? basedOn = null;
        while (reader is not null && reader.Read())
        {
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "style"):
                    (id, level, basedOn) = (Attribute(reader, "styleId"), null, null);
                    break;
                case (XmlNodeType.Element, "name") when level is null:
                    var name = Attribute(reader, "val") ?? "";
                    level = name.Equals("title", StringComparison.OrdinalIgnoreCase) ? 1
                        : name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(8), CultureInfo.InvariantCulture, out var number) ? number
                        : null;
                    break;
                case (XmlNodeType.Element, "basedOn"):
                    basedOn = Attribute(reader, "val");
                    break;
                case (XmlNodeType.Element, "outlineLvl") when int.TryParse(Attribute(reader, "val"), CultureInfo.InvariantCulture, out var outline):
                    level = outline < 9 ? outline + 1 : null;
                    break;
                case (XmlNodeType.EndElement, "style") when id is not null:
                    styles._styles[id] = (level, basedOn);
                    break;
            }
        }
        return styles;
    }

    /// <summary>Level from 1 when paragraphs of this style are headings.</summary>
    internal int? HeadingLevel(string? style)
    {
        for (var hops = 0; style is not null && hops < 20 && _styles.TryGetValue(style, out var found); hops++)
        {
            if (found.Level is { } level)
                return level;
            style = found.BasedOn;
        }
        return null;
    }

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
}

/// <summary>One stream of paragraphs: the body, a header, the notes. Text boxes and alternative texts follow the paragraph that holds them.</summary>
internal sealed class WordStory(
    OfficePackage package, XmlReader reader, IReadOnlyList<Relationship> links, WordStyles styles, PageText page, Action? endPage, PageSink pages)
{
    private readonly Stack<Paragraph> _open = new();
    private readonly Dictionary<string, string> _targets = links.Where(static link => link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id, static link => link.Target);
    private bool _pageEnds;
    private int _rowStart;

    private sealed class Paragraph
    {
        internal readonly PageText Text = new();
        internal readonly List<string> Asides = [];
        internal int? Level;
    }

    internal void Read()
    {
        var choiceTaken = new Stack<bool>();
        while (reader.Read() && !pages.IsFull && page.Length <= pages.Room)
        {
            SafeXml.CheckDepth(reader, package.Limits);
            if (reader.NodeType == XmlNodeType.Element)
            {
                // The same drawing stands twice: for new readers (Choice) and for old ones (Fallback).
                switch (reader.LocalName)
                {
                    case "AlternateContent" when !reader.IsEmptyElement:
                        choiceTaken.Push(false);
                        continue;
                    case "Choice" when choiceTaken.TryPop(out var taken):
                        choiceTaken.Push(true);
                        if (taken)
                            Skip();
                        continue;
                    case "Fallback" when choiceTaken.TryPeek(out var taken) && taken:
                        Skip();
                        continue;
                    case "del" or "moveFrom" or "delText" or "rPrChange" or "pPrChange":
                        Skip();
                        continue;
                }
                Enter();
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                if (reader.LocalName == "AlternateContent")
                    choiceTaken.TryPop(out _);
                else
                    Leave();
            }
        }
        while (_open.Count > 0)
            Close();
    }

    private void Enter()
    {
        var paragraph = _open.TryPeek(out var open) ? open : null;
        switch (reader.LocalName)
        {
            case "p":
                if (_open.Count == 0 && _pageEnds)
                {
                    // A page ends between paragraphs only: one that runs over the border stays whole, on the page where it starts.
                    EndPage();
                }
                _open.Push(new());
                if (reader.IsEmptyElement)
                    Close();
                pages.Progress();
                break;
            case "tr":
                page.EndLine();
                _rowStart = page.Length;
                break;
            case "pStyle":
                if (paragraph is not null)
                    paragraph.Level ??= styles.HeadingLevel(WordStyles.Attribute(reader, "val"));
                break;
            case "outlineLvl":
                if (paragraph is not null && int.TryParse(WordStyles.Attribute(reader, "val"), CultureInfo.InvariantCulture, out var level) && level < 9)
                    paragraph.Level = level + 1;
                break;
            case "t" when !reader.IsEmptyElement:
                AppendValue(paragraph?.Text ?? page);
                break;
            case "instrText" when paragraph is not null && !reader.IsEmptyElement:
                AddInstruction(paragraph);
                break;
            case "fldSimple" when paragraph is not null:
                AddTarget(paragraph, Quoted(WordStyles.Attribute(reader, "instr") ?? ""));
                break;
            case "tab" or "ptab":
                paragraph?.Text.Append("\t");
                break;
            case "noBreakHyphen":
                paragraph?.Text.Append("-");
                break;
            case "cr":
                paragraph?.Text.Append("\n");
                break;
            case "br":
                if (WordStyles.Attribute(reader, "type") == "page")
                    _pageEnds = true;
                paragraph?.Text.Append("\n");
                break;
            case "lastRenderedPageBreak":
                if (_open.Count == 1 && paragraph is { Text.Length: 0 })
                    EndPage();
                else
                    _pageEnds = true;
                break;
            case "hyperlink" or "hlinkClick" or "hlinkHover" or "subDoc" or "altChunk" or "blip" or "imagedata" or "OLEObject" when paragraph is not null:
                if (WordStyles.Attribute(reader, "id") is { } id && _targets.TryGetValue(id, out var target))
                    AddTarget(paragraph, target);
                AddTarget(paragraph, reader.GetAttribute("href"));
                break;
            case "subDoc" or "altChunk":
                if (WordStyles.Attribute(reader, "id") is { } part && _targets.TryGetValue(part, out var address))
                    page.AppendLine(address);
                break;
            case "docPr" or "cNvPr" when paragraph is not null:
                AddAside(paragraph, reader.GetAttribute("title"));
                AddAside(paragraph, reader.GetAttribute("descr"));
                break;
            case "shape" or "rect" or "oval" or "line" or "group" or "roundrect" when paragraph is not null:
                AddAside(paragraph, reader.GetAttribute("alt"));
                AddTarget(paragraph, reader.GetAttribute("href"));
                break;
            case "textpath" when paragraph is not null:
                AddAside(paragraph, reader.GetAttribute("string"));
                break;
            case "comment" or "footnote" or "endnote":
                page.EndLine();
                break;
        }
    }

    private void EndPage()
    {
        _pageEnds = false;
        if (page.Length == 0)
            return;
        endPage?.Invoke();
        _rowStart = 0;
    }

    private void Leave()
    {
        switch (reader.LocalName)
        {
            case "p" when _open.Count > 0:
                Close();
                break;
            case "tc" when _open.Count == 0:
                EndCell();
                break;
            case "tr":
                page.EndLine();
                break;
        }
    }

    // Cells of a row stay on one line, as a reader sees them; a cell with several paragraphs keeps its lines.
    private void EndCell()
    {
        page.TrimEnd(Math.Min(_rowStart, page.Length));
        page.Append("\t");
    }

    private void Close()
    {
        var paragraph = _open.Pop();
        if (_open.TryPeek(out var outer))
        {
            // A paragraph inside a paragraph stands in a text box.
            AddAside(outer, paragraph.Text.ToString());
            outer.Asides.AddRange(paragraph.Asides);
            return;
        }
        var text = paragraph.Text.ToString();
        var start = page.Length;
        page.Append(text);
        if (paragraph.Level is { } level && text.Length > 0)
            page.MarkHeading(start, level);
        foreach (var aside in paragraph.Asides)
            page.AppendLine(aside);
        page.EndLine();
    }

    private void AppendValue(PageText text)
    {
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
                text.AppendValue(reader, package.Limits);
        }
    }

    private void AddInstruction(Paragraph paragraph)
    {
        var instruction = new PageText();
        AppendValue(instruction);
        AddTarget(paragraph, Quoted(instruction.ToString()));
    }

    // Only instructions that lead somewhere are text: HYPERLINK "address", INCLUDEPICTURE "address", LINK ...
    private static string? Quoted(string instruction)
    {
        var trimmed = instruction.AsSpan().Trim();
        if (!trimmed.StartsWith("HYPERLINK", StringComparison.OrdinalIgnoreCase) && !trimmed.StartsWith("INCLUDE", StringComparison.OrdinalIgnoreCase) && !trimmed.StartsWith("LINK", StringComparison.OrdinalIgnoreCase))
            return null;
        var open = trimmed.IndexOf('"');
        if (open < 0)
            return null;
        var rest = trimmed[(open + 1)..];
        var close = rest.IndexOf('"');
        return (close < 0 ? rest : rest[..close]).ToString();
    }

    private static void AddTarget(Paragraph paragraph, string? target)
    {
        if (!string.IsNullOrWhiteSpace(target) && !target.StartsWith('#') && !paragraph.Asides.Contains(target))
            paragraph.Asides.Add(target);
    }

    private static void AddAside(Paragraph paragraph, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text))
            paragraph.Asides.Add(text);
    }

    private void Skip()
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
            SafeXml.CheckDepth(reader, package.Limits);
    }
}
