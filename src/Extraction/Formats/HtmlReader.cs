using System.Buffers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ScaiDrive.Extraction.Formats;

/// <summary>HTML: what a reader sees, with headings; no scripts, styles or templates. Pictures give their alternative text.</summary>
internal static class HtmlReader
{
    private static readonly SearchValues<byte> TagEnds = SearchValues.Create(" \t\r\n/>"u8);

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
        { "script", "style", "noscript", "template", "head", "svg", "iframe", "object", "canvas", "datalist" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p",
        "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    };

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var content = document.Head((int)Math.Min(int.MaxValue / 2, pages.Room * 4));
        CheckNesting(content, document.Limits);
        // AngleSharp follows the standard's sniffing (mark, meta); without either it takes Windows-1252, so valid UTF-8 is decoded here.
        var parser = new HtmlParser(new HtmlParserOptions { IsScripting = false });
        pages.Progress();
        using var parsed = TextDecoder.LooksLikeText(content, out var encoding) && encoding.CodePage is 65001 or 1200 or 1201 or 12000
            ? parser.ParseDocument(TextDecoder.Decode(content))
            : parser.ParseDocument(new MemoryStream(content));
        pages.Progress();

        var page = new PageText();
        if (parsed.Body is { } body)
            Write(body, page, document.Limits);
        pages.Add(page);
        return new(new DocumentMetadata
        {
            Title = Known(parsed.Title) ?? page.FirstHeading,
            Author = Known(parsed.QuerySelector("meta[name=author]")?.GetAttribute("content")),
            Language = Known(parsed.DocumentElement?.GetAttribute("lang")),
        });
    }

    // The tree builder spends time in proportion to depth for every tag, so depth is estimated before a tree is built:
    // tags opened and never closed. Tags that are never closed by habit do not count.
    private static void CheckNesting(ReadOnlySpan<byte> content, ExtractionLimits limits)
    {
        var (depth, position) = (0, 0);
        while (content[position..].IndexOf((byte)'<') is >= 0 and var offset)
        {
            position += offset + 1;
            if (position >= content.Length)
                break;
            if (content[position] == '/')
                depth = Math.Max(0, depth - 1);
            else if (char.IsAsciiLetter((char)content[position]) && !StaysOpen(content[position..]))
                depth++;
            if (depth > limits.MaxNesting * 4)
                throw new UnreadableDocumentException(ReasonCodes.NestingLimit, $"Elements are nested more than {limits.MaxNesting} deep.");
        }
    }

    private static bool StaysOpen(ReadOnlySpan<byte> tag)
    {
        var end = tag.IndexOfAny(TagEnds);
        if (end is < 0 or > 10)
            return false;
        Span<char> name = stackalloc char[end];
        for (var i = 0; i < end; i++)
            name[i] = char.ToLowerInvariant((char)tag[i]);
        return name is "br" or "p" or "li" or "img" or "hr" or "input" or "meta" or "link" or "td" or "th" or "tr" or "dd" or "dt" or "option" or "col"
            or "area" or "base" or "wbr" or "source" or "param" or "embed" or "path" or "tbody" or "font" or "a";
    }

    // An explicit stack: the depth of foreign trees must not be the depth of ours.
    private static void Write(IElement root, PageText page, ExtractionLimits limits)
    {
        var headings = new Stack<(IElement Element, int Start)>();
        var depth = 0;
        INode? node = root;
        while (node is not null)
        {
            var enter = true;
            switch (node)
            {
                case IText text:
                    AppendCollapsed(text.Data, page, text.ParentElement is IHtmlPreElement);
                    enter = false;
                    break;
                case IElement element when Skipped.Contains(element.LocalName) || element.HasAttribute("hidden"):
                    enter = false;
                    break;
                case IHtmlImageElement image:
                    AppendCollapsed($" {image.AlternativeText} ", page, false);
                    break;
                case IElement element:
                    if (Blocks.Contains(element.LocalName))
                        page.EndLine();
                    if (IsHeading(element))
                        headings.Push((element, page.Length));
                    break;
            }

            if (enter && node.FirstChild is { } first)
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
                    return;
                if (node.NextSibling is { } sibling)
                {
                    node = sibling;
                    break;
                }
                node = node.Parent;
                depth--;
            }
        }

        void Leave(IElement element)
        {
            if (headings.TryPeek(out var heading) && heading.Element == element)
            {
                page.MarkHeading(headings.Pop().Start, element.LocalName[1] - '0');
                page.EndLine();
            }
            else if (element.LocalName is "td" or "th")
            {
                page.Append("\t");
            }
            else if (Blocks.Contains(element.LocalName))
            {
                page.EndLine();
            }
        }
    }

    private static bool IsHeading(IElement element) => element.LocalName is ['h' or 'H', >= '1' and <= '6'];

    private static void AppendCollapsed(string text, PageText page, bool keep)
    {
        if (keep)
        {
            page.Append(text);
            return;
        }
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            page.Append(text.AsSpan(start, end - start));
            start = end;
            while (start < text.Length && char.IsWhiteSpace(text[start]))
                start++;
            if (start > end)
                page.AppendSpace();
        }
    }

    private static string? Known(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
