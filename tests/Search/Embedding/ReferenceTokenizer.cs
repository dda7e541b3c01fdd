using System.Text;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>
/// The definition of the cut, on the whole text at once and with nothing but a dictionary: form KC, a separator for every
/// space and one before the text, then the path of pieces with the highest sum of log probabilities.
/// </summary>
internal sealed class ReferenceTokenizer
{
    private const int Reserved = 6;
    private const string Separator = "\u2581";

    private readonly IReadOnlyList<(string Piece, double Score)> vocabulary;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly int longest;

    internal ReferenceTokenizer(IReadOnlyList<(string Piece, double Score)> vocabulary)
    {
        this.vocabulary = vocabulary;
        for (var id = Reserved; id < vocabulary.Count; id++)
            ids[vocabulary[id].Piece] = id;
        longest = ids.Keys.Max(piece => piece.Length);
    }

    internal int[] Encode(string text)
    {
        var normalized = Normalize(text);
        if (normalized.Length == 0)
            return [];
        var symbols = Symbols(Separator + normalized.Replace(" ", Separator, StringComparison.Ordinal));
        var best = new double[symbols.Count + 1];
        var words = new int[symbols.Count + 1];
        for (var start = 0; start < symbols.Count; start++)
        {
            var isFound = false;
            for (var end = start + 1; end <= Math.Min(symbols.Count, start + longest); end++)
            {
                if (ids.TryGetValue(string.Concat(symbols[start..end]), out var id))
                {
                    isFound = true;
                    Offer(end, best[start] + vocabulary[id].Score, id);
                }
            }

            // What begins no piece is one unknown symbol, which costs nothing.
            if (!isFound)
                Offer(start + 1, best[start], 0);
        }

        var cut = new List<int>();
        for (var end = symbols.Count; end > 0; end -= vocabulary[words[end]].Piece.Length)
        {
            // A run of unknown symbols is one token.
            if (words[end] != 0 || cut.Count == 0 || cut[^1] != 0)
                cut.Add(words[end]);
        }

        cut.Reverse();
        return [.. cut];

        // A sum of zero counts as not reached; of equal sums the later one wins.
        void Offer(int end, double sum, int id)
        {
            if (best[end] == 0 || sum >= best[end])
                (best[end], words[end]) = (sum, id);
        }
    }

    // The platform refuses unpaired surrogates and U+FFFE. They are characters of their own that combine with nothing.
    private static string Normalize(string text)
    {
        // Unicode 16 and 17, which the platform may not know.
        text = text.Replace('\uA7F1', 'S');
        for (var i = 0; i < 36; i++)
            text = text.Replace(char.ConvertFromUtf32(0x1CCD6 + i), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[i].ToString(), StringComparison.Ordinal);
        var normalized = new StringBuilder();
        var whole = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\uFFFE' || char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
            {
                normalized.Append(whole.ToString().Normalize(NormalizationForm.FormKC)).Append(text[i]);
                whole.Clear();
                continue;
            }

            whole.Append(text[i]);
            if (char.IsHighSurrogate(text[i]))
                whole.Append(text[++i]);
        }

        return normalized.Append(whole.ToString().Normalize(NormalizationForm.FormKC)).ToString();
    }

    private static List<string> Symbols(string text)
    {
        var symbols = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            symbols.Add(text.Substring(i, length));
            i += length - 1;
        }

        return symbols;
    }
}
