using System.Text;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Texts as they are sent: stems and pairs of characters, separated by spaces, the same that the local index compares.</summary>
/// <param name="Tokens">Every word, as often as it stands there.</param>
/// <param name="Pairs">Each two words that follow each other, once: Weaviate knows no positions, so phrases are found by these.</param>
internal sealed record IndexedWords(string Tokens, string Pairs)
{
    /// <summary>Joins two words into one that stands for their sequence; no word contains it.</summary>
    internal const char Then = '_';

    // Longer than any word of a language; what is longer is cut on both sides alike.
    private const int LongestToken = 100;

    /// <summary>A name: its words, and the parts of words in mixed case or with digits.</summary>
    internal static IndexedWords OfName(string name)
    {
        var tokens = TokensOf(name).ToList();
        foreach (var word in Words.In(name))
        {
            var parts = word.IsUnsegmented ? [] : Words.Parts(name.AsSpan(word.Start, word.End - word.Start));
            if (parts.Count > 1)
                tokens.AddRange(parts.Select(part => Cut(Words.Stem(part))));
        }

        return Of(tokens);
    }

    /// <summary>The text of a file; what chunks repeat of the one before counts once.</summary>
    internal static IndexedWords OfContent(IEnumerable<FeedChunk> chunks) =>
        Of(chunks.SelectMany(chunk => TokensOf(chunk.Text[Math.Min(chunk.OverlapLength, chunk.Text.Length)..])));

    /// <summary>The words of a text in the form in which they are compared.</summary>
    internal static IEnumerable<string> TokensOf(string text)
    {
        foreach (var word in Words.In(text))
        {
            var value = text[word.Start..word.End];
            if (!word.IsUnsegmented)
            {
                yield return Cut(Words.Stem(value));
                continue;
            }

            foreach (var pair in Words.Pairs(value, withLast: true))
                yield return pair;
        }
    }

    internal static string Sequence(string first, string second) => first + Then + second;

    internal static string Cut(string token) => token.Length <= LongestToken ? token : token[..LongestToken];

    private static IndexedWords Of(IEnumerable<string> words)
    {
        var tokens = new StringBuilder();
        var pairs = new HashSet<string>(StringComparer.Ordinal);
        string? last = null;
        foreach (var word in words)
        {
            if (word.Length == 0)
                continue;
            if (last is not null)
            {
                tokens.Append(' ');
                pairs.Add(Sequence(last, word));
            }

            tokens.Append(word);
            last = word;
        }

        return new(tokens.ToString(), string.Join(' ', pairs));
    }
}
