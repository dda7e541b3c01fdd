using System.Globalization;
using System.Text;

namespace ScaiDrive.Search.Query;

/// <summary>A word in a text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="IsUnsegmented">A run of a script that is written without spaces; searched by pairs of characters.</param>
internal readonly record struct WordSpan(int Start, int End, bool IsUnsegmented);

/// <summary>Finds words as the index does: runs of letters, digits and their marks; everything else separates.</summary>
internal static class Words
{
    /// <summary>The words of a text, in order.</summary>
    internal static IEnumerable<WordSpan> In(string text)
    {
        var start = -1;
        var unsegmented = false;
        for (var i = 0; i < text.Length;)
        {
            var length = Rune.TryGetRuneAt(text, i, out var rune) ? rune.Utf16SequenceLength : 1;
            var isWord = length > 0 && rune != default && IsWord(rune, insideWord: start >= 0);
            var cjk = isWord && IsUnsegmented(rune);
            if (start >= 0 && (!isWord || cjk != unsegmented))
            {
                yield return new(start, i, unsegmented);
                start = -1;
            }

            if (isWord && start < 0)
                (start, unsegmented) = (i, cjk);
            i += length;
        }

        if (start >= 0)
            yield return new(start, text.Length, unsegmented);
    }

    /// <summary>The parts of a word in mixed case or with digits: <c>AnnualReport2025</c> is <c>Annual Report 2025</c>.</summary>
    internal static IReadOnlyList<string> Parts(ReadOnlySpan<char> word)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 1; i < word.Length; i++)
        {
            var humpUp = char.IsLower(word[i - 1]) && char.IsUpper(word[i]);
            var endOfCapitals = i + 1 < word.Length && char.IsUpper(word[i - 1]) && char.IsUpper(word[i]) && char.IsLower(word[i + 1]);
            var digits = char.IsAsciiDigit(word[i - 1]) != char.IsAsciiDigit(word[i]);
            if (!humpUp && !endOfCapitals && !digits)
                continue;
            parts.Add(word[start..i].ToString());
            start = i;
        }

        parts.Add(word[start..].ToString());
        return parts;
    }

    /// <summary>A name as it is indexed: itself, and the parts of its words, so that it is found by fragments.</summary>
    internal static string OfName(string name)
    {
        var result = new StringBuilder(ForIndex(name));
        foreach (var word in In(name))
        {
            var parts = Parts(name.AsSpan(word.Start, word.End - word.Start));
            if (parts.Count < 2)
                continue;
            foreach (var part in parts)
                result.Append(' ').Append(part);
        }

        return result.ToString();
    }

    /// <summary>A text as it is indexed: runs of unsegmented scripts become overlapping pairs of characters and the last one alone.</summary>
    internal static string ForIndex(string text)
    {
        if (!MayBeUnsegmented(text))
            return text;
        var result = new StringBuilder(text.Length * 2);
        var done = 0;
        foreach (var word in In(text))
        {
            if (!word.IsUnsegmented)
                continue;
            result.Append(text, done, word.Start - done).Append(' ');
            foreach (var pair in Pairs(text[word.Start..word.End], withLast: true))
                result.Append(pair).Append(' ');
            done = word.End;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Overlapping pairs of the characters of a run; a single character alone.</summary>
    internal static IEnumerable<string> Pairs(string run, bool withLast)
    {
        var runes = run.EnumerateRunes().ToArray();
        for (var i = 0; i + 1 < runes.Length; i++)
            yield return runes[i].ToString() + runes[i + 1];
        if (withLast || runes.Length == 1)
            yield return runes[^1].ToString();
    }

    /// <summary>A word in the form in which words are compared: lower case, without diacritics, English stem.</summary>
    internal static string Stem(ReadOnlySpan<char> word) => PorterStemmer.Stem(Fold(word));

    /// <summary>Lower case, without diacritics.</summary>
    internal static string Fold(ReadOnlySpan<char> word)
    {
        var lower = word.ToString().ToLowerInvariant();
        if (Ascii.IsValid(lower))
            return lower;
        var result = new StringBuilder(lower.Length);
        foreach (var rune in lower.EnumerateRunes())
        {
            foreach (var part in rune.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes())
            {
                if (Rune.GetUnicodeCategory(part) is not UnicodeCategory.NonSpacingMark)
                    result.Append(part.ToString());
            }
        }

        return result.ToString();
    }

    private static bool IsWord(Rune rune, bool insideWord) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => insideWord,
        _ => false,
    };

    private static bool MayBeUnsegmented(string text) => text.AsSpan().IndexOfAnyInRange('\u0E00', '\uDFFF') >= 0;

    // Thai, Lao, Myanmar, Khmer, kana, ideographs (with their extensions beyond the basic plane).
    private static bool IsUnsegmented(Rune rune) => rune.Value switch
    {
        >= 0x0E00 and <= 0x0EFF => true,
        >= 0x1000 and <= 0x109F => true,
        >= 0x1780 and <= 0x17FF => true,
        >= 0x3040 and <= 0x30FF => true,
        >= 0x3400 and <= 0x4DBF => true,
        >= 0x4E00 and <= 0x9FFF => true,
        >= 0xF900 and <= 0xFAFF => true,
        >= 0x20000 and <= 0x3FFFF => true,
        _ => false,
    };
}
