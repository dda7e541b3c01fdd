using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Query;

/// <summary>Reads what a person typed: words, phrases in quotes, a star after the beginning of a word.</summary>
/// <remarks>Every other character separates words. Nothing a person types can reach the index as syntax.</remarks>
internal static class QueryText
{
    private const int LongestQuery = 4_000;
    private const int MostTerms = 64;

    /// <summary>The terms of a query as if all texts were English.</summary>
    internal static IReadOnlyList<QueryTerm> Parse(string query) => Parse(query, [null], TextStems.None);

    /// <summary>The terms of a query in their order, repeated ones too: BM25 counts a word as often as it is asked for. Empty when it has no words.</summary>
    internal static IReadOnlyList<QueryTerm> Parse(string query, IReadOnlyCollection<string?> languages, TextStems stems)
    {
        var text = query.Length > LongestQuery ? query[..LongestQuery] : query;
        var reading = new Reading(languages.Count > 0 ? languages : [null], stems);
        var pieces = text.Split('"');
        for (var i = 0; i < pieces.Length; i++)
        {
            // Between the first and second quote, the third and fourth, and so on. A last quote without its partner is no quote.
            if (i % 2 == 1 && i < pieces.Length - 1)
                reading.AddPhrase(pieces[i]);
            else
                reading.AddWords(pieces[i]);
        }

        return [.. reading.Terms.Take(MostTerms)];
    }

    private sealed class Reading(IReadOnlyCollection<string?> languages, TextStems stems)
    {
        internal List<QueryTerm> Terms { get; } = [];

        internal void AddPhrase(string text)
        {
            var words = Words.In(text).ToList();
            if (words.Count == 0)
                return;
            var alternatives = languages.Select(language => words.SelectMany((word, i) => SequenceOf(text, word, language, isLast: i == words.Count - 1)));
            var isPhrase = words.Count > 1;
            Add(alternatives, FormOf(text), isPrefix: EndsInOneCharacter(text, words[^1]), isPhrase);
        }

        internal void AddWords(string text)
        {
            foreach (var word in Words.In(text))
            {
                var value = text[word.Start..word.End];
                var isBeginning = word.End < text.Length && text[word.End] == '*';
                if (word.IsUnsegmented)
                    Add([SequenceOf(text, word, null, isLast: true)], WordForm.Normalize(value), EndsInOneCharacter(text, word), false);
                else if (isBeginning)
                    Add([[WordForm.Fold(WordForm.Normalize(value))]], WordForm.Fold(WordForm.Normalize(value)), isPrefix: true, false);
                else
                    AddWord(value);
            }
        }

        // AnnualReport finds the one word, and the same words written apart.
        private void AddWord(string value)
        {
            var normalized = WordForm.Normalize(value);
            var spellings = Spellings(normalized);
            var parts = Words.Parts(value);
            var alternatives = languages.SelectMany(language => spellings.Select(spelling => (IEnumerable<string>)[stems.StemOf(spelling, language)]));
            if (parts.Count > 1)
                alternatives = alternatives.Concat(languages.Select(language => parts.Select(part => stems.StemOf(WordForm.Normalize(part), language))));
            Add(alternatives, WordForm.Fold(normalized), isPrefix: false, isPhrase: false);
        }

        // German umlauts may be spelled with an e, in names of files above all.
        private static IEnumerable<string> Spellings(string word)
        {
            yield return word;
            if (word.AsSpan().IndexOfAny("äöü") >= 0)
                yield return word.Replace("ä", "ae", StringComparison.Ordinal).Replace("ö", "oe", StringComparison.Ordinal).Replace("ü", "ue", StringComparison.Ordinal);
        }

        private IEnumerable<string> SequenceOf(string text, WordSpan word, string? language, bool isLast)
        {
            if (!word.IsUnsegmented)
                return [stems.StemOf(WordForm.Normalize(text.AsSpan(word.Start, word.End - word.Start)), language)];
            // The index has the last character of a run alone behind its pairs; what is typed may go on there.
            var pairs = Words.Pairs(text, word).Select(pair => pair.Term).ToList();
            return isLast && pairs.Count > 1 ? pairs.Take(pairs.Count - 1) : pairs;
        }

        // One character finds every pair that begins with it.
        private static bool EndsInOneCharacter(string text, WordSpan word) => word.IsUnsegmented && Words.Pairs(text, word).Take(2).Count() == 1;

        private static string FormOf(string text) =>
            string.Join(' ', Words.In(text).Select(word => WordForm.Fold(WordForm.Normalize(text.AsSpan(word.Start, word.End - word.Start)))));

        private void Add(IEnumerable<IEnumerable<string>> alternatives, string form, bool isPrefix, bool isPhrase)
        {
            var distinct = alternatives
                .Select(alternative => alternative.Where(term => term.Length > 0).ToArray())
                .Where(alternative => alternative.Length > 0)
                .DistinctBy(alternative => string.Join(' ', alternative))
                .ToArray<IReadOnlyList<string>>();
            if (distinct.Length > 0)
                Terms.Add(new(distinct, form, isPrefix, isPhrase));
        }
    }
}
