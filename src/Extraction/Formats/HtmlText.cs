using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Writes a tree of HTML as text: blocks are lines, cells are parted by tabs. Pictures give their alternative text, controls what they show.</summary>
/// <remarks>Targets of links and tooltips follow the block they stand in, on lines of their own, so that sentences stay whole.</remarks>
internal sealed class HtmlText(PageText page, ExtractionLimits limits)
{
    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
        { "script", "style", "noscript", "noframes", "template", "head", "iframe", "datalist", "metadata", "annotation", "annotation-xml" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "menu", "nav", "ol",
        "optgroup", "option", "p", "pre", "section", "summary", "table", "tbody", "text", "textarea", "tfoot", "thead", "title", "tr", "ul", "xmp",
    };

    private readonly Stack<(IElement Element, int Start)> _headings = new();
    private readonly List<string> _asides = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Reads what stands for readers without scripts, which is otherwise left out.</summary>
    internal bool WithoutScripts { get; init; }

    /// <summary>Appends everything below an element.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>nesting_limit</c>.</exception>
    internal void Append(IElement root)
    {
        // An explicit stack: the depth of foreign trees must not be the depth of ours.
        var depth = 0;
        INode? node = root;
        while (node is not null)
        {
            if (Enter(node, root) && node.FirstChild is { } first)
            {
                if (++depth > limits.MaxNesting)
                    throw new UnreadableDocumentException(ReasonCodes.NestingLimit, $"Elements are nested more than {limits.MaxNesting} deep.");
                node = first;
                continue;
            }
            while (node is not null)
            {
                if (node is IElement ended)
                    Leave(ended);
                if (node == root)
                {
                    Flush();
                    return;
                }
                if (node.NextSibling is { } sibling)
                {
                    node = sibling;
                    break;
                }
                node = node.Parent;
                depth--;
            }
        }
    }

    // True when what is inside is to be read.
    private bool Enter(INode node, IElement root)
    {
        switch (node)
        {
            case IText text:
                if (text.ParentElement is IHtmlPreElement or IHtmlTextAreaElement)
                    page.Append(text.Data);
                else
                    CollapsedText.Append(text.Data, page);
                return false;
            case IElement element when node != root && IsSkipped(element):
                return false;
            case IElement element:
                if (Blocks.Contains(element.LocalName))
                    EndBlock(element);
                if (IsHeading(element))
                    _headings.Push((element, page.Length));
                Show(element);
                return true;
            default:
                return false;
        }
    }

    private bool IsSkipped(IElement element) =>
        (Skipped.Contains(element.LocalName) && !(WithoutScripts && element.LocalName is "noscript" or "noframes"))
        || (element.HasAttribute("hidden") && element.GetAttribute("hidden") != "until-found")
        || element is IHtmlInputElement { Type: "hidden" };

    // What an element shows besides its content.
    private void Show(IElement element)
    {
        switch (element)
        {
            case IHtmlImageElement or IHtmlAreaElement:
                CollapsedText.Append($" {element.GetAttribute("alt")} ", page);
                break;
            case IHtmlInputElement { Type: not ("password" or "checkbox" or "radio" or "color" or "range") } input:
                CollapsedText.Append($" {Known(input.GetAttribute("value")) ?? input.GetAttribute("placeholder") ?? input.GetAttribute("alt")} ", page);
                break;
            case IHtmlTextAreaElement area:
                CollapsedText.Append(area.GetAttribute("placeholder") ?? "", page);
                break;
            case { LocalName: "rt" or "rp" } when page.Length > 0:
                page.AppendSpace();
                break;
        }
        foreach (var aside in (ReadOnlySpan<string>)["title", "aria-label"])
            AddAside(element.GetAttribute(aside));
        foreach (var link in (ReadOnlySpan<string>)["href", "xlink:href", "src", "cite", "action"])
        {
            // Pictures and scripts are fetched, links and frames are followed: only the latter are worth finding.
            if (element.GetAttribute(link) is { } target && (link != "src" || element.LocalName == "frame") && IsAddress(target))
                AddAside(target.Trim());
        }
    }

    private void Leave(IElement element)
    {
        if (_headings.TryPeek(out var heading) && heading.Element == element)
        {
            page.MarkHeading(_headings.Pop().Start, element.LocalName[1] - '0');
            EndBlock(element);
        }
        else if (element.LocalName is "td" or "th")
        {
            page.Append("\t");
        }
        else if (Blocks.Contains(element.LocalName))
        {
            EndBlock(element);
        }
        else if (element.LocalName is "button" or "select" or "label")
        {
            page.AppendSpace();
        }
    }

    private void EndBlock(IElement element)
    {
        page.EndLine();
        // Rows stay lines beside each other, and a break is no end.
        if (element.LocalName is not ("br" or "tr" or "tbody" or "thead" or "tfoot" or "option"))
            Flush();
    }

    private void Flush()
    {
        if (_asides.Count == 0)
            return;
        foreach (var aside in _asides)
            page.AppendLine(aside);
        _asides.Clear();
    }

    private void AddAside(string? text)
    {
        if (Known(text) is { } known && _told.Add(known))
            _asides.Add(known);
    }

    private static bool IsAddress(string target) =>
        target.AsSpan().TrimStart().StartsWith("http", StringComparison.OrdinalIgnoreCase) || target.AsSpan().TrimStart().StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
        || target.AsSpan().TrimStart().StartsWith("ftp:", StringComparison.OrdinalIgnoreCase) || target.AsSpan().TrimStart().StartsWith("tel:", StringComparison.OrdinalIgnoreCase);

    private static bool IsHeading(IElement element) => element.LocalName is ['h' or 'H', >= '1' and <= '6'];

    private static string? Known(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
