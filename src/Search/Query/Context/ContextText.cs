using System.Globalization;
using System.Text;
using ScaiDrive.Search.Chunking;

namespace ScaiDrive.Search.Query.Context;

/// <summary>Writes passages down as one text within a token budget.</summary>
/// <remarks>
/// Every source starts on a line of its own: its number in brackets, the path, the page, the section. Nothing a file is called can
/// break that line. A passage that does not fit is cut at the end of a sentence, and it is the last.
/// </remarks>
internal sealed class ContextText(ITokenCounter counter, int maxTokens)
{
    private const string Between = "\n\n";
    private const int LongestPath = 200;
    private const int LongestSection = 150;

    // A heading of more than this share of the budget would leave nothing to say.
    private const int HeadingShare = 3;

    private readonly StringBuilder _context = new();
    private readonly List<ContextSource> _sources = [];

    internal bool IsTruncated { get; private set; }

    internal IReadOnlyList<ContextSource> Sources => _sources;

    internal string Context => _context.ToString();

    internal int Tokens => counter.Count(Context);

    /// <summary>Adds a passage, or as much of it as fits.</summary>
    /// <returns>False when it did not fit whole: nothing more is to be added.</returns>
    internal bool Add(Passage passage, ReadableFile file, IReadOnlyList<ReadableFile> otherFiles)
    {
        var number = _sources.Count + 1;
        var heading = (number > 1 ? Between : "") + Heading(number, passage, file) + "\n";
        var text = Clean(passage.Text);
        var fitting = Fitting(heading, text);
        IsTruncated |= fitting.Length < text.Length;
        if (fitting.Length == 0)
            return false;
        _context.Append(heading).Append(fitting);
        _sources.Add(new(
            number, file, otherFiles, passage.Chunks[0].Page, passage.Chunks[^1].LastPage, passage.Chunks[0].Section,
            [.. passage.Chunks.Select(chunk => chunk.Index)], passage.Score, fitting, counter.Count(heading + fitting)));
        return fitting.Length == text.Length;
    }

    // Tokens of parts need not add up to tokens of the whole, so the whole is counted.
    private bool Fits(string heading, string text) => counter.Count(_context + heading + text) <= maxTokens;

    private string Fitting(string heading, string text)
    {
        if (Fits(heading, text))
            return text;
        var ends = new List<int>();
        for (var end = 0; end < text.Length;)
            ends.Add(end = SentenceBorders.NextBorder(text, end, text.Length));
        if (Longest(heading, text, ends) is { Length: > 0 } sentences)
            return sentences;
        // Not one sentence fits. The best passage of all is worth its beginning.
        return _sources.Count > 0 ? "" : Longest(heading, text, [.. Enumerable.Range(1, ends[0]).Where(end => end == ends[0] || char.IsWhiteSpace(text[end]))]);
    }

    // Longer text has more tokens, so the longest that fits is found by halving.
    private string Longest(string heading, string text, List<int> ends)
    {
        var (fits, fitsNot) = (-1, ends.Count);
        while (fitsNot - fits > 1)
        {
            var middle = (fits + fitsNot) / 2;
            if (Fits(heading, text[..ends[middle]]))
                fits = middle;
            else
                fitsNot = middle;
        }

        return fits < 0 ? "" : text[..ends[fits]].TrimEnd();
    }

    private string Heading(int number, Passage passage, ReadableFile file)
    {
        var (first, last) = (passage.Chunks[0].Page, passage.Chunks[^1].LastPage);
        var pages = first == last ? $"page {first.ToString(CultureInfo.InvariantCulture)}" : string.Create(CultureInfo.InvariantCulture, $"pages {first}-{last}");
        var section = passage.Chunks[0].Section is { } headings ? $", {Tail(Line(headings), LongestSection)}" : "";
        var path = Line(file.Path);
        for (var length = LongestPath; ; length /= 2)
        {
            var heading = string.Create(CultureInfo.InvariantCulture, $"[{number}] {Tail(path, length)}, {pages}{section}");
            if (length <= 10 || counter.Count(heading) <= maxTokens / HeadingShare)
                return heading;
            section = "";
        }
    }

    // The end of a path tells more than its beginning.
    private static string Tail(string line, int length) => line.Length <= length ? line : "…" + line[^(char.IsLowSurrogate(line[^length]) ? length - 1 : length)..];

    // One line, whatever stands in a name: no line breaks, no control characters, nothing that turns the direction of writing.
    private static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            line.Append(IsPlain(rune) ? rune.ToString() : " ");
        return line.ToString().Trim();
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || IsPlain(rune))
                clean.Append(rune.ToString());
        }

        return clean.ToString().Trim();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
