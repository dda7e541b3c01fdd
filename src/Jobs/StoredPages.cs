using ScaiDrive.Extraction;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Text on its way from extraction to the store and on to the chunker; the rooms do not know each other.</summary>
internal static class StoredPages
{
    internal static StoredText From(ExtractedDocument document, TimeSpan readTime) =>
        new(document.Status, document.MimeType, [.. document.Pages.Select(From)], document.PagesNeedingOcr)
        {
            PipelineVersion = document.PipelineVersion,
            Detail = document.Detail,
            Truncated = document.Truncated,
            ReadTime = readTime,
            Metadata = new()
            {
                Title = document.Metadata.Title,
                Author = document.Metadata.Author,
                CreatedAt = document.Metadata.CreatedAt,
                ModifiedAt = document.Metadata.ModifiedAt,
                Language = document.Metadata.Language,
                PageCount = document.Metadata.PageCount,
            },
        };

    internal static StoredPage From(ExtractedPage page) =>
        new(page.Number, page.Text, [.. page.Headings.Select(heading => new StoredHeading(heading.Offset, heading.Level, heading.Title))], page.OcrConfidence / 100);

    internal static bool HasText(StoredText text) => text.Pages.Any(page => !string.IsNullOrWhiteSpace(page.Text));

    /// <summary>What is cut into chunks: title and author where the first page does not show them, then the pages with text.</summary>
    internal static IReadOnlyList<ChunkSource> ToChunkSources(StoredText text)
    {
        List<ChunkSource> sources = [.. text.Pages
            .Where(page => !string.IsNullOrWhiteSpace(page.Text))
            .OrderBy(page => page.Number)
            .Select(page => new ChunkSource(page.Number, page.Text, [.. page.Headings.Select(heading => (heading.Offset, heading.Level, heading.Title))]))];
        if (sources.Count > 0 && TitleLines(text.Metadata, sources[0].Text) is { Length: > 0 } title)
            sources.Insert(0, new ChunkSource(sources[0].Page, title, []));
        return sources;
    }

    // Of its own, so that no page's text has a line that is not on the page.
    private static string TitleLines(StoredMetadata metadata, string firstPage) => string.Join('\n',
        new[] { metadata.Title, metadata.Author }.Where(line => !string.IsNullOrWhiteSpace(line) && !firstPage.Contains(line, StringComparison.OrdinalIgnoreCase)));
}
