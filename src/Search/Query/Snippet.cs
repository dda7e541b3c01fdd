namespace ScaiDrive.Search.Query;

/// <summary>Cuts the part out of a text that says most about a query.</summary>
internal static class Snippet
{
    private const int Length = 240;
    private const int Lead = 40;

    /// <summary>The part with most different words of the query, plain text with an ellipsis where it was cut, and where those words stand.</summary>
    internal static (string Text, IReadOnlyList<TextRange> Highlights) Of(string text, IReadOnlyList<QueryTerm> terms)
    {
        var matches = Matches(text, terms);
        var start = matches.Count == 0 ? 0 : BestStart(text, matches);
        var end = Math.Min(text.Length, start + Length);
        if (end < text.Length)
            end = BackToSpace(text, start, end);
        var (before, after) = (start > 0 ? "…" : "", end < text.Length ? "…" : "");
        var highlights = matches
            .Where(match => match.Start >= start && match.End <= end)
            .Select(match => new TextRange(match.Start - start + before.Length, match.End - match.Start))
            .ToList();
        return (before + text[start..end] + after, highlights);
    }

    private static List<(int Start, int End, int Term)> Matches(string text, IReadOnlyList<QueryTerm> terms)
    {
        var matches = new List<(int, int, int)>();
        foreach (var word in Words.In(text))
        {
            var value = text[word.Start..word.End];
            var (stem, fold) = word.IsUnsegmented ? (value, value) : (Words.Stem(value), Words.Fold(value));
            for (var term = 0; term < terms.Count; term++)
            {
                foreach (var wanted in terms[term].Stems)
                {
                    if (word.IsUnsegmented)
                    {
                        var at = value.IndexOf(wanted, StringComparison.Ordinal);
                        if (at >= 0)
                            matches.Add((word.Start + at, word.Start + at + wanted.Length, term));
                    }
                    else if (terms[term].IsPrefix ? fold.StartsWith(wanted, StringComparison.Ordinal) : stem == wanted)
                    {
                        matches.Add((word.Start, word.End, term));
                    }
                }
            }
        }

        return matches;
    }

    private static int BestStart(string text, List<(int Start, int End, int Term)> matches)
    {
        var (best, bestScore) = (0, -1);
        var inWindow = new Dictionary<int, int>();
        var last = 0;
        for (var first = 0; first < matches.Count; first++)
        {
            for (; last < matches.Count && matches[last].End <= matches[first].Start - Lead + Length; last++)
                inWindow[matches[last].Term] = inWindow.GetValueOrDefault(matches[last].Term) + 1;
            // Different words count before repeated ones.
            var score = inWindow.Count * 1_000 + Math.Max(0, last - first);
            if (score > bestScore)
                (best, bestScore) = (first, score);
            if (last > first && --inWindow[matches[first].Term] == 0)
                inWindow.Remove(matches[first].Term);
            last = Math.Max(last, first + 1);
        }

        var start = Math.Max(0, matches[best].Start - Lead);
        while (start > 0 && start < matches[best].Start && !char.IsWhiteSpace(text[start - 1]))
            start++;
        return start;
    }

    private static int BackToSpace(string text, int start, int end)
    {
        for (var i = end; i > start + Length / 2; i--)
        {
            if (char.IsWhiteSpace(text[i]))
                return i;
        }

        return char.IsLowSurrogate(text[end]) ? end - 1 : end;
    }
}
