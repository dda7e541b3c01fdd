using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>Walks one stream of OpenDocument content (ODF 1.3, part 3): paragraphs with their fields, notes, shapes, objects and tables, in reading order.</summary>
/// <remarks>What hangs on a paragraph without being in its line (notes, comments, text boxes, alternative texts, targets of links) follows it on lines of its own.</remarks>
internal sealed class OpenStory(XmlReader reader, OpenSource source, PageSink pages)
{
    private const int MaxSpaces = 100;

    private readonly OpenTable _tables = new(reader, pages);
    private PageText _page = new();
    private OpenParagraph? _paragraph;
    private List<string>? _besides;
    private bool _inChart;
    private int _enclosed;
    private long _taken;

    private sealed class OpenParagraph
    {
        internal readonly PageText Text = new();
        internal readonly List<string> Asides = [];
    }

    /// <summary>Masters hold prompts for authors and fields without a value; those are no text.</summary>
    internal bool IsMaster { get; init; }

    /// <summary>Called between paragraphs where a rendered page ends.</summary>
    internal Action? EndPage { get; init; }

    /// <summary>Names of paragraph styles that start a page.</summary>
    internal HashSet<string> BreakingStyles { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of masters that styles of the content ask for.</summary>
    internal HashSet<string> UsedMasters { get; } = new(StringComparer.Ordinal);

    /// <summary>What goes to the title of the present slide instead of its page; null outside of slides.</summary>
    internal PageText? SlideTitle { get; set; }

    internal PageText Page => _page;

    /// <summary>Reads the sheet the reader stands on into the page. Comments and pictures of its cells follow its rows, so that rows stay lines.</summary>
    internal void ReadSheet()
    {
        (_besides, _tables.OneLineCells) = ([], true);
        ReadChildren();
        _page.EndLine();
        foreach (var beside in _besides)
            _page.AppendLine(beside);
        (_besides, _tables.OneLineCells) = (null, false);
    }

    internal bool PageEnds { get; set; }

    /// <summary>Takes the page as finished and starts the next.</summary>
    internal void Turn()
    {
        pages.Add(_page);
        _page.Clear();
        _taken = 0;
    }

    /// <summary>True when no more text is taken.</summary>
    internal bool Full => pages.IsFull || _taken > pages.Room;

    /// <summary>The text inside the present element, apart from everything around it. The reader ends on the element's end.</summary>
    internal string Capture(bool itself = false)
    {
        var (page, paragraph) = (_page, _paragraph);
        (_page, _paragraph) = (new(), null);
        _enclosed++;
        if (itself)
            ReadElement();
        else
            ReadChildren();
        _enclosed--;
        var text = _page.ToString();
        (_page, _paragraph) = (page, paragraph);
        return text;
    }

    /// <summary>Reads what is inside the present element into the page.</summary>
    internal void ReadChildren()
    {
        var depth = SafeXml.Enter(reader);
        while (!Full && SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType == XmlNodeType.Element)
                ReadElement();
            else if (_paragraph is { } paragraph && reader.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA)
                _taken += CollapsedText.Append(reader, paragraph.Text, source.Document.Limits);
        }
    }

    internal void Skip() => SafeXml.Skip(reader, source.Document.Limits);

    /// <summary>The text of a simple element.</summary>
    internal string ReadValue()
    {
        var text = new PageText();
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)
                _taken += CollapsedText.Append(reader, text, source.Document.Limits);
        }
        return text.ToString();
    }

    private void ReadElement()
    {
        SafeXml.CheckDepth(reader, source.Document.Limits);
        var name = OpenNames.Of(reader);
        var target = reader.GetAttribute("href", OpenNames.XLink);
        switch (name)
        {
            case "text:p":
                ReadParagraph(null);
                break;
            case "text:h":
                ReadParagraph(int.TryParse(Attribute("outline-level") ?? Attribute("level"), CultureInfo.InvariantCulture, out var level) ? Math.Clamp(level, 1, 10) : 1);
                break;
            case "text:s":
                _ = int.TryParse(Attribute("c"), CultureInfo.InvariantCulture, out var spaces);
                _paragraph?.Text.Append(new string(' ', Math.Clamp(spaces, 1, MaxSpaces)));
                Skip();
                break;
            case "text:tab" or "text:tab-stop":
                _paragraph?.Text.Append("\t");
                Skip();
                break;
            case "text:line-break":
                _paragraph?.Text.Append("\n");
                Skip();
                break;
            case "text:soft-page-break":
                PageEnds = true;
                Skip();
                break;
            case "text:ruby-text":
                _paragraph?.Text.Append("(");
                ReadChildren();
                _paragraph?.Text.Append(")");
                break;
            case "text:a" or "draw:a":
                ReadChildren();
                break;
            case "text:note" or "text:footnote" or "text:endnote" or "office:annotation":
                AddAside(Capture());
                break;
            case "dc:creator" when _enclosed > 0:
                AddAside(ReadValue());
                break;
            case "svg:desc" when _inChart: // names of cell ranges
                Skip();
                break;
            case "svg:title" or "svg:desc" or "table:title" or "table:desc":
                AddAside(ReadValue());
                break;
            case "table:table-row":
                _taken += _tables.ReadRow(ReadChildren, _page);
                pages.Progress();
                break;
            case "table:table-cell" or "table:covered-table-cell":
                _taken += _tables.AddCell(() => Capture());
                break;
            case "chart:chart":
                _inChart = true;
                ReadChildren();
                break;
            case "table:table" or "table:sub-table":
                _page.EndLine();
                ReadChildren();
                _page.EndLine();
                break;
            case "draw:object":
                ReadObject(target);
                break;
            case "draw:object-ole":
                ReadEmbedded(target);
                break;
            case "math:math":
                AddAside(ReadFormula());
                break;
            case "office:automatic-styles" or "office:styles":
                ReadBreaks();
                break;
            case "text:page-number" or "text:sheet-name" or "text:title" or "text:page-count" or "text:date" or "text:time" or "text:file-name" when IsMaster:
            case "text:tracked-changes" or "table:tracked-changes" or "office:change-info" or "office:scripts" or "office:script" or "office:settings"
                or "office:font-face-decls" or "office:font-decls" or "office:binary-data" or "office:meta" or "office:master-styles"
                or "table:content-validations" or "draw:page-thumbnail" or "presentation:settings" or "dc:date" or "meta:date-string" or "meta:creator-initials"
                or "text:table-of-content-source" or "text:illustration-index-source" or "text:table-index-source" or "text:object-index-source"
                or "text:user-index-source" or "text:alphabetical-index-source" or "text:bibliography-source" or "text:script":
                Skip();
                break;
            case var control when control.StartsWith("form:", StringComparison.Ordinal):
                ReadControl();
                break;
            case var shape when shape.StartsWith("draw:", StringComparison.Ordinal) || shape.StartsWith("dr3d:", StringComparison.Ordinal):
                ReadShape();
                break;
            default:
                ReadChildren();
                break;
        }
        AddTarget(target);
    }

    private void ReadParagraph(int? level)
    {
        if (_paragraph is null && _enclosed == 0 && EndPage is not null)
        {
            // A page ends between paragraphs only: one that runs over the border stays whole, on the page where it starts.
            if ((PageEnds || BreakingStyles.Contains(Attribute("style-name") ?? "")) && _page.Length > 0)
                EndPage();
            PageEnds = false;
        }
        var outer = _paragraph;
        var paragraph = _paragraph = new();
        ReadChildren();
        _paragraph = outer;
        pages.Progress();
        if (outer is not null)
        {
            outer.Asides.Add(paragraph.Text.ToString());
            outer.Asides.AddRange(paragraph.Asides);
            return;
        }
        _page.EndLine();
        var start = _page.Length;
        _page.Append(paragraph.Text.ToString());
        if (level is { } outline && _page.Length > start)
            _page.MarkHeading(start, outline);
        _page.EndLine();
        foreach (var aside in paragraph.Asides)
            _page.AppendLine(aside);
    }

    private void ReadShape()
    {
        var kind = Attribute("class");
        if (kind is "page-number" or "date-time" || (IsMaster && kind is "title" or "subtitle" or "outline" or "notes" or "page" or "handout"))
            Skip();
        else if (kind == "title" && SlideTitle is { } title)
            title.AppendLine(Capture());
        else if (_paragraph is not null)
            AddAside(Capture());
        else
            ReadChildren();
    }

    // Charts, formulas and whole documents inside the document: their own content stands in a folder of the archive, or right here.
    private void ReadObject(string? target)
    {
        AddAside(Capture());
        if (source.PartOf(target) is not { } folder || source.Depth >= source.Document.Limits.MaxDepth)
            return;
        using var content = source.Archive!.OpenXml($"{folder}/content.xml");
        if (content is null)
            return;
        var story = new OpenStory(content, source with { Folder = folder + "/", Depth = source.Depth + 1 }, pages);
        while (!story.Full && content.Read())
        {
            if (content.NodeType == XmlNodeType.Element)
                AddAside(story.Capture(itself: true));
        }
        _taken += story._taken;
    }

    private void ReadEmbedded(string? target)
    {
        if (source.PartOf(target) is { } part && source.Archive!.Has(part))
        {
            source.Embedded.Add((part, part));
            Skip();
            return;
        }
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType == XmlNodeType.Element && OpenNames.Of(reader) == "office:binary-data" && source.Embedded.Count < source.Document.Limits.MaxParts)
                source.Embedded.Add(("object", Base64Value.Save(reader, source.Document)));
        }
    }

    private string ReadFormula()
    {
        var text = new PageText();
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "annotation" or "annotation-xml" })
                Skip();
            if (reader.NodeType is not XmlNodeType.Text)
                continue;
            text.AppendSpace();
            _taken += CollapsedText.Append(reader, text, source.Document.Limits);
        }
        return text.ToString();
    }

    // What a control shows: its label, what was entered, the entries of a list.
    private void ReadControl()
    {
        foreach (var shown in (ReadOnlySpan<string>)["label", "current-value", "title"])
            AddAside(Attribute(shown));
        ReadChildren();
    }

    private void ReadBreaks()
    {
        string? style = null;
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "style")
            {
                style = Attribute("family") == "paragraph" ? Attribute("name") : null;
                if (Attribute("master-page-name") is not { Length: > 0 } master)
                    continue;
                UsedMasters.Add(master);
                if (style is not null)
                    BreakingStyles.Add(style);
            }
            else if (style is not null && Attribute("break-before") == "page")
            {
                BreakingStyles.Add(style);
            }
        }
    }

    private void AddAside(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        if (_paragraph is { } paragraph)
            paragraph.Asides.Add(text);
        else if (_besides is not null && _enclosed > 0)
            _besides.Add(text);
        else
            _page.AppendLine(text);
    }

    private void AddTarget(string? target)
    {
        if (target is null || !OpenSource.IsOutside(target))
            return;
        if (_paragraph is null)
            _page.AppendLine(target);
        else if (!_paragraph.Asides.Contains(target))
            _paragraph.Asides.Add(target);
    }

    private string? Attribute(string localName) => Office.OfficeXml.Attribute(reader, localName);
}
