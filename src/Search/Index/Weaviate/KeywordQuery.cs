using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>What a person typed, as conditions that say which files match and words that say how well.</summary>
internal sealed class KeywordQuery(IReadOnlyList<QueryTerm> terms)
{
    private readonly IReadOnlyList<QueryTerm> _terms = terms;

    internal int TermCount => _terms.Count;

    /// <summary>Files that have everything asked for.</summary>
    internal Where All => Where.All(_terms.Select(Condition));

    /// <summary>Files that have anything asked for.</summary>
    internal Where Any => Where.Any(_terms.Select(Condition));

    /// <summary>The words BM25 compares. Empty when only beginnings of words are asked for: those it cannot.</summary>
    internal string Ranked => string.Join(' ', _terms.Where(term => !IsPrefix(term)).SelectMany(term => TokensOf(term.Stems)));

    internal bool HasPrefix => _terms.Any(IsPrefix);

    /// <summary>Files whose name has a word that begins as asked.</summary>
    internal Where PrefixInName => Where.Any(_terms.Where(IsPrefix).Select(term => Where.Like("name", PatternOf(term))));

    /// <summary>The word of a term that is a single one, for counting; null for phrases and beginnings.</summary>
    internal static string? SingleWord(QueryTerm term) =>
        term.IsPhrase || term.IsPrefix || TokensOf(term.Stems) is not [var only] ? null : only;

    internal static Where HasWord(string token) => Where.Any(Where.Equal("name", token), Where.Equal("content", token));

    /// <summary>How often each term stands in some words, in their order.</summary>
    internal int[] CountIn(IReadOnlyList<string> tokens) => [.. _terms.Select(term => Count(term, tokens))];

    private static int Count(QueryTerm term, IReadOnlyList<string> tokens)
    {
        if (IsPrefix(term))
            return tokens.Count(token => token.StartsWith(PatternOf(term)[..^1], StringComparison.Ordinal));
        return term is { IsPhrase: false, Stems: [var whole, _, ..] }
            ? Count([IndexedWords.Cut(whole)], tokens) + Count(TokensOf(term.Stems.Skip(1)), tokens)
            : Count(TokensOf(term.Stems), tokens);
    }

    private static int Count(IReadOnlyList<string> sequence, IReadOnlyList<string> tokens)
    {
        var count = 0;
        for (var i = 0; sequence.Count > 0 && i + sequence.Count <= tokens.Count; i++)
        {
            var same = 0;
            while (same < sequence.Count && tokens[i + same] == sequence[same])
                same++;
            count += same == sequence.Count ? 1 : 0;
        }

        return count;
    }

    private static Where Condition(QueryTerm term)
    {
        if (IsPrefix(term))
            return Where.Any(Where.Like("name", PatternOf(term)), Where.Like("content", PatternOf(term)));
        // AnnualReport: the one word, or its parts behind each other.
        return term is { IsPhrase: false, Stems: [var whole, _, ..] }
            ? Where.Any(HasWord(IndexedWords.Cut(whole)), HasSequence(TokensOf(term.Stems.Skip(1))))
            : HasSequence(TokensOf(term.Stems));
    }

    private static Where HasSequence(IReadOnlyList<string> tokens)
    {
        if (tokens.Count == 1)
            return HasWord(tokens[0]);
        var pairs = tokens.Zip(tokens.Skip(1), IndexedWords.Sequence).Distinct(StringComparer.Ordinal).ToList();
        return Where.Any(Where.ContainsAll("namePairs", pairs), Where.ContainsAll("contentPairs", pairs));
    }

    // A run of an unsegmented script is its pairs of characters; only a single character is a beginning.
    private static bool IsPrefix(QueryTerm term) => term.IsPrefix && TokensOf(term.Stems).Count == 1;

    // Beginnings are compared with stems, so the stem is what they must begin with.
    private static string PatternOf(QueryTerm term) => IndexedWords.Cut(Words.Stem(term.Stems[0])) + "*";

    private static List<string> TokensOf(IEnumerable<string> stems) =>
        [.. stems.SelectMany(stem => IsUnsegmented(stem) ? Words.Pairs(stem, withLast: false) : [IndexedWords.Cut(stem)])];

    private static bool IsUnsegmented(string stem) => Words.In(stem).FirstOrDefault().IsUnsegmented;
}
