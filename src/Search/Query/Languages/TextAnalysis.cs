using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>Makes index terms of texts, and of queries what finds them. One analysis for every engine.</summary>
/// <remarks>
/// A text is analysed in its language, or as English when its language is not known. A query has no language: every word of it is
/// looked for in the form it would have in each language that the index holds. Index terms are lower case, without diacritics, and
/// consist of letters and digits only; an engine must compare them as they are, separated by spaces and stemmed no further.
/// </remarks>
internal sealed class TextAnalysis(Database database)
{
    private readonly SnowballStems _snowball = new(database);

    /// <summary>Learns the stems of all words of some texts, so that they can be analysed without waiting.</summary>
    /// <exception cref="NpgsqlException">The database, whose dictionaries stem, cannot be reached.</exception>
    internal async Task<TextStems> LearnAsync(IEnumerable<(string Text, string? Language)> texts, CancellationToken cancellationToken)
    {
        var words = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (text, language) in texts)
        {
            if (language is null || !SnowballStems.Has(language))
                continue;
            if (!words.TryGetValue(language, out var known))
                words[language] = known = new(StringComparer.Ordinal);
            foreach (var word in Words.In(text))
            {
                if (!word.IsUnsegmented)
                    known.Add(WordForm.Normalize(text.AsSpan(word.Start, word.End - word.Start)));
            }
        }

        var stems = new Dictionary<(string, string), string>();
        foreach (var (language, known) in words)
            await _snowball.AddStemsAsync(language, known, stems, cancellationToken);
        return new(stems);
    }

    /// <summary>The terms of a query in their order, repeated ones too. Empty when it has no words.</summary>
    /// <param name="query">What a person typed.</param>
    /// <param name="languages">The languages the index holds; null among them: texts whose language is not known.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NpgsqlException">The database, whose dictionaries stem, cannot be reached.</exception>
    internal async Task<IReadOnlyList<QueryTerm>> QueryAsync(
        string query, IReadOnlyCollection<string?> languages, CancellationToken cancellationToken)
    {
        var stems = await LearnAsync(languages.Select(language => (query, language)), cancellationToken);
        return QueryText.Parse(query, languages, stems);
    }
}

/// <summary>An index term in a text, and where it stands.</summary>
/// <param name="Term">The term.</param>
/// <param name="Form">The word as written, lower case, without diacritics.</param>
/// <param name="Start">First UTF-16 unit in the text.</param>
/// <param name="End">One past the last.</param>
internal readonly record struct TextTerm(string Term, string Form, int Start, int End);

/// <summary>Analyses texts whose stems were learned. Words that were not are their own stems.</summary>
internal sealed class TextStems(IReadOnlyDictionary<(string Language, string Word), string> stems)
{
    /// <summary>Enough for English, and for texts of languages without a stemmer.</summary>
    internal static TextStems None { get; } = new(new Dictionary<(string, string), string>());

    /// <summary>The terms of a text in their order; of unsegmented scripts overlapping pairs of characters, and the last one of a run alone.</summary>
    internal IEnumerable<TextTerm> In(string text, string? language)
    {
        foreach (var word in Words.In(text))
        {
            if (word.IsUnsegmented)
            {
                foreach (var pair in Words.Pairs(text, word))
                    yield return pair;
                continue;
            }

            // Nothing is left of a word that is made of marks alone.
            if (TermOf(text[word.Start..word.End], word.Start, word.End, language) is { Term.Length: > 0 } term)
                yield return term;
        }
    }

    /// <summary>The index terms of a text, separated by spaces.</summary>
    internal string TermsOf(string text, string? language) => string.Join(' ', In(text, language).Select(term => term.Term));

    /// <summary>The terms of a file's name: its words, their parts when they are joined (<c>AnnualReport2025</c>), and what a hyphen joins (<c>e-mail</c>) as one.</summary>
    internal IEnumerable<TextTerm> InName(string name, string? language)
    {
        foreach (var term in In(name, language))
            yield return term;
        var hyphened = new List<WordSpan>();
        foreach (var word in Words.In(name))
        {
            if (word.IsUnsegmented)
                continue;
            if (hyphened.Count > 0 && !(word.Start == hyphened[^1].End + 1 && name[word.Start - 1] == '-'))
                hyphened.Clear();
            hyphened.Add(word);
            if (hyphened.Count > 1)
                yield return TermOf(string.Concat(hyphened.Select(part => name[part.Start..part.End])), hyphened[0].Start, word.End, language);
            if (Words.Parts(name.AsSpan(word.Start, word.End - word.Start)) is { Count: > 1 } parts)
            {
                foreach (var part in parts)
                    yield return TermOf(part, word.Start, word.End, language);
            }
        }
    }

    /// <summary>The index terms of a file's name, separated by spaces.</summary>
    internal string TermsOfName(string name, string? language) => string.Join(' ', InName(name, language).Select(term => term.Term));

    private TextTerm TermOf(string word, int start, int end, string? language)
    {
        var normalized = WordForm.Normalize(word);
        return new(StemOf(normalized, language), WordForm.Fold(normalized), start, end);
    }

    /// <summary>The index term of a word.</summary>
    /// <param name="normalized">As <see cref="WordForm.Normalize"/> leaves it.</param>
    /// <param name="language">Null: as in English.</param>
    internal string StemOf(string normalized, string? language)
    {
        if (language is null or "en")
            return PorterStemmer.Stem(WordForm.Fold(normalized));
        return WordForm.Fold(stems.TryGetValue((language, normalized), out var stem) ? stem : normalized);
    }
}
