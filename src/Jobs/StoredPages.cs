using ScaiDrive.Extraction;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Pages on their way from extraction to the store and on to the chunker; the rooms do not know each other.</summary>
internal static class StoredPages
{
    internal static StoredPage From(ExtractedPage page) =>
        new(page.Number, page.Text, [.. page.Headings.Select(heading => new StoredHeading(heading.Offset, heading.Level, heading.Title))], page.OcrConfidence / 100);

    internal static IReadOnlyList<ChunkSource> ToChunkSources(StoredText text) =>
        [.. text.Pages
            .Where(page => !string.IsNullOrWhiteSpace(page.Text))
            .OrderBy(page => page.Number)
            .Select(page => new ChunkSource(page.Number, page.Text, [.. page.Headings.Select(heading => (heading.Offset, heading.Level, heading.Title))]))];
}
