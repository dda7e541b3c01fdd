using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Markdown (CommonMark, tables, front matter): the text a reader sees, with headings.</summary>
internal static class MarkdownReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseYamlFrontMatter().UseFootnotes().Build();

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var text = PlainTextReader.ReadText(document, pages);
        MarkdownDocument parsed;
        try
        {
            parsed = Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig gives up on deep nesting; the characters are still worth searching.
            pages.Add(text, []);
            return ReadResult.TextOnly;
        }

        var page = new PageText();
        Write(parsed, page);
        var properties = new DocumentProperties();
        if (parsed.OfType<YamlFrontMatterBlock>().FirstOrDefault() is { } front)
            ReadFrontMatter(front, properties);
        properties.AppendTo(page);
        pages.Add(page);
        return new(properties.Metadata with { Title = properties.Metadata.Title ?? page.Headings.FirstOrDefault(static heading => heading.Level == 1)?.Title });
    }

    // Simple keys of the block alone; lists below a key ("- one") belong to it.
    private static void ReadFrontMatter(YamlFrontMatterBlock front, DocumentProperties properties)
    {
        var key = "";
        foreach (var line in front.Lines.ToString().Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && !char.IsWhiteSpace(line[0]) && line[0] != '-')
                key = line[..colon].Trim().ToLowerInvariant();
            else
                colon = line.AsSpan().TrimStart().StartsWith("- ") ? line.IndexOf('-', StringComparison.Ordinal) : -1;
            if (colon >= 0)
                Set(properties, key, line[(colon + 1)..].Trim(' ', '"', '\'', '\r', '[', ']'));
        }
    }

    private static void Set(DocumentProperties properties, string key, string value)
    {
        switch (key)
        {
            case "title":
                properties.SetTitle(value);
                break;
            case "author" or "authors":
                properties.SetAuthor(value);
                break;
            case "date":
                properties.SetCreated(value);
                break;
            case "lang" or "language":
                properties.SetLanguage(value);
                break;
            case "subtitle" or "description" or "summary" or "abstract" or "subject" or "tags" or "keywords" or "categories" or "category":
                properties.AddWords(value);
                break;
        }
    }

    private static void Write(ContainerBlock container, PageText page)
    {
        foreach (var block in container)
        {
            switch (block)
            {
                case YamlFrontMatterBlock or LinkReferenceDefinitionGroup:
                    break;
                case HeadingBlock heading:
                    page.EndParagraph();
                    var start = page.Length;
                    Write(heading.Inline, page);
                    page.MarkHeading(start, heading.Level);
                    page.EndLine();
                    break;
                case TableRow row:
                    foreach (var cell in row.OfType<TableCell>())
                    {
                        foreach (var leaf in cell.Descendants<LeafBlock>())
                            Write(leaf.Inline, page);
                        page.Append("\t");
                    }
                    page.EndLine();
                    break;
                case ContainerBlock inner:
                    Write(inner, page);
                    if (container is MarkdownDocument)
                        page.EndParagraph();
                    break;
                case LeafBlock { Inline: { } inline }:
                    Write(inline, page);
                    page.EndLine();
                    if (container is MarkdownDocument)
                        page.EndParagraph();
                    break;
                case HtmlBlock html:
                    page.AppendLine(TagStripper.Strip(html.Lines.ToString()));
                    break;
                case LeafBlock leaf:
                    page.AppendLine(leaf.Lines.ToString());
                    break;
            }
        }
    }

    private static void Write(ContainerInline? container, PageText page)
    {
        for (var inline = container?.FirstChild; inline is not null; inline = inline.NextSibling)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    page.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    page.Append(code.Content);
                    break;
                case LineBreakInline line:
                    page.Append(line.IsHard ? "\n" : " ");
                    break;
                case AutolinkInline link:
                    page.Append(link.Url);
                    break;
                case HtmlEntityInline entity:
                    page.Append(entity.Transcoded.AsSpan());
                    break;
                case LinkInline link:
                    Write(link, page);
                    if (!link.IsImage && link.Url is { Length: > 0 } url && (url.Contains("://", StringComparison.Ordinal) || url.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)))
                        page.Append($" ({url})");
                    if (!string.IsNullOrWhiteSpace(link.Title))
                        page.Append($" ({link.Title})");
                    break;
                case ContainerInline inner:
                    Write(inner, page);
                    break;
            }
        }
    }
}
