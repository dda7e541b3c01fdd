using System.Buffers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ScaiDrive.Extraction.Formats;

/// <summary>HTML and XHTML as one page: what a reader sees, with headings. What the head says of the document is text where the page does not show it.</summary>
internal static class HtmlReader
{
    private static readonly SearchValues<byte> TagEnds = SearchValues.Create(" \t\r\n/>"u8);

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var page = new PageText();
        var properties = new DocumentProperties();
        Append(document.Head((int)Math.Min(int.MaxValue / 2, pages.Room * 4)), document.Limits, page, pages, properties);
        properties.AppendTo(page);
        pages.Add(page);
        return new(properties.Metadata with { Title = properties.Metadata.Title ?? page.FirstHeading });
    }

    /// <summary>Appends the text of one HTML document, and notes what its head says.</summary>
    internal static void Append(byte[] content, ExtractionLimits limits, PageText page, PageSink pages, DocumentProperties properties)
    {
        pages.NoteReader(FormatTable.HtmlStamp); // it also serves chapters of books and Rich Text that carries HTML
        CheckNesting(content, limits);
        pages.Progress();
        var parser = new HtmlParser(new HtmlParserOptions { IsScripting = false });
        using var parsed = parser.ParseDocument(EmptyElements.Close(HtmlEncoding.Decode(content)));
        pages.Progress();
        ReadHead(parsed, properties);
        var before = page.Length;
        if (parsed.Body is { } body)
            new HtmlText(page, limits).Append(body);
        // Pages that only scripts fill tell those without scripts what to do.
        if (page.Length == before)
        {
            foreach (var fallback in parsed.QuerySelectorAll("noscript, noframes"))
                new HtmlText(page, limits) { WithoutScripts = true }.Append(fallback);
        }
    }

    private static void ReadHead(IHtmlDocument parsed, DocumentProperties properties)
    {
        properties.SetTitle(parsed.Title);
        properties.SetLanguage(parsed.DocumentElement?.GetAttribute("lang") ?? parsed.DocumentElement?.GetAttribute("xml:lang"));
        foreach (var meta in parsed.QuerySelectorAll("meta[content]"))
        {
            var content = meta.GetAttribute("content");
            switch ((meta.GetAttribute("name") ?? meta.GetAttribute("property"))?.ToLowerInvariant())
            {
                case "author" or "dc.creator" or "dcterms.creator":
                    properties.SetAuthor(content);
                    break;
                case "description" or "keywords" or "subject" or "dc.subject" or "dc.description" or "og:title" or "og:description" or "dc.title":
                    properties.AddWords(content);
                    break;
                case "date" or "dc.date" or "dcterms.created" or "article:published_time":
                    properties.SetCreated(content);
                    break;
                case "dcterms.modified" or "article:modified_time" or "last-modified":
                    properties.SetModified(content);
                    break;
            }
        }
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
}
