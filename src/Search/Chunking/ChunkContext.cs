using ScaiDrive.Search.Text;

namespace ScaiDrive.Search.Chunking;

/// <summary>What stands before the text of a chunk when it is embedded: the document's title and the heading above it.</summary>
/// <remarks>
/// A chunk of the middle of a document rarely names the document's subject again. With the title before it its vector does;
/// see docs/adr/0009-ranking.md for what that is worth. A document without a title is known by how it begins.
/// </remarks>
internal sealed class ChunkContext
{
    // A title longer than this is a paragraph; its beginning does as well.
    private const int LongestTitle = 100;
    private const int LongestHeading = 60;

    private readonly ITokenCounter _counter;
    private readonly int _budget;
    private readonly string _title;

    /// <param name="counter">Of the model that reads it.</param>
    /// <param name="budget">Tokens it may take from the text.</param>
    /// <param name="title">The document's title; null: the beginning of <paramref name="pages"/>.</param>
    /// <param name="pages">The document.</param>
    internal ChunkContext(ITokenCounter counter, int budget, string? title, IReadOnlyList<ChunkSource> pages)
    {
        (_counter, _budget) = (counter, budget);
        _title = Clip(string.IsNullOrWhiteSpace(title) ? Opening(pages) : title, LongestTitle);
    }

    /// <summary>Title and heading for a chunk under a section; null when there is neither, or no room.</summary>
    /// <param name="section">The headings above, outermost first, joined.</param>
    /// <param name="text">The chunk: what it begins with is not said twice.</param>
    internal string? For(string? section, ReadOnlySpan<char> text)
    {
        var heading = Clip(section?.Split(TextChunker.SectionSeparator)[^1] ?? "", LongestHeading);
        var start = DatabaseText.Collapse(text[..Math.Min(text.Length, 2 * LongestTitle)].ToString());
        var context = string.Join(". ", new[] { _title, heading }.Where(line => line.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(line => !start.StartsWith(line, StringComparison.OrdinalIgnoreCase)));
        while (context.Length > 0 && _counter.Count(context) > _budget)
            context = Clip(context, context.Length * 2 / 3);
        return context.Length > 0 ? context : null;
    }

    // The first paragraph: a title on its own, or the beginning of a text that has none.
    private static string Opening(IReadOnlyList<ChunkSource> pages)
    {
        var text = pages.FirstOrDefault(page => !string.IsNullOrWhiteSpace(page.Text))?.Text.TrimStart() ?? "";
        var start = text[..Math.Min(text.Length, 2 * LongestTitle)];
        var blank = start.AsSpan().IndexOf("\n\n");
        return blank > 0 ? start[..blank] : start;
    }

    private static string Clip(string text, int longest)
    {
        var line = DatabaseText.Collapse(text);
        if (line.Length <= longest)
            return line;
        var space = line.LastIndexOf(' ', longest);
        var end = space > 0 ? space : longest;
        return line[..(char.IsHighSurrogate(line[end - 1]) ? end - 1 : end)];
    }
}
