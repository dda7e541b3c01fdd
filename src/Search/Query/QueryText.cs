namespace ScaiDrive.Search.Query;

/// <summary>One thing a query asks for, as an FTS5 expression that cannot be a syntax error.</summary>
/// <param name="Expression">Quoted strings, with <c>+</c>-free phrases and at most one trailing star.</param>
/// <param name="Stems">The words in it as they are compared, for choosing a chunk and marking the text.</param>
/// <param name="IsPrefix">Whether the last stem stands for all words that begin so.</param>
/// <param name="IsPhrase">Asked for in quotes, so never left out.</param>
internal sealed record QueryTerm(string Expression, IReadOnlyList<string> Stems, bool IsPrefix, bool IsPhrase);

/// <summary>Reads what a person typed: words, phrases in quotes, a star after the beginning of a word.</summary>
/// <remarks>Every other character separates words. Nothing a person types can reach the index as syntax.</remarks>
internal static class QueryText
{
    private const int LongestQuery = 4_000;
    private const int MostTerms = 64;

    /// <summary>The terms of a query in their order, repeated ones too: BM25 counts a word as often as it is asked for. Empty when it has no words.</summary>
    internal static IReadOnlyList<QueryTerm> Parse(string query)
    {
        var text = query.Length > LongestQuery ? query[..LongestQuery] : query;
        var terms = new List<QueryTerm>();
        var pieces = text.Split('"');
        for (var i = 0; i < pieces.Length; i++)
        {
            // Between the first and second quote, the third and fourth, and so on. A last quote without its partner is no quote.
            if (i % 2 == 1 && i < pieces.Length - 1)
                AddPhrase(pieces[i], terms);
            else
                AddWords(pieces[i], terms);
        }

        return [.. terms.Take(MostTerms)];
    }

    private static void AddPhrase(string text, List<QueryTerm> terms)
    {
        var words = new List<string>();
        var stems = new List<string>();
        foreach (var word in Words.In(text))
        {
            var value = text[word.Start..word.End];
            words.AddRange(word.IsUnsegmented ? Words.Pairs(value, withLast: false) : [value]);
            stems.Add(StemOf(value, word.IsUnsegmented));
        }

        if (words.Count > 0)
            terms.Add(new(Quote(string.Join(' ', words)), stems, IsPrefix: false, IsPhrase: words.Count > 1));
    }

    private static void AddWords(string text, List<QueryTerm> terms)
    {
        foreach (var word in Words.In(text))
        {
            var value = text[word.Start..word.End];
            var isPrefix = word.End < text.Length && text[word.End] == '*';
            if (word.IsUnsegmented)
                terms.Add(Unsegmented(value, isPrefix));
            else if (Words.Parts(value) is { Count: > 1 } parts && !isPrefix)
                terms.Add(Joined(value, parts));
            else
                terms.Add(new(Quote(value) + (isPrefix ? " *" : ""), [isPrefix ? Words.Fold(value) : Words.Stem(value)], isPrefix, false));
        }
    }

    private static QueryTerm Unsegmented(string run, bool isPrefix)
    {
        var pairs = Words.Pairs(run, withLast: false).ToList();
        // One character finds every pair that begins with it.
        var star = isPrefix || run.EnumerateRunes().Count() == 1 ? " *" : "";
        return new(Quote(string.Join(' ', pairs)) + star, [run], star.Length > 0, false);
    }

    // AnnualReport finds the one word, and the same words written apart.
    private static QueryTerm Joined(string word, IReadOnlyList<string> parts)
    {
        var apart = Quote(string.Join(' ', parts));
        return new($"({Quote(word)} OR {apart})", [Words.Stem(word), .. parts.Select(part => Words.Stem(part))], false, false);
    }

    private static string StemOf(string word, bool isUnsegmented) => isUnsegmented ? word : Words.Stem(word);

    private static string Quote(string words) => $"\"{words}\"";
}
