using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Query;

/// <summary>A place in a text that a term of a query matches.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="Term">Which term.</param>
internal readonly record struct QueryMatch(int Start, int End, int Term);

/// <summary>Finds the words of a query in a text as the index does.</summary>
internal static class QueryMatches
{
    /// <summary>Every word that belongs to a match, in the order of the text. A phrase gives its words one by one, and only where all of them stand in order.</summary>
    internal static IReadOnlyList<QueryMatch> In(string text, IReadOnlyList<QueryTerm> terms, string? language, TextStems stems)
    {
        var firsts = FirstTerms(terms);
        var words = stems.In(text, language).ToList();
        var matches = new SortedSet<QueryMatch>(Comparer<QueryMatch>.Create(
            static (left, right) => (left.Start, left.End, left.Term).CompareTo((right.Start, right.End, right.Term))));
        for (var at = 0; at < words.Count; at++)
        {
            if (firsts.TryGetValue(words[at].Term, out var candidates))
            {
                foreach (var (term, sequence) in candidates)
                    Add(matches, words, at, term, sequence, terms[term]);
            }
        }

        for (var term = 0; term < terms.Count; term++)
        {
            if (terms[term] is { IsPrefix: true, IsPhrase: false })
                AddPrefixes(matches, words, term, terms[term]);
        }

        return [.. matches];
    }

    private static Dictionary<string, List<(int Term, IReadOnlyList<string> Sequence)>> FirstTerms(IReadOnlyList<QueryTerm> terms)
    {
        var firsts = new Dictionary<string, List<(int, IReadOnlyList<string>)>>(StringComparer.Ordinal);
        for (var term = 0; term < terms.Count; term++)
        {
            foreach (var alternative in terms[term].Alternatives)
            {
                if (terms[term].IsPrefix && alternative.Count == 1)
                    continue;
                if (!firsts.TryGetValue(alternative[0], out var list))
                    firsts[alternative[0]] = list = [];
                list.Add((term, alternative));
            }
        }

        return firsts;
    }

    private static void Add(
        SortedSet<QueryMatch> matches, List<TextTerm> words, int at, int term, IReadOnlyList<string> sequence, QueryTerm query)
    {
        if (at + sequence.Count > words.Count)
            return;
        for (var i = 1; i < sequence.Count; i++)
        {
            var isLast = i == sequence.Count - 1;
            var fits = query.IsPrefix && isLast
                ? words[at + i].Form.StartsWith(sequence[i], StringComparison.Ordinal)
                : words[at + i].Term == sequence[i];
            if (!fits)
                return;
        }

        for (var i = 0; i < sequence.Count; i++)
            matches.Add(new(words[at + i].Start, words[at + i].End, term));
    }

    private static void AddPrefixes(SortedSet<QueryMatch> matches, List<TextTerm> words, int term, QueryTerm query)
    {
        for (var at = 0; at < words.Count; at++)
        {
            if (!words[at].Form.StartsWith(query.Form, StringComparison.Ordinal))
                continue;
            // Of a pair of characters that overlaps the next one, only the first was typed.
            var isPair = at + 1 < words.Count && words[at + 1].Start < words[at].End;
            matches.Add(new(words[at].Start, isPair ? words[at + 1].Start : words[at].End, term));
        }
    }
}
