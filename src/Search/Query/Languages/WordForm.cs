using System.Globalization;
using System.Text;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>The forms in which words are compared.</summary>
internal static class WordForm
{
    /// <summary>Longer words are compared by their beginning; nobody types them, and encoded bytes would fill the index.</summary>
    private const int Longest = 64;

    /// <summary>Compatibility forms, ligatures and widths made plain (NFKC), lower case, marks kept: what a stemmer wants to see.</summary>
    internal static string Normalize(ReadOnlySpan<char> word)
    {
        var text = Cut(word).ToString();
        return Ascii.IsValid(text) ? text.ToLowerInvariant() : Composed(WithoutInvisible(text)).ToLowerInvariant();
    }

    /// <summary>Without diacritics, and with letters that have a plain spelling spelled so. Vowel signs of Indic scripts are no diacritics.</summary>
    internal static string Fold(string normalized)
    {
        if (Ascii.IsValid(normalized))
            return normalized;
        var result = new StringBuilder(normalized.Length);
        foreach (var character in normalized.Normalize(NormalizationForm.FormD))
        {
            if (!IsDiacritic(character))
                Append(result, character);
        }

        return result.ToString().Normalize(NormalizationForm.FormC).ToLowerInvariant();
    }

    /// <summary>Characters that are not seen and do not separate: soft hyphens and joiners.</summary>
    internal static bool IsInvisible(int character) => character is 0x00AD or 0x200C or 0x200D or 0x2060 or 0xFEFF;

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> word) =>
        word.Length <= Longest ? word : word[..(char.IsHighSurrogate(word[Longest - 1]) ? Longest - 1 : Longest)];

    // A lone surrogate, which a damaged document may hold, cannot be normalised.
    private static string Composed(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    private static string WithoutInvisible(string text) =>
        text.Any(character => IsInvisible(character)) ? string.Concat(text.Where(character => !IsInvisible(character))) : text;

    // Of Latin, Greek and Cyrillic letters; Hebrew points; Arabic vowel signs and the stretched line.
    private static bool IsDiacritic(char character) => character switch
    {
        < '\u0300' => false,
        <= '\u036F' => true,
        >= '\u0591' and <= '\u05C7' => CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark,
        >= '\u064B' and <= '\u065F' or '\u0670' or '\u0640' => true,
        >= '\u1AB0' and <= '\u1AFF' or >= '\u1DC0' and <= '\u1DFF' or >= '\u20D0' and <= '\u20FF' or >= '\uFE20' and <= '\uFE2F' => true,
        _ => false,
    };

    private static void Append(StringBuilder result, char character) => _ = character switch
    {
        'ß' => result.Append("ss"),
        'æ' => result.Append("ae"),
        'œ' => result.Append("oe"),
        'þ' => result.Append("th"),
        'ø' => result.Append('o'),
        'ł' => result.Append('l'),
        'đ' or 'ð' => result.Append('d'),
        'ı' => result.Append('i'),
        _ => result.Append(character),
    };
}
