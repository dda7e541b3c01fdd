using System.Numerics;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Tells from a recognised text which languages it is written in.</summary>
internal static class LanguageJudge
{
    private const int Sample = 20_000;
    private const int LongestWord = 12;

    // In running text a third to a half of all words are on its language's list, and a fifth of them on no other of the languages in question.
    // Two foreign names with their articles on a page must not count, one sentence of ten must.
    private const double LeastShare = 0.04;
    private const int LeastHits = 3;
    private const int LeastDifferent = 2;

    /// <summary>The installed languages the text is clearly written in though none of <paramref name="used"/> covers them, best first.</summary>
    internal static IReadOnlyList<string> Missing(string text, IReadOnlyList<string> used, IReadOnlySet<string> installed)
    {
        var unused = Mask(language => installed.Contains(language) && !used.Contains(language));
        var known = Mask(used.Contains);
        // Data that is for a whole script, or for a language without a profile, may be the right one: there is nothing to hold against it.
        if (unused == 0 || known == 0 && used.Count > 0)
            return [];
        var words = Count(text);
        var found = new List<string>();
        while (unused != 0)
        {
            var (best, hits) = Strongest(words, unused, known);
            if (best < 0 || hits < LeastShare * words.Total)
                break;
            found.Add(LanguageProfiles.Languages[best]);
            known |= 1UL << best;
            unused &= ~known;
        }
        return found;
    }

    /// <summary>Those of <paramref name="languages"/> the text shows any trace of, in order.</summary>
    internal static IReadOnlyList<string> Spoken(string text, IReadOnlyList<string> languages)
    {
        var words = Count(text);
        return [.. languages.Where(language =>
        {
            var others = Mask(other => other != language && languages.Contains(other));
            return LanguageProfiles.Languages.ToList().IndexOf(language) is not (>= 0 and var bit)
                || Hits(words, 1UL << bit, others) is var (hits, different) && hits >= LeastHits && different >= LeastDifferent && hits >= LeastShare / 2 * words.Total;
        })];
    }

    private static (int Language, int Hits) Strongest(WordCounts words, ulong candidates, ulong known)
    {
        var (best, most) = (-1, 0);
        for (var rest = candidates; rest != 0; rest &= rest - 1)
        {
            var bit = BitOperations.TrailingZeroCount(rest);
            var (hits, different) = Hits(words, 1UL << bit, known);
            if (hits > most && hits >= LeastHits && different >= LeastDifferent)
                (best, most) = (bit, hits);
        }
        return (best, most);
    }

    private static (int Hits, int Different) Hits(WordCounts words, ulong language, ulong others)
    {
        var (hits, different) = (0, 0);
        foreach (var (_, (count, speakers)) in words.Common)
        {
            if ((speakers & language) == 0 || (speakers & others) != 0)
                continue;
            hits += count;
            different++;
        }
        return (hits, different);
    }

    private static ulong Mask(Func<string, bool> chosen)
    {
        var mask = 0UL;
        for (var i = 0; i < LanguageProfiles.Languages.Count; i++)
            mask |= chosen(LanguageProfiles.Languages[i]) ? 1UL << i : 0;
        return mask;
    }

    private static WordCounts Count(string text)
    {
        var words = new WordCounts();
        Span<char> word = stackalloc char[LongestWord];
        var length = 0;
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, Sample)))
        {
            if (char.IsLetter(character))
            {
                if (length < LongestWord)
                    word[length] = Letters.Plain(character);
                length++;
                continue;
            }
            words.Add(word, length);
            length = 0;
        }
        words.Add(word, length);
        return words;
    }

    private sealed class WordCounts
    {
        internal int Total { get; private set; }

        internal Dictionary<string, (int Count, ulong Speakers)> Common { get; } = new(StringComparer.Ordinal);

        internal void Add(ReadOnlySpan<char> word, int length)
        {
            if (length == 0)
                return;
            Total++;
            // Single letters are initials, units and elisions in every language.
            if (length is 1 or > LongestWord || LanguageProfiles.Speakers(word[..length]) is not (> 0 and var speakers))
                return;
            var key = word[..length].ToString();
            Common[key] = (Common.GetValueOrDefault(key).Count + 1, speakers);
        }
    }
}
