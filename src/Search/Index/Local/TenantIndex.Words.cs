using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Ranking by words.</content>
internal sealed partial class TenantIndex
{
    /// <summary>With so many files that have every word, files that have only some are left out.</summary>
    private const int EnoughComplete = 20;

    /// <summary>From this many words on, very common ones are left out when rarer ones remain.</summary>
    private const int LongQuery = 4;

    /// <summary>Common: in more than one of so many files. BM25 gives words in more than half of the files no weight, so
    /// leaving them out changes no rank; leaving out more (one in four) cost 0.014 nDCG@10 on Cranfield.</summary>
    private const int CommonShare = 2;

    /// <summary>Below this many files nothing is common.</summary>
    private const int FewFiles = 1_000;

    // Ahead of the best, and not so far that hybrid search, which compares scores, no longer tells the others apart.
    private const double TitleTyped = 1.1;
    private const double NameTyped = 1.2;

    /// <summary>The languages of its files; null among them: not known.</summary>
    internal IReadOnlyList<string?> Languages() => Search(_ => _files.Languages);

    /// <summary>Ranks by words.</summary>
    internal Ranking Keyword(EngineRequest request, IReadOnlyList<QueryTerm> terms) => Search(reader =>
    {
        if (terms.Count == 0)
            return new Ranking([], 0);
        using var found = new FoundFiles(_files.Count);
        FindAll(reader, VocabularyTerms.Refine(reader, terms), found);
        if (found.Terms.Count >= LongQuery && _files.Live >= FewFiles)
            found.LeaveOutCommon(_files.Live / CommonShare);
        found.Score();
        PutNamedFirst(reader, request.Search.Query, found);
        return Best(reader, found, Allowed(reader, request.Search), request);
    });

    // For ranking by the full text alone, where every common word costs.
    private IReadOnlyList<QueryTerm> WithoutCommonWords(SqliteStatements reader, IReadOnlyList<QueryTerm> terms)
    {
        if (terms.Count < LongQuery || _files.Live < FewFiles)
            return terms;
        var rare = terms.Where(term => !IsCounted(term) || FilesWith(reader, term) <= _files.Live / CommonShare).ToList();
        return rare.Count(term => !IsCounted(term) || FilesWith(reader, term) > 0) >= 2 ? rare : terms;
    }

    private static bool IsCounted(QueryTerm term) => term is { IsPlain: true, IsPhrase: false, IsPrefix: false };

    private int FilesWith(SqliteStatements reader, QueryTerm term) =>
        term.Alternatives.Max(alternative => _words.Of(alternative[0], wanted => ReadFiles(reader, wanted)).AboutCount);

    private void FindAll(SqliteStatements reader, IReadOnlyList<QueryTerm> terms, FoundFiles found)
    {
        foreach (var term in terms)
        {
            if (!term.IsPlain || term is { IsPrefix: true, IsPhrase: true })
            {
                FindInFullText(reader, term, found);
                continue;
            }

            var (words, isCut) = term.IsPrefix ? VocabularyTerms.BeginningWith(reader, term.Form) : (term.Alternatives.Select(alternative => alternative[0]), false);
            found.Begin(term);
            foreach (var word in words)
                found.Add(_words.Of(word, wanted => ReadFiles(reader, wanted)), _files);
            // More words begin so than are looked up one by one: the files of the others count as having one.
            if (isCut)
                found.AddMissing(Rows(reader, LocalIndexSql.FilesMatching, $"\"{term.Form}\" *"));
            found.End(_files);
        }
    }

    private void FindInFullText(SqliteStatements reader, QueryTerm term, FoundFiles found)
    {
        var totals = FullTextTotals.Read(reader);
        found.Begin(term);
        foreach (var alternative in term.Alternatives)
        {
            var files = new List<(int Row, double Score)>();
            using (var rows = reader.Read(LocalIndexSql.Rank, term.ExpressionOf(alternative)))
            {
                // FTS5 gives better matches lower numbers.
                while (rows.Read())
                    files.Add((rows.GetInt32(0), -rows.GetDouble(1)));
            }

            foreach (var (row, score) in files)
                found.Add(row, totals.WeightOf(score, files.Count, _files.Lengths[row]));
        }

        found.End(_files);
    }

    private WordFiles ReadFiles(SqliteStatements reader, string term)
    {
        var files = new List<(int Row, int Weight)>();
        using var places = reader.Read(LocalIndexSql.PlacesOf, term);
        while (places.Read())
        {
            var row = places.GetInt32(0);
            var weight = places.GetInt32(1) != 0 ? WordWeights.InName : WordWeights.InText;
            if (files.Count > 0 && files[^1].Row == row)
                files[^1] = (row, files[^1].Weight + weight);
            else
                files.Add((row, weight));
        }

        return new(files, _files.TextVersion);
    }

    // Who types the name of a file wants that file.
    private static void PutNamedFirst(SqliteStatements reader, string query, FoundFiles found)
    {
        var key = NameKey.Of(query);
        if (key.Length == 0)
            return;
        var (titled, named) = (Rows(reader, LocalIndexSql.FilesTitled, key), Rows(reader, LocalIndexSql.FilesNamed, key));
        if (titled.Count + named.Count == 0)
            return;
        var best = found.BestScore;
        foreach (var row in titled)
            found.Raise(row, TitleTyped * best);
        foreach (var row in named)
            found.Raise(row, NameTyped * best);
    }

    private Ranking Best(SqliteStatements reader, FoundFiles found, bool[] allowed, EngineRequest request)
    {
        var complete = found.Count(allowed, found.Terms.Count);
        var least = complete >= EnoughComplete || found.Terms.Count == 1 ? found.Terms.Count : found.LeastTerms;
        var top = new TopRanks(request.Offset + request.Limit);
        var total = found.Visit(allowed, least, (row, score) =>
        {
            if (score >= top.Lowest)
                top.Add(row, score, _files.OrderOf(row));
        });
        var page = top.Take().Skip(request.Offset).ToList();
        var ids = FileIdsOf(reader, page.Select(file => file.Row));
        return new([.. page.Select(file => new RankedFile(ids[file.Row], file.Score, Distance: null, ChunkIndex: null))], total);
    }
}
