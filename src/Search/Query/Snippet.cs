using System.Globalization;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Query;

/// <summary>Cuts the part out of a text that says most about a query.</summary>
internal static class Snippet
{
    private const int Length = 240;
    private const int Lead = 40;

    /// <summary>The part of an English text with most different words of the query.</summary>
    internal static (string Text, IReadOnlyList<TextRange> Highlights) Of(string text, IReadOnlyList<QueryTerm> terms) =>
        Of(text, terms, language: null, TextStems.None);

    /// <summary>The part with most different words of the query, plain text with an ellipsis where it was cut, and where those words stand.</summary>
    internal static (string Text, IReadOnlyList<TextRange> Highlights) Of(
        string text, IReadOnlyList<QueryTerm> terms, string? language, TextStems stems)
    {
        var matches = QueryMatches.In(text, terms, language, stems);
        var start = matches.Count == 0 ? 0 : BestStart(text, matches);
        var end = Math.Min(text.Length, start + Length);
        if (end < text.Length)
            end = WholeWords(text, start, end);
        var (before, after) = (start > 0 ? "…" : "", end < text.Length ? "…" : "");
        var highlights = new List<TextRange>();
        foreach (var match in matches.Where(match => match.Start >= start && match.End <= end))
            Highlight(highlights, match.Start - start + before.Length, match.End - start + before.Length);
        return (before + text[start..end] + after, highlights);
    }

    // In order and not overlapping: pairs of characters that follow each other become one range.
    private static void Highlight(List<TextRange> highlights, int start, int end)
    {
        if (highlights.Count > 0 && highlights[^1] is var last && start <= last.Offset + last.Length)
            highlights[^1] = new(last.Offset, Math.Max(last.Offset + last.Length, end) - last.Offset);
        else
            highlights.Add(new(start, end - start));
    }

    private static int BestStart(string text, IReadOnlyList<QueryMatch> matches)
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

        return StartBefore(text, matches[best].Start);
    }

    // At a word a little before the match; in a script without spaces at a character.
    private static int StartBefore(string text, int match)
    {
        var earliest = Math.Max(0, match - Lead);
        if (earliest == 0)
            return 0;
        for (var i = earliest; i < match; i++)
        {
            if (char.IsWhiteSpace(text[i - 1]))
                return i;
        }

        return Math.Min(match, NextCharacter(text, earliest));
    }

    private static int WholeWords(string text, int start, int end)
    {
        for (var i = end; i > start + Length / 2; i--)
        {
            if (char.IsWhiteSpace(text[i]))
                return i;
        }

        return LastCharacter(text, start, end);
    }

    // Characters as a reader sees them: a letter with its marks, an emoji of several code points, a pair of surrogates. Where one
    // begins is only known from a place that surely is a border.
    private static int NextCharacter(string text, int at)
    {
        var border = at;
        while (border > 0 && !char.IsWhiteSpace(text[border]))
            border--;
        while (border < at)
            border += StringInfo.GetNextTextElementLength(text, border);
        return border;
    }

    private static int LastCharacter(string text, int start, int end)
    {
        var border = start;
        while (StringInfo.GetNextTextElementLength(text, border) is var length && border + length <= end)
            border += length;
        return border > start ? border : end;
    }
}
