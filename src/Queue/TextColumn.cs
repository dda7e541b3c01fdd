namespace ScaiDrive.Queue;

/// <summary>Makes any string fit a PostgreSQL <c>text</c> column: no NUL, no half of a surrogate pair, bounded length.</summary>
/// <remarks>Error messages and log lines quote what files contain; one bad character must not keep an outcome from being written.</remarks>
internal static class TextColumn
{
    internal const int MessageLength = 8000;
    internal const int CodeLength = 100;

    internal static string Fit(string text, int maxLength)
    {
        if (text.Length <= maxLength && IsStorable(text))
            return text;
        var cut = text.Length <= maxLength ? text : text[..(maxLength - 1)] + "…";
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                var pairStarts = char.IsHighSurrogate(source[i]) && i + 1 < source.Length && char.IsLowSurrogate(source[i + 1]);
                var pairEnds = char.IsLowSurrogate(source[i]) && i > 0 && char.IsHighSurrogate(source[i - 1]);
                target[i] = source[i] == '\0' || (char.IsSurrogate(source[i]) && !pairStarts && !pairEnds) ? '\uFFFD' : source[i];
            }
        });
    }

    private static bool IsStorable(string text)
    {
        foreach (var character in text)
        {
            if (character == '\0' || char.IsSurrogate(character))
                return false;
        }

        return true;
    }
}
