using System.Globalization;
using System.Text;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>Tells the language of a text from its script and its commonest words.</summary>
/// <remarks>Made for documents, not for a query of three words: it would rather say nothing than guess.</remarks>
public static class LanguageDetector
{
    private const int MostCharacters = 24_000;
    private const int MostOfOneText = 3_000;

    /// <summary>A language needs so many of its common words.</summary>
    private const double FewestVotes = 2;

    /// <summary>And so large a share of all words. Running text has 25 to 50 % of them; lists and tables have few.</summary>
    private const double LeastShare = 0.06;

    /// <summary>And to be ahead of the next by so much.</summary>
    private const double Lead = 1.15;

    /// <summary>The language most of a document is in.</summary>
    /// <param name="texts">Parts of one document, in order; only as much is read as is needed.</param>
    /// <returns>ISO 639-1 (<c>no</c> for both written forms of Norwegian), or null when the evidence is thin.</returns>
    public static string? Detect(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var votes = new LanguageVotes();
        var left = MostCharacters;
        foreach (var text in texts)
        {
            var part = text.AsSpan(0, Math.Min(text.Length, Math.Min(left, MostOfOneText)));
            votes.Count(part);
            left -= part.Length;
            if (left <= 0)
                break;
        }

        return votes.Script switch
        {
            null => null,
            Script.Han when votes.Of(Script.Kana) > votes.Of(Script.Han) / 20 => "ja",
            Script.Han => "zh",
            Script.Kana => "ja",
            Script.Hangul => "ko",
            Script.Greek => "el",
            Script.Armenian => "hy",
            Script.Tamil => "ta",
            Script.Thai => "th",
            Script.Lao => "lo",
            Script.Khmer => "km",
            Script.Myanmar => "my",
            Script.Georgian => "ka",
            { } script => ByWords(votes, script),
        };
    }

    private static string? ByWords(LanguageVotes votes, Script script)
    {
        var candidates = votes.ByLanguage
            .Where(vote => CommonWords.ScriptOf(vote.Key) == script)
            .OrderByDescending(vote => vote.Value)
            .ToList();
        if (candidates.Count == 0)
            return null;
        var (language, best) = candidates[0];
        var next = candidates.Count > 1 ? candidates[1].Value : 0;
        return best >= FewestVotes && best >= LeastShare * votes.Words && best >= Lead * next ? language : null;
    }
}

/// <summary>What was seen of a document: letters by script, and words that are common in a language.</summary>
internal sealed class LanguageVotes
{
    private const int LongestCommonWord = 12;

    private readonly int[] _letters = new int[Enum.GetValues<Script>().Length];
    private readonly Dictionary<string, double> _votes = new(StringComparer.Ordinal);

    internal int Words { get; private set; }

    internal IReadOnlyDictionary<string, double> ByLanguage => _votes;

    /// <summary>The script of more than half of the letters; Han and kana count together.</summary>
    internal Script? Script
    {
        get
        {
            var all = _letters.Sum();
            if (all == 0)
                return null;
            var japanese = Of(Languages.Script.Han) + Of(Languages.Script.Kana);
            if (japanese * 2 > all)
                return Of(Languages.Script.Han) > 0 ? Languages.Script.Han : Languages.Script.Kana;
            var most = Array.IndexOf(_letters, _letters.Max());
            return _letters[most] * 2 > all && most != (int)Languages.Script.Other ? (Script)most : null;
        }
    }

    internal int Of(Script script) => _letters[(int)script];

    internal void Count(ReadOnlySpan<char> text)
    {
        Span<char> word = stackalloc char[LongestCommonWord];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (Rune.IsLetter(rune) || isMark)
            {
                if (!isMark)
                    CountLetter(rune);
                if (length < LongestCommonWord && rune.IsBmp)
                    word[length] = (char)Rune.ToLowerInvariant(rune).Value;
                length++;
                continue;
            }

            if (length > 0)
                CountWord(word, length);
            length = 0;
        }

        if (length > 0)
            CountWord(word, length);
    }

    private void CountLetter(Rune rune)
    {
        _letters[(int)Scripts.Of(rune)]++;
        // A letter that one language alone has, among those looked for, is worth a tenth of a word.
        if (CommonWords.LanguageOfLetter(rune) is { } language)
            _votes[language] = _votes.GetValueOrDefault(language) + 0.1;
    }

    private void CountWord(Span<char> word, int length)
    {
        Words++;
        if (length > LongestCommonWord)
            return;
        foreach (var language in CommonWords.LanguagesOf(word[..length], out var weight))
            _votes[language] = _votes.GetValueOrDefault(language) + weight;
    }
}
