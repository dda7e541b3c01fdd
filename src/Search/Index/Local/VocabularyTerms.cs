using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>What the words of the index say about the words of a query.</summary>
internal static class VocabularyTerms
{
    /// <summary>Index terms looked up one by one for the beginning of a word.</summary>
    private const int MostForPrefix = 300;

    /// <summary>Files of these terms together, the first one apart: reading them takes about a microsecond each, while writes wait.</summary>
    private const long MostFilesForPrefix = 2_000_000;

    private const int MostInExpression = 30;

    /// <summary>Shorter halves of a word are words by chance.</summary>
    private const int ShortestPart = 2;

    /// <summary>Adds to the terms of a query what the index knows: terms of the same spelling, words written together or apart.</summary>
    internal static IReadOnlyList<QueryTerm> Refine(SqliteStatements reader, IReadOnlyList<QueryTerm> terms)
    {
        var refined = new QueryTerm[terms.Count];
        for (var i = 0; i < terms.Count; i++)
            refined[i] = IsWord(terms[i]) ? WithForms(reader, terms[i]) : terms[i];
        // annual report also finds annualreport, which then has both words.
        for (var i = 0; i + 1 < terms.Count; i++)
        {
            if (!IsWord(terms[i]) || !IsWord(terms[i + 1]) || TermsOf(reader, terms[i].Form + terms[i + 1].Form) is not { Count: > 0 } joined)
                continue;
            refined[i] = With(refined[i], joined.Select(term => (IReadOnlyList<string>)[term]));
            refined[i + 1] = With(refined[i + 1], joined.Select(term => (IReadOnlyList<string>)[term]));
        }

        return refined;
    }

    /// <summary>The index terms of all words that begin so, of frequent words first, and whether there were too many.</summary>
    internal static (IReadOnlyList<string> Terms, bool IsCut) BeginningWith(SqliteStatements reader, string beginning)
    {
        var terms = new List<string>();
        var files = 0L;
        using var rows = reader.Read(LocalIndexSql.TermsOfForms, beginning, beginning + "\U0010FFFF", MostForPrefix + 1);
        while (rows.Read())
        {
            files += rows.GetInt64(1);
            if (terms.Count == MostForPrefix || (terms.Count > 0 && files > MostFilesForPrefix))
                return (terms, true);
            terms.Add(rows.GetString(0));
        }

        return (terms, false);
    }

    /// <summary>A term as an FTS5 expression for chunks. Of a beginning it has the frequent words that begin so: their terms may be shorter than it.</summary>
    internal static string ExpressionOf(SqliteStatements reader, QueryTerm term)
    {
        if (term is not { IsPrefix: true, IsPhrase: false })
            return term.Expression;
        var words = BeginningWith(reader, term.Form).Terms.Take(MostInExpression).Select(word => $"\"{word}\"");
        return $"({string.Join(" OR ", words.Prepend(term.Expression))})";
    }

    private static bool IsWord(QueryTerm term) => term is { IsPrefix: false, IsPhrase: false };

    private static QueryTerm WithForms(SqliteStatements reader, QueryTerm term)
    {
        var known = TermsOf(reader, term.Form);
        if (known.Count > 0)
            return With(term, known.Select(word => (IReadOnlyList<string>)[word]));
        var umlauts = term.Form.Replace("ae", "a", StringComparison.Ordinal).Replace("oe", "o", StringComparison.Ordinal).Replace("ue", "u", StringComparison.Ordinal);
        if (umlauts != term.Form && TermsOf(reader, umlauts) is { Count: > 0 } spelled)
            term = With(term, spelled.Select(word => (IReadOnlyList<string>)[word]));
        // Nobody wrote the word like this: annualreport finds annual report.
        return term.IsPlain && Halves(reader, term.Form) is { } halves ? With(term, [halves]) : term;
    }

    private static string[]? Halves(SqliteStatements reader, string form)
    {
        if (!form.All(char.IsLetter))
            return null;
        for (var i = ShortestPart; i <= form.Length - ShortestPart; i++)
        {
            if (TermsOf(reader, form[i..]) is [var second, ..] && TermsOf(reader, form[..i]) is [var first, ..])
                return [first, second];
        }

        return null;
    }

    private static QueryTerm With(QueryTerm term, IEnumerable<IReadOnlyList<string>> more) => term with
    {
        Alternatives = [.. term.Alternatives.Concat(more).DistinctBy(alternative => string.Join(' ', alternative))],
    };

    private static List<string> TermsOf(SqliteStatements reader, string form)
    {
        var terms = new List<string>();
        using var rows = reader.Read(LocalIndexSql.TermsOfForm, form);
        while (rows.Read())
            terms.Add(rows.GetString(0));
        return terms;
    }
}
