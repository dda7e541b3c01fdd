namespace ScaiDrive.Search.Query;

/// <summary>English stems by the algorithm of M. F. Porter, "An algorithm for suffix stripping", 1980, as SQLite's FTS5 applies it.</summary>
/// <remarks>The index stems by itself; this copy finds the same words in the text of a hit.</remarks>
internal static class PorterStemmer
{
    private const int ShortestStemmed = 3;
    private const int LongestStemmed = 64;

    private static readonly (string Suffix, string Replacement)[] Step2Suffixes =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"),
        ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
        ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
        ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ];

    private static readonly (string Suffix, string Replacement)[] Step3Suffixes =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] Step4Suffixes =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al",
        "er", "ic", "ou",
    ];

    /// <summary>The stem of a lower-case word. Very short and very long words are their own stem.</summary>
    internal static string Stem(string word)
    {
        if (word.Length is < ShortestStemmed or > LongestStemmed)
            return word;
        var w = Step1(word);
        w = Replace(w, Step2Suffixes);
        w = Replace(w, Step3Suffixes);
        w = Step4(w);
        return Step5(w);
    }

    private static string Step1(string w)
    {
        if (Ends(w, "sses") || Ends(w, "ies"))
            w = w[..^2];
        else if (Ends(w, "s") && !Ends(w, "ss"))
            w = w[..^1];

        if (Ends(w, "eed"))
        {
            if (Measure(w, w.Length - 3) > 0)
                w = w[..^1];
        }
        else if (Ends(w, "ed") && HasVowel(w, w.Length - 2))
        {
            w = Restore(w[..^2]);
        }
        else if (Ends(w, "ing") && HasVowel(w, w.Length - 3))
        {
            w = Restore(w[..^3]);
        }

        return Ends(w, "y") && HasVowel(w, w.Length - 1) ? w[..^1] + "i" : w;
    }

    // After -ed and -ing: conflat(ed) is conflate, hopp(ing) is hop, fil(ing) is file.
    private static string Restore(string w)
    {
        if (Ends(w, "at") || Ends(w, "bl") || Ends(w, "iz"))
            return w + "e";
        if (w.Length >= 2 && w[^1] == w[^2] && IsConsonant(w, w.Length - 1) && w[^1] is not ('l' or 's' or 'z'))
            return w[..^1];
        return Measure(w, w.Length) == 1 && EndsConsonantVowelConsonant(w, w.Length) ? w + "e" : w;
    }

    private static string Replace(string w, (string Suffix, string Replacement)[] suffixes)
    {
        foreach (var (suffix, replacement) in suffixes)
        {
            if (Ends(w, suffix))
                return Measure(w, w.Length - suffix.Length) > 0 ? w[..^suffix.Length] + replacement : w;
        }

        return w;
    }

    private static string Step4(string w)
    {
        foreach (var suffix in Step4Suffixes)
        {
            if (!Ends(w, suffix))
                continue;
            var rest = w.Length - suffix.Length;
            var applies = Measure(w, rest) > 1 && (suffix != "ion" || w[rest - 1] is 's' or 't');
            return applies ? w[..rest] : w;
        }

        return w;
    }

    private static string Step5(string w)
    {
        if (Ends(w, "e"))
        {
            var measure = Measure(w, w.Length - 1);
            if (measure > 1 || (measure == 1 && !EndsConsonantVowelConsonant(w, w.Length - 1)))
                w = w[..^1];
        }

        return Ends(w, "ll") && Measure(w, w.Length - 1) > 1 ? w[..^1] : w;
    }

    private static bool Ends(string w, string suffix) => w.Length > suffix.Length && w.EndsWith(suffix, StringComparison.Ordinal);

    private static bool IsConsonant(string w, int i) => w[i] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => i == 0 || !IsConsonant(w, i - 1),
        _ => true,
    };

    private static bool HasVowel(string w, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (!IsConsonant(w, i))
                return true;
        }

        return false;
    }

    // How often vowels are followed by consonants: the m in [C](VC)^m[V].
    private static int Measure(string w, int length)
    {
        var measure = 0;
        for (var i = 1; i < length; i++)
        {
            if (IsConsonant(w, i) && !IsConsonant(w, i - 1))
                measure++;
        }

        return measure;
    }

    private static bool EndsConsonantVowelConsonant(string w, int length) =>
        length >= 3 && IsConsonant(w, length - 1) && !IsConsonant(w, length - 2) && IsConsonant(w, length - 3)
        && w[length - 1] is not ('w' or 'x' or 'y');
}
