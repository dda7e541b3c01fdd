using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>What all stories of a document share.</summary>
internal sealed record WordContext(OfficePackage Package, WordStyles Styles, WordNumbering Numbering, PageText Page, PageSink Pages)
{
    /// <summary>Parts of charts and diagrams that were read where they stand.</summary>
    internal HashSet<string> Drawn { get; } = [];
}

/// <summary>One stream of paragraphs: the body, a header, the notes. Text boxes, link targets and alternative texts follow the paragraph that holds them.</summary>
internal sealed class WordStory(WordContext context, XmlReader reader, IReadOnlyList<Relationship> links, Action? endPage = null)
{
    private readonly PageText _page = context.Page;
    private readonly Stack<WordParagraph> _open = new();
    private readonly Dictionary<string, string> _targets = links.Where(static link => link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id, static link => link.Target);
    private readonly WordFields _fields = new();
    private readonly ListNumbers _numbers = new();
    private readonly MarkupChoice _choice = new();
    private readonly WordFormula _formula = new();
    private PageText? _phonetic;
    private string? _aboveBase;
    private int _deletedDepth = -1;
    private bool _pageEnds;
    private int _rowStart;

    internal void Read()
    {
        try
        {
            while (reader.Read() && !context.Pages.IsFull && _page.Length <= context.Pages.Room && !(_open.TryPeek(out var open) && open.IsEndless(context.Pages.Room)))
            {
                SafeXml.CheckDepth(reader, context.Package.Limits);
                if (_choice.Handles(reader, context.Package.Limits))
                    continue;
                if (reader.NodeType == XmlNodeType.Element)
                    Enter();
                else if (reader.NodeType == XmlNodeType.EndElement)
                    Leave();
            }
        }
        finally
        {
            // Also when the markup breaks off: what was read stays.
            while (_open.Count > 0)
                Close();
        }
    }

    private void Enter()
    {
        var paragraph = _open.TryPeek(out var open) ? open : null;
        if (EnterStructure() || paragraph is not null && (EnterProperty(paragraph) || EnterCharacters(paragraph) || EnterReference(paragraph)))
            return;
        switch (reader.LocalName)
        {
            case "t":
                OfficeXml.AppendContent(reader, _page, context.Package.Limits);
                break;
            case "subDoc" or "altChunk":
                if (Target() is { } address)
                    _page.AppendLine(address);
                break;
        }
    }

    private bool EnterStructure()
    {
        switch (reader.LocalName)
        {
            case "moveFrom" or "rPrChange" or "pPrChange":
                // Text that was moved is read where it went.
                SafeXml.Skip(reader, context.Package.Limits);
                return true;
            case "del":
                if (!reader.IsEmptyElement && _deletedDepth < 0)
                    _deletedDepth = reader.Depth;
                return true;
            case "p":
                if (_open.Count == 0 && _pageEnds)
                {
                    // A page ends between paragraphs only: one that runs over the border stays whole, on the page where it starts.
                    EndPage();
                }
                _open.Push(new());
                if (reader.IsEmptyElement)
                    Close();
                context.Pages.Progress();
                return true;
            case "tr":
                _page.EndLine();
                _rowStart = _page.Length;
                return true;
            case "footnote" or "endnote":
                _page.EndLine();
                return true;
            case "comment":
                _page.AppendLine(OfficeXml.Attribute(reader, "author"));
                return true;
            default:
                return false;
        }
    }

    private bool EnterProperty(WordParagraph paragraph)
    {
        switch (reader.LocalName)
        {
            case "pStyle":
                paragraph.Style = OfficeXml.Value(reader);
                return true;
            case "outlineLvl":
                if (OfficeXml.Number(reader) is >= 0 and < 9 and var level)
                    paragraph.Level = level + 1;
                return true;
            case "pageBreakBefore":
                if (_open.Count == 1 && paragraph.Text.Length == 0 && OfficeXml.IsOn(reader))
                    EndPage();
                return true;
            case "numId":
                paragraph.List = OfficeXml.Value(reader);
                return true;
            case "ilvl":
                paragraph.ListLevel = OfficeXml.Number(reader);
                return true;
            default:
                return false;
        }
    }

    private bool EnterCharacters(WordParagraph paragraph)
    {
        var text = _phonetic ?? (_deletedDepth >= 0 ? paragraph.Deleted : paragraph.Text);
        switch (reader.LocalName)
        {
            case "t" or "delText":
                OfficeXml.AppendContent(reader, text, context.Package.Limits);
                return true;
            case "tab" when !reader.HasAttributes: // with attributes it is a tab stop
            case "ptab":
                text.Append("\t");
                return true;
            case "noBreakHyphen":
                text.Append("\u2011");
                return true;
            case "softHyphen":
                text.Append("\u00AD");
                return true;
            case "cr":
                text.Append("\n");
                return true;
            case "br":
                _pageEnds |= OfficeXml.Attribute(reader, "type") == "page";
                text.Append("\n");
                return true;
            case "lastRenderedPageBreak":
                if (_open.Count == 1 && paragraph.Text.Length == 0)
                    EndPage();
                else
                    _pageEnds = true;
                return true;
            case "sym":
                AppendSymbol(text);
                return true;
            case "rt":
                _phonetic = new();
                return true;
            default:
                return _formula.Enter(reader, text);
        }
    }

    private void AppendSymbol(PageText text)
    {
        if (int.TryParse(OfficeXml.Attribute(reader, "char"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
            && SymbolFont.Find(OfficeXml.Attribute(reader, "font"), code) is { } symbol)
            text.Append([symbol]);
    }

    private bool EnterReference(WordParagraph paragraph)
    {
        if (_fields.Enter(reader, paragraph, context.Package.Limits))
            return true;
        switch (reader.LocalName)
        {
            case "hyperlink" or "hlinkClick" or "hlinkHover" or "subDoc" or "altChunk" or "blip" or "imagedata" or "OLEObject" or "movie" or "contentPart":
                paragraph.AddTarget(Target());
                paragraph.AddTarget(reader.GetAttribute("href"));
                paragraph.AddAside(OfficeXml.Attribute(reader, "tooltip"));
                paragraph.AddAside(OfficeXml.Attribute(reader, "title"));
                return true;
            case "docPr" or "cNvPr":
                paragraph.AddAside(reader.GetAttribute("title"));
                paragraph.AddAside(reader.GetAttribute("descr"));
                return true;
            case "shape" or "rect" or "oval" or "line" or "group" or "roundrect" or "polyline" or "arc" or "curve" or "image":
                paragraph.AddAside(reader.GetAttribute("alt"));
                paragraph.AddAside(reader.GetAttribute("title"));
                paragraph.AddTarget(reader.GetAttribute("href"));
                return true;
            case "chart" or "relIds":
                paragraph.AddAside(DrawingAt(OfficeXml.Attribute(reader, reader.LocalName == "chart" ? "id" : "dm")));
                return true;
            case "textpath":
                paragraph.AddAside(reader.GetAttribute("string"));
                return true;
            default:
                return false;
        }
    }

    private string? DrawingAt(string? id)
    {
        if (links.FirstOrDefault(link => link.Id == id && DrawingText.IsDrawing(link)) is not { } link || !context.Drawn.Add(link.Target))
            return null;
        var text = new PageText();
        OfficeParts.Survives(() => DrawingText.Append(context.Package, link.Target, text));
        return text.ToString();
    }

    private string? Target() => OfficeXml.Attribute(reader, "id") is { } id ? _targets.GetValueOrDefault(id) : null;

    private void Leave()
    {
        switch (reader.LocalName)
        {
            case "p" when _open.Count > 0:
                Close();
                break;
            case "del" when reader.Depth == _deletedDepth:
                _deletedDepth = -1;
                break;
            case "tc" when _open.Count == 0:
                // Cells of a row stay on one line, as a reader sees them; a cell with several paragraphs keeps its lines.
                _page.TrimEnd(Math.Min(_rowStart, _page.Length));
                _page.Append("\t");
                break;
            case "tr":
                _page.EndLine();
                break;
            case "rt":
                (_phonetic, _aboveBase) = (null, _phonetic?.ToString());
                break;
            case "ruby":
                if (_aboveBase is { Length: > 0 } && _open.TryPeek(out var paragraph))
                    paragraph.Text.Append($" ({_aboveBase})");
                _aboveBase = null;
                break;
            default:
                if (_open.TryPeek(out var holder))
                    _formula.Leave(reader, holder.Text);
                break;
        }
    }

    private void EndPage()
    {
        _pageEnds = false;
        if (_page.Length == 0)
            return;
        endPage?.Invoke();
        _rowStart = 0;
    }

    private void Close()
    {
        var paragraph = _open.Pop();
        var label = Label(paragraph, isBlank: string.IsNullOrWhiteSpace(paragraph.Text.ToString()));
        if (!_open.TryPeek(out var outer))
        {
            paragraph.AppendTo(_page, label, paragraph.Level ?? context.Styles.HeadingLevel(paragraph.Style));
            return;
        }
        // A paragraph inside a paragraph stands in a text box.
        outer.AddAside(label + paragraph.Text);
        outer.AddAside(paragraph.Deleted.ToString());
        outer.Asides.AddRange(paragraph.Asides);
    }

    // The number is counted also where the item is empty; alone it says nothing.
    private string Label(WordParagraph paragraph, bool isBlank)
    {
        var (list, level) = context.Styles.ListOf(paragraph.Style);
        var number = paragraph.List ?? list;
        if (context.Numbering.Find(number) is not { } found)
            return "";
        level = paragraph.ListLevel ?? (paragraph.List is null ? context.Numbering.LevelOfStyle(number!, context.Styles.Ancestry(paragraph.Style)) ?? level : level) ?? 0;
        var label = _numbers.Next(found, level.Value);
        return label.Length > 0 && !isBlank ? label + " " : "";
    }
}
