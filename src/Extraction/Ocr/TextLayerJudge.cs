using System.Buffers;
using System.Globalization;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Judges by measure whether a page's text layer is what its reader sees. In doubt it is: recognition costs seconds, and reads less well than a good layer.</summary>
/// <remarks>
/// A layer is garbage when its font says nothing about the letters (private-use, replacement and control characters), when bytes were
/// taken for the wrong encoding, or when glyph numbers were taken for letters. Each leaves a trace that no language has.
/// </remarks>
internal static class TextLayerJudge
{
    // A page's character is clear long before its end.
    private const int Sample = 20_000;

    // Below this a page number in a symbol font would decide.
    private const int LeastToJudge = 16;

    private const int LeastLetters = 60;
    private const int LeastWords = 12;

    // A running head, a page number and a stamp of the scanner together.
    private const int SparseCharacters = 120;

    // Letters of Latin, Greek and Cyrillic alphabets that stand for vowels. Latin ones beyond ASCII are vowels unless listed below.
    private static readonly SearchValues<char> Vowels = SearchValues.Create(
        "aeiouyAEIOUY" + "αεηιουωάέήίόύώϊϋΐΰΑΕΗΙΟΥΩΆΈΉΊΌΎΏ" + "аеёиоуыэюяіїєѣўәөүұАЕЁИОУЫЭЮЯІЇЄѢЎӘӨҮҰ");

    private static readonly SearchValues<char> MarkedConsonants = SearchValues.Create(
        "ÇçĆćĈĉĊċČčĎďĐđÐðĜĝĞğĠġĢģĤĥĦħĴĵĶķĸĹĺĻļĽľĿŀŁłÑñŃńŅņŇňŉŊŋŔŕŖŗŘřŚśŜŝŞşŠšȘșŢţŤťŦŧȚțŴŵŹźŻżŽžſßÞþẞ");

    /// <summary>True when hardly anything of the text can be what the page shows.</summary>
    internal static bool IsGarbage(ReadOnlySpan<char> text)
    {
        if (text.Length > Sample)
            text = text[..Sample];
        var seen = Count(text);
        return seen.Visible >= LeastToJudge && (IsUnmapped(seen) || IsSymbolSoup(seen) || IsWrongEncoding(seen) || IsUnspeakable(seen));
    }

    /// <summary>True when a page with so little text and a picture of its own size is that picture.</summary>
    internal static bool IsSparse(ReadOnlySpan<char> text)
    {
        var weight = 0;
        foreach (var character in text)
        {
            if (!char.IsLetterOrDigit(character) && !char.IsSurrogate(character))
                continue;
            // An ideograph or a syllable says as much as two or three letters.
            weight += character >= '\u2E80' ? 3 : 1;
            if (weight >= SparseCharacters)
                return false;
        }
        return true;
    }

    // Real text has next to no control characters; bullets of symbol fonts account for a few private-use ones.
    private static bool IsUnmapped(in Tally seen) =>
        seen.Unmapped * 10 > seen.Visible * 3 || (seen.Visible >= LeastLetters && seen.Controls * 100 > seen.Visible * 8);

    // Code, formulas and tables of numbers keep above 45 percent; rows of one sign (leaders, rules) count once.
    private static bool IsSymbolSoup(in Tally seen) => seen.Runs >= LeastToJudge && seen.Meaningful * 100 < seen.Runs * 30;

    // Vietnamese, the richest in marks, has a third of its letters beyond ASCII and half of those outside Latin-1.
    // What another encoding makes of Cyrillic, Greek or Chinese bytes lies in Latin-1 nearly altogether.
    private static bool IsWrongEncoding(in Tally seen) => seen.Letters >= LeastToJudge
        && (seen.LatinOne * 2 > seen.Letters || seen.ScriptChanges * 4 > seen.Letters);

    // Glyph numbers taken for letters: in prose one word in twenty has no vowel at most, after any exchange of letters mostly one in five.
    // Short words in capitals are acronyms, and judged only where there is little else.
    private static bool IsUnspeakable(in Tally seen) => seen.Prose.Words >= LeastWords
        ? IsUnspeakable(seen.Prose, mostVowels: 30, leastVowelless: seen.Prose.Words >= 3 * LeastWords ? 15 : 20)
        : seen.Capitals.Words >= LeastWords && IsUnspeakable(seen.Capitals, mostVowels: 24, leastVowelless: 30);

    private static bool IsUnspeakable(in WordTally seen, int mostVowels, int leastVowelless) =>
        seen.Letters >= LeastLetters && seen.Vowels * 100 < seen.Letters * mostVowels && seen.Vowelless * 100 > seen.Words * leastVowelless;

    private static Tally Count(ReadOnlySpan<char> text)
    {
        var seen = new Tally();
        var (last, script, word) = ('\0', Script.None, new Word());
        foreach (var character in text)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(character);
            if (char.IsWhiteSpace(character))
            {
                word.End(ref seen);
                script = Script.None;
                continue;
            }
            seen.Visible++;
            var isLetter = category <= UnicodeCategory.OtherLetter;
            Judge(ref seen, character, category);
            // Runs pass over white space: leaders may be set with spaces between the dots.
            if (character != last || isLetter || category == UnicodeCategory.DecimalDigitNumber)
            {
                seen.Runs++;
                if (IsMeaningful(character, category))
                    seen.Meaningful++;
            }
            last = character;
            if (!isLetter)
            {
                if (category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
                {
                    word.End(ref seen);
                    script = Script.None;
                }
                continue;
            }
            var here = ScriptOf(character);
            if (script != Script.None && here != script)
                seen.ScriptChanges++;
            script = here;
            seen.Letters++;
            if (character is >= '\u00C0' and <= '\u00FF')
                seen.LatinOne++;
            if (here is Script.Latin or Script.Greek or Script.Cyrillic)
                word.Add(IsVowel(character), category == UnicodeCategory.UppercaseLetter);
        }
        word.End(ref seen);
        return seen;
    }

    private static void Judge(ref Tally seen, char character, UnicodeCategory category)
    {
        if (category == UnicodeCategory.Control)
            seen.Controls++;
        if (character == '\uFFFD' || category is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
            seen.Unmapped++;
    }

    // Half a surrogate pair stands for a letter of a rare script as often as for a symbol: in doubt it means something.
    private static bool IsMeaningful(char character, UnicodeCategory category) => category is <= UnicodeCategory.OtherNumber or UnicodeCategory.Surrogate || (category == UnicodeCategory.MathSymbol && !char.IsAscii(character));

    private static bool IsVowel(char letter) => Vowels.Contains(letter)
        || (letter is (>= '\u00C0' and < '\u0370') or (>= '\u1E00' and < '\u1F00') && !MarkedConsonants.Contains(letter))
        || letter is >= '\u1F00' and < '\u2000'; // Greek with accents of old spelling: all but two are vowels

    // Only scripts that no word mixes; ideographs, kana, and whatever stands beside Latin in a name of a product count as one.
    private static Script ScriptOf(char letter) => letter switch
    {
        'µ' or 'ª' or 'º' => Script.Latin,
        < '\u0370' or (>= '\u1E00' and < '\u1F00') or (>= '\uFB00' and < '\uFB07') => Script.Latin,
        < '\u0400' or (>= '\u1F00' and < '\u2000') => Script.Greek,
        < '\u0530' => Script.Cyrillic,
        < '\u0590' => Script.Armenian,
        < '\u0600' => Script.Hebrew,
        < '\u0780' or (>= '\uFB50' and < '\uFE70') => Script.Arabic,
        < '\u0E00' => Script.Indic,
        < '\u1100' => Script.SouthEast,
        _ => Script.Other,
    };

    private enum Script
    {
        None, Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Indic, SouthEast, Other,
    }

    private struct Tally
    {
        internal int Visible, Unmapped, Controls, Runs, Meaningful, Letters, LatinOne, ScriptChanges;
        internal WordTally Prose, Capitals;
    }

    private struct WordTally
    {
        internal int Words, Letters, Vowels, Vowelless;
    }

    /// <summary>The run of letters being read. One and two letters are units, initials and variables as often as words.</summary>
    private struct Word
    {
        private const int LongestAcronym = 5;

        private int _letters, _vowels, _capitals;

        internal void Add(bool vowel, bool capital)
        {
            _letters++;
            _vowels += vowel ? 1 : 0;
            _capitals += capital ? 1 : 0;
        }

        internal void End(ref Tally seen)
        {
            if (_letters >= 3)
                Enter(ref _capitals == _letters && _letters <= LongestAcronym ? ref seen.Capitals : ref seen.Prose);
            (_letters, _vowels, _capitals) = (0, 0, 0);
        }

        private readonly void Enter(ref WordTally words)
        {
            words.Words++;
            words.Letters += _letters;
            words.Vowels += _vowels;
            words.Vowelless += _vowels == 0 ? 1 : 0;
        }
    }
}
