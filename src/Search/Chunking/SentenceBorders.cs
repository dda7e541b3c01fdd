namespace ScaiDrive.Search.Chunking;

/// <summary>Finds where one sentence ends and the next may begin.</summary>
/// <remarks>Looks at each character a constant number of times, so a line of any length costs linear time.</remarks>
internal static class SentenceBorders
{
    // Text without borders (tables, code, unsegmented scripts) is cut here, at white space where there is some.
    private const int LongestSentence = 600;
    private const int ShortestForcedCut = 300;

    /// <summary>The end (exclusive) of the sentence that starts at <paramref name="start"/>; not beyond <paramref name="limit"/>.</summary>
    internal static int NextBorder(ReadOnlySpan<char> text, int start, int limit)
    {
        var end = Math.Min(limit, start + LongestSentence);
        for (var i = start; i < end; i++)
        {
            switch (text[i])
            {
                case '\f':
                    return i + 1;
                case '\n' when IsBlankLine(text, i + 1, end):
                    return i + 1;
                case '。' or '！' or '？' or '｡':
                    return SkipClosers(text, i + 1, end);
                case '.' or '!' or '?' or '…' or '؟' or '।':
                    var after = SkipClosers(text, i + 1, end);
                    if (after >= limit)
                        return limit;
                    if (after < end && char.IsWhiteSpace(text[after]) && !ContinuesInLowerCase(text, after, end))
                        return after;
                    break;
            }
        }

        return end == limit ? limit : ForcedCut(text, start, end);
    }

    /// <summary>Where a text that is too long is best cut in the middle: at white space near it, never inside a surrogate pair.</summary>
    internal static int Middle(ReadOnlySpan<char> text, int start, int end)
    {
        var middle = start + (end - start) / 2;
        for (var i = middle; i > start + (end - start) / 4; i--)
        {
            if (char.IsWhiteSpace(text[i]))
                return i;
        }

        return WholeCharacter(text, start, middle);
    }

    private static int ForcedCut(ReadOnlySpan<char> text, int start, int end)
    {
        var space = -1;
        for (var i = end - 1; i >= start + ShortestForcedCut; i--)
        {
            if (text[i] == '\n')
                return i + 1;
            if (space < 0 && char.IsWhiteSpace(text[i]))
                space = i + 1;
        }

        return space > 0 ? space : WholeCharacter(text, start, end);
    }

    private static int WholeCharacter(ReadOnlySpan<char> text, int start, int cut)
    {
        if (cut > start + 1 && cut < text.Length && char.IsLowSurrogate(text[cut]) && char.IsHighSurrogate(text[cut - 1]))
            return cut - 1;
        return Math.Max(cut, start + 1);
    }

    private static bool IsBlankLine(ReadOnlySpan<char> text, int from, int end)
    {
        // A few spaces or a carriage return may stand on a blank line; more are rare and only cost a border.
        for (var i = from; i < end && i < from + 8; i++)
        {
            if (text[i] == '\n')
                return true;
            if (!char.IsWhiteSpace(text[i]))
                return false;
        }

        return false;
    }

    private static int SkipClosers(ReadOnlySpan<char> text, int from, int end)
    {
        while (from < end && text[from] is '"' or '\'' or ')' or ']' or '}' or '”' or '’' or '»' or '」' or '』' or '.' or '!' or '?' or '。' or '！' or '？')
            from++;
        return from;
    }

    private static bool ContinuesInLowerCase(ReadOnlySpan<char> text, int from, int end)
    {
        for (var i = from; i < end && i < from + 8; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
                return char.IsLower(text[i]);
        }

        return false;
    }
}
