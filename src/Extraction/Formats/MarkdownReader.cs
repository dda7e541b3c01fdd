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
        pages.Add(page);
        var title = parsed.OfType<YamlFrontMatterBlock>().FirstOrDefault() is { } front ? FrontMatterTitle(front) : null;
        return new(DocumentMetadata.None with { Title = title ?? page.Headings.FirstOrDefault(static heading => heading.Level == 1)?.Title });
    }

    private static string? FrontMatterTitle(YamlFrontMatterBlock front)
    {
        foreach (var line in front.Lines.ToString().Split('\n'))
        {
            if (line.StartsWith("title:", StringComparison.OrdinalIgnoreCase))
                return line["title:".Length..].Trim(' ', '"', '\'', '\r') is { Length: > 0 } title ? title : null;
        }
        return null;
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
                    if (!link.IsImage && link.Url is { Length: > 0 } url && url.Contains("://", StringComparison.Ordinal))
                        page.Append($" ({url})");
                    break;
                case ContainerInline inner:
                    Write(inner, page);
                    break;
            }
        }
    }
}
