using System.Text;

namespace ScaiDrive.Search.Text;

/// <summary>Makes any UTF-16 fit for PostgreSQL, which refuses NUL and unpaired surrogates.</summary>
internal static class DatabaseText
{
    /// <summary>The text with NUL and unpaired surrogates replaced by U+FFFD, one for one; the same string when it has none.</summary>
    internal static string Clean(string text)
    {
        var bad = FirstBad(text, 0);
        if (bad < 0)
            return text;
        var characters = text.ToCharArray();
        for (; bad >= 0; bad = FirstBad(text, bad + 1))
            characters[bad] = '\uFFFD';
        return new(characters);
    }

    /// <summary>The text trimmed, with every run of white space made one space.</summary>
    internal static string Collapse(string text)
    {
        var result = new StringBuilder(text.Length);
        var pending = false;
        foreach (var character in text)
        {
            if (char.IsWhiteSpace(character))
            {
                pending = result.Length > 0;
                continue;
            }

            if (pending)
                result.Append(' ');
            pending = false;
            result.Append(character);
        }

        return result.ToString();
    }

    private static int FirstBad(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return i;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else
                return i;
        }

        return -1;
    }
}
