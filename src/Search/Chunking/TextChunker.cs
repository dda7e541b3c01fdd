using ScaiDrive.Search.Text;

namespace ScaiDrive.Search.Chunking;

/// <summary>Cuts pages into chunks at sentence and heading borders, within the token budget of a model.</summary>
/// <remarks>
/// A chunk never crosses a page. Every character that is not white space is in at least one chunk, in reading order.
/// A chunk starts with the last sentence or two of the chunk before, unless a heading or a page stands between. The budget
/// holds for what is embedded: the text and its <see cref="TextChunk.Context"/>.
/// Time is linear in the text. Thread-safe when the counter is.
/// </remarks>
public sealed class TextChunker(ITokenCounter counter, ChunkOptions? options = null)
{
    internal const string SectionSeparator = " > ";

    private const int LongestSection = 300;
    private const int MostOverlapSentences = 2;

    // The share of the budget that context may take: what is left must still be mostly the text's own.
    private const int ContextShare = 4;

    // A sentence of more than half a chunk would leave the chunk before it half empty, so it is cut into parts that fill it.
    private const int LongSentenceShare = 2;
    private const int SentencePartShare = 4;

    private readonly ChunkOptions _options = options ?? new();

    /// <summary>Cuts a document. Pages without text give no chunks.</summary>
    /// <param name="pages">The pages in reading order; a section goes on over pages until the next heading.</param>
    /// <param name="title">What the document calls itself; null: it is known by how it begins.</param>
    public IReadOnlyList<TextChunk> Split(IReadOnlyList<ChunkSource> pages, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(pages);
        var chunks = new List<TextChunk>();
        var headings = new Stack<(int Level, string Title)>();
        var context = new ChunkContext(counter, Budget / ContextShare, title, pages);
        foreach (var page in pages)
            new PageSplit(counter, Budget, _options.OverlapTokens, page, headings, context, chunks).Run();
        return chunks;
    }

    private int Budget => Math.Max(1, Math.Min(_options.TargetTokens, counter.MaxTokens));

    /// <summary>A sentence, or a part of one that alone would not fit.</summary>
    private readonly record struct Piece(int Start, int End, int Tokens, bool UnderNewHeading, string? Section);

    private sealed class PageSplit(
        ITokenCounter counter, int budget, int overlapTokens, ChunkSource page,
        Stack<(int Level, string Title)> headings, ChunkContext context, List<TextChunk> chunks)
    {
        private readonly List<Piece> _pieces = [];

        internal void Run()
        {
            CutIntoPieces();
            var start = 0; // first piece of the chunk being filled, repeated ones included
            var fresh = 0; // first piece no chunk holds yet
            var tokens = _pieces.Count > 0 ? ContextTokens(0) : 0;
            for (var i = 0; i < _pieces.Count; i++)
            {
                var piece = _pieces[i];
                var underHeading = piece.UnderNewHeading && tokens >= budget / 4;
                if (i > fresh && (underHeading || tokens + piece.Tokens > budget))
                {
                    Emit(start, fresh, i);
                    fresh = i;
                    tokens = ContextTokens(i);
                    if (underHeading)
                        start = i;
                    else
                        (start, tokens) = Overlap(start, i, tokens);
                }

                tokens += piece.Tokens;
            }

            if (fresh < _pieces.Count)
                Emit(start, fresh, _pieces.Count);
        }

        private void CutIntoPieces()
        {
            var text = page.Text;
            var next = 0;
            string? section = SectionPath();
            var ordered = page.Headings.OrderBy(heading => heading.Offset).ToList();
            var position = 0;
            var newHeading = false;
            while (position < text.Length)
            {
                while (next < ordered.Count && ordered[next].Offset <= position)
                {
                    Enter(ordered[next].Level, ordered[next].Title);
                    section = SectionPath();
                    newHeading = true;
                    next++;
                }

                var limit = next < ordered.Count ? Math.Min(ordered[next].Offset, text.Length) : text.Length;
                var end = SentenceBorders.NextBorder(text, position, limit);
                newHeading = !Add(position, end, newHeading, section) && newHeading;
                position = end;
            }

            // A heading at the very end belongs to what the next page starts with.
            for (; next < ordered.Count; next++)
                Enter(ordered[next].Level, ordered[next].Title);
        }

        // False when there is nothing but white space.
        private bool Add(int start, int end, bool newHeading, string? section)
        {
            var text = page.Text.AsSpan();
            while (start < end && char.IsWhiteSpace(text[start]))
                start++;
            while (end > start && char.IsWhiteSpace(text[end - 1]))
                end--;
            if (start == end)
                return false;

            var tokens = counter.Count(text[start..end]);
            AddParts(start, end, tokens, newHeading, section, tokens > budget / LongSentenceShare ? budget / SentencePartShare : budget);
            return true;
        }

        private void AddParts(int start, int end, int tokens, bool newHeading, string? section, int most)
        {
            var text = page.Text.AsSpan();
            var middle = tokens > most ? SentenceBorders.Middle(text, start, end) : end;
            // Inside a word only what would not fit at all is cut.
            if (middle <= start || middle >= end || (tokens <= budget - budget / ContextShare && !char.IsWhiteSpace(text[middle])))
            {
                _pieces.Add(new(start, end, tokens, newHeading, section));
                return;
            }

            var next = middle;
            while (next < end && char.IsWhiteSpace(text[next]))
                next++;
            AddParts(start, middle, counter.Count(text[start..middle]), newHeading, section, most);
            if (next < end)
                AddParts(next, end, counter.Count(text[next..end]), false, section, most);
        }

        // The chunk that begins with a piece is under that piece's section, as good as always.
        private int ContextTokens(int piece) =>
            context.For(_pieces[piece].Section, page.Text.AsSpan(_pieces[piece].Start)) is { } before ? counter.Count(before) : 0;

        private (int Start, int Tokens) Overlap(int start, int next, int contextTokens)
        {
            var tokens = 0;
            var from = next;
            var room = Math.Min(overlapTokens, budget - contextTokens - _pieces[next].Tokens);
            while (from - 1 > start && next - from < MostOverlapSentences && tokens + _pieces[from - 1].Tokens <= room)
                tokens += _pieces[--from].Tokens;
            return (from, contextTokens + tokens);
        }

        private void Emit(int start, int fresh, int end)
        {
            var first = _pieces[start].Start;
            var text = page.Text[first.._pieces[end - 1].End];

            // Counts of sentences do not add up exactly to the count of the whole; what the model reads must fit it.
            var section = MainSection(fresh, end);
            var before = context.For(section, text);
            var embedded = EmbeddedText.Of(before, text);
            var tokens = counter.Count(embedded);
            if (tokens > counter.MaxTokens && (start < fresh || end - start > 1))
            {
                if (start < fresh)
                {
                    Emit(fresh, fresh, end);
                    return;
                }

                var half = start + (end - start) / 2;
                Emit(start, start, half);
                Emit(half, half, end);
                return;
            }

            chunks.Add(new(chunks.Count, page.Page, LastPage: null, section, text, EmbeddedText.HashOf(embedded))
            {
                OverlapLength = _pieces[fresh].Start - first,
                Context = before,
                Tokens = tokens,
            });
        }

        // The section most of the chunk stands under: a title directly followed by a sub-title is told by the sub-title.
        private string? MainSection(int from, int end)
        {
            var best = _pieces[from].Section;
            var bestTokens = -1;
            for (var i = from; i < end;)
            {
                var section = _pieces[i].Section;
                var tokens = 0;
                for (; i < end && _pieces[i].Section == section; i++)
                    tokens += _pieces[i].Tokens;
                if (tokens > bestTokens)
                    (best, bestTokens) = (section, tokens);
            }

            return best;
        }

        private void Enter(int level, string title)
        {
            while (headings.TryPeek(out var above) && above.Level >= level)
                headings.Pop();
            headings.Push((level, DatabaseText.Collapse(title)));
        }

        private string? SectionPath()
        {
            if (headings.Count == 0)
                return null;
            var path = string.Join(SectionSeparator, headings.Reverse().Select(heading => heading.Title));
            return path.Length <= LongestSection ? path : path[..LongestSection];
        }
    }
}
