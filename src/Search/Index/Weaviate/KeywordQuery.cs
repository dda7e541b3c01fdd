using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>What a person typed, as conditions that say which files match and words that say how well.</summary>
/// <param name="terms">What is asked for.</param>
/// <param name="completions">Index terms of words that begin as asked, as far as they are known.</param>
internal sealed class KeywordQuery(IReadOnlyList<QueryTerm> terms, IReadOnlyList<string>? completions = null)
{
    internal IReadOnlyList<QueryTerm> Terms => terms;

    internal int TermCount => terms.Count;

    /// <summary>Files that have everything asked for.</summary>
    internal Where All => Where.All(terms.Select(Condition));

    /// <summary>Files that have anything asked for; what stands in quotes is never left out. As in the local index.</summary>
    internal Where Any => terms.Where(term => term.IsPhrase).ToList() is { Count: > 0 } quoted
        ? Where.All(quoted.Select(Condition))
        : Where.Any(terms.Select(Condition));

    /// <summary>The words BM25 compares. Beginnings of words it cannot: their completions stand for them.</summary>
    internal string Ranked => string.Join(' ', terms.Where(term => !IsBeginning(term))
        .SelectMany(term => term.Alternatives.SelectMany(alternative => alternative).Distinct(StringComparer.Ordinal))
        .Concat(completions ?? []));

    internal bool HasBeginning => terms.Any(IsBeginning);

    /// <summary>Whether a word as written begins as asked.</summary>
    internal bool IsCompletedBy(string form) => terms.Any(term => IsBeginning(term) && form.StartsWith(term.Form, StringComparison.Ordinal));

    /// <summary>Files whose name has a word that begins as asked.</summary>
    internal Where BeginningInName => Where.Any(terms.Where(IsBeginning).Select(term => Where.Like("nameForms", term.Form + "*")));

    /// <summary>Whether a term is a word that may be left out when it is very common.</summary>
    internal static bool MayBeLeftOut(QueryTerm term) => term is { IsPlain: true, IsPhrase: false, IsPrefix: false };

    /// <summary>Files that have a term.</summary>
    internal static Where Condition(QueryTerm term) => IsBeginning(term)
        ? Where.Any(Where.Like("nameForms", term.Form + "*"), Where.Like("contentForms", term.Form + "*"))
        : Where.Any(term.Alternatives.Select(alternative => HasSequence(alternative, term.IsPrefix)));

    /// <summary>How often each term stands in a text, in the order of the terms.</summary>
    internal int[] CountIn(IReadOnlyList<TextTerm> text) => [.. terms.Select(term => IsBeginning(term)
        ? text.Count(word => word.Form.StartsWith(term.Form, StringComparison.Ordinal))
        : term.Alternatives.Sum(alternative => Count(alternative, term.IsPrefix, text)))];

    private static int Count(IReadOnlyList<string> sequence, bool isOpen, IReadOnlyList<TextTerm> text)
    {
        var count = 0;
        for (var at = 0; at + sequence.Count <= text.Count; at++)
        {
            var same = 0;
            while (same < sequence.Count && Fits(sequence[same], text[at + same], isOpen && same == sequence.Count - 1))
                same++;
            count += same == sequence.Count ? 1 : 0;
        }

        return count;
    }

    private static bool Fits(string wanted, TextTerm word, bool isOpen) =>
        isOpen ? word.Form.StartsWith(wanted, StringComparison.Ordinal) : word.Term == wanted;

    private static Where HasSequence(IReadOnlyList<string> sequence, bool isOpen)
    {
        if (sequence.Count == 1)
            return Where.Any(Where.Equal("name", sequence[0]), Where.Equal("content", sequence[0]));
        var pairs = sequence.Zip(sequence.Skip(1), IndexedWords.Sequence).ToList();
        return Where.Any(((string[])["namePairs", "contentPairs"]).Select(property => isOpen
            ? Where.All([.. pairs.SkipLast(1).Select(pair => Where.Equal(property, pair)), Where.Like(property, pairs[^1] + "*")])
            : Where.ContainsAll(property, [.. pairs.Distinct(StringComparer.Ordinal)])));
    }

    private static bool IsBeginning(QueryTerm term) => term is { IsPrefix: true, IsPlain: true };
}
