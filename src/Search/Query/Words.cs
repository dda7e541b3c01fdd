using System.Globalization;
using System.Text;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Query;

/// <summary>A word in a text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="IsUnsegmented">A run of a script that is searched by pairs of characters.</param>
internal readonly record struct WordSpan(int Start, int End, bool IsUnsegmented);

/// <summary>Finds words: runs of letters, digits and their marks; everything else separates.</summary>
internal static class Words
{
    /// <summary>The words of a text, in order.</summary>
    internal static IEnumerable<WordSpan> In(string text)
    {
        var start = -1;
        var unsegmented = false;
        for (var i = 0; i < text.Length;)
        {
            var isRune = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isRune ? rune.Utf16SequenceLength : 1;
            var isWord = isRune && IsWord(rune, insideWord: start >= 0);
            // Marks, iteration marks and the like belong to the run they stand in.
            var isPart = start >= 0 && isWord && (IsMark(rune) || WordForm.IsInvisible(rune.Value));
            var isRun = isPart ? unsegmented : isWord && Scripts.IsUnsegmented(rune);
            if (start >= 0 && (!isWord || isRun != unsegmented))
            {
                yield return new(start, i, unsegmented);
                start = -1;
            }

            if (isWord && start < 0)
                (start, unsegmented) = (i, isRun);
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

    /// <summary>Overlapping pairs of the characters of a run, and the last one alone, so that one character finds it too.</summary>
    internal static IEnumerable<TextTerm> Pairs(string text, WordSpan run)
    {
        var characters = Characters(text, run);
        for (var i = 0; i + 1 < characters.Count; i++)
        {
            var pair = characters[i].Text + characters[i + 1].Text;
            yield return new(pair, pair, characters[i].Start, characters[i + 1].End);
        }

        if (characters.Count > 0)
            yield return new(characters[^1].Text, characters[^1].Text, characters[^1].Start, characters[^1].End);
    }

    // A character with its marks is one; a half-width letter and its voicing mark become one.
    private static List<(string Text, int Start, int End)> Characters(string text, WordSpan run)
    {
        var characters = new List<(string, int, int)>();
        for (var i = run.Start; i < run.End;)
        {
            Rune.TryGetRuneAt(text, i, out var rune);
            var end = i + rune.Utf16SequenceLength;
            while (end < run.End && Rune.TryGetRuneAt(text, end, out var next) && (IsMark(next) || IsHalfWidthVoicing(next) || WordForm.IsInvisible(next.Value)))
                end += next.Utf16SequenceLength;
            if (WordForm.Normalize(text.AsSpan(i, end - i)) is { Length: > 0 } character)
                characters.Add((character, i, end));
            i = end;
        }

        return characters;
    }

    private static bool IsHalfWidthVoicing(Rune rune) => rune.Value is 0xFF9E or 0xFF9F;

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsWord(Rune rune, bool insideWord) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => insideWord,
        _ => insideWord && WordForm.IsInvisible(rune.Value),
    };
}
