using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Answering. Any number of callers at a time.</content>
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

    /// <summary>Ranks by words.</summary>
    internal Ranking Keyword(EngineRequest request) => Search(reader =>
    {
        var terms = WithoutCommonWords(reader, QueryText.Parse(request.Search.Query));
        if (terms.Count == 0)
            return new Ranking([], 0);
        var allowed = Allowed(reader, request.Search);
        var complete = Rank(reader, Join(terms, " AND "), allowed, request);
        if (terms.Count == 1 || complete.Total >= EnoughComplete)
            return complete;
        return Rank(reader, Join(terms, " OR "), allowed, request);
    });

    /// <summary>Completes ranked files; those that are gone are left out.</summary>
    internal IReadOnlyList<SearchHit> Load(EngineRequest request, IReadOnlyList<RankedFile> files) => Search(reader =>
    {
        var terms = QueryText.Parse(request.Search.Query).DistinctBy(term => term.Expression).ToList();
        var hits = new List<SearchHit>(files.Count);
        foreach (var file in files)
        {
            if (LoadFile(reader, file, terms) is { } hit)
                hits.Add(hit);
        }

        return hits;
    });

    /// <summary>Reads something, to see that reading works.</summary>
    internal void Probe() => Search(reader => reader.Scalar(LocalIndexSql.Probe));

    private static string Join(IEnumerable<QueryTerm> terms, string with) => string.Join(with, terms.Select(term => term.Expression));

    private IReadOnlyList<QueryTerm> WithoutCommonWords(SqliteStatements reader, IReadOnlyList<QueryTerm> terms)
    {
        if (terms.Count < LongQuery || _files.Live < FewFiles)
            return terms;
        var rare = terms.Where(term => term.IsPhrase || term.IsPrefix || DocumentsWith(reader, term.Stems[0]) <= _files.Live / CommonShare).ToList();
        return rare.Count >= 2 ? rare : terms;
    }

    // Counting walks the list of files that have the word, so the count is kept until the index has grown by a tenth.
    private long DocumentsWith(SqliteStatements reader, string stem)
    {
        var files = _files.Live;
        if (_wordCounts.TryGetValue(stem, out var known) && Math.Abs(known.Files - files) <= files / 10)
            return known.Documents;
        var documents = (long)(reader.Scalar(LocalIndexSql.CountWord, stem) ?? 0L);
        if (_wordCounts.Count > 10_000)
            _wordCounts.Clear();
        _wordCounts[stem] = (files, documents);
        return documents;
    }

    private Ranking Rank(SqliteStatements reader, string expression, bool[] allowed, EngineRequest request)
    {
        var top = new TopRanks(request.Offset + request.Limit);
        var total = 0;
        using (var rows = reader.Read(LocalIndexSql.Rank, expression))
        {
            while (rows.Read())
            {
                var row = rows.GetInt32(0);
                if (row >= allowed.Length || !allowed[row])
                    continue;
                total++;
                // FTS5 gives better matches lower numbers.
                top.Add(row, -rows.GetDouble(1), _files.OrderOf(row));
            }
        }

        var files = top.Take().Skip(request.Offset)
            .Select(ranked => new RankedFile(FileIdOf(reader, ranked.Row), ranked.Score, Distance: null, ChunkIndex: null))
            .ToList();
        return new(files, total);
    }

    private static string FileIdOf(SqliteStatements reader, int row) => (string)reader.Scalar(LocalIndexSql.FileIdOf, row)!;

    private bool[] Allowed(SqliteStatements reader, SearchRequest request)
    {
        var allowed = _files.Allowed(request);
        if (request.FolderId is not null)
        {
            var inFolder = Rows(reader, LocalIndexSql.IdsInFolder, request.FolderId);
            if (request.Recursive && PlaceOf(reader, request) is var (share, path) && path is not null)
                inFolder.UnionWith(share is null ? Under(reader, path) : Rows(reader, LocalIndexSql.IdsUnderPathInShare, path, After(path), share));
            Keep(allowed, inFolder);
        }
        else if (request.PathPrefix is { Length: > 0 } prefix)
        {
            var wanted = prefix.StartsWith('/') ? prefix : "/" + prefix;
            Keep(allowed, Under(reader, wanted));
        }

        return allowed;
    }

    // The index knows no folders, only the paths of files: one file directly inside tells the folder's share and path.
    private static (string? Share, string? Path) PlaceOf(SqliteStatements reader, SearchRequest request)
    {
        using var row = reader.Read(LocalIndexSql.PathInFolder, request.FolderId);
        if (row.Read())
            return (row.GetString(0), row.GetString(1)[..^row.GetString(2).Length]);
        return request.PathPrefix is { Length: > 0 } given ? (request.ShareId, given.EndsWith('/') ? given : given + "/") : (null, null);
    }

    private static HashSet<int> Under(SqliteStatements reader, string prefix) => Rows(reader, LocalIndexSql.IdsUnderPath, prefix, After(prefix));

    // SQLite compares the bytes of UTF-8; no character of UTF-8 is above U+10FFFF.
    private static string After(string prefix) => prefix + "\U0010FFFF";

    private static HashSet<int> Rows(SqliteStatements reader, string sql, params ReadOnlySpan<object?> arguments)
    {
        var ids = new HashSet<int>();
        using var rows = reader.Read(sql, arguments);
        while (rows.Read())
            ids.Add(rows.GetInt32(0));
        return ids;
    }

    private static void Keep(bool[] allowed, HashSet<int> rows)
    {
        for (var row = 0; row < allowed.Length; row++)
            allowed[row] = allowed[row] && rows.Contains(row);
    }

    private static SearchHit? LoadFile(SqliteStatements reader, RankedFile ranked, IReadOnlyList<QueryTerm> terms)
    {
        int id;
        SearchHit hit;
        using (var row = reader.Read(LocalIndexSql.LoadFile, ranked.FileId))
        {
            if (!row.Read())
                return null;
            id = row.GetInt32(0);
            hit = new(
                ranked.FileId, row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
                row.GetString(5), row.GetInt64(6), Time(row.GetString(7)), ranked.Score, ranked.Distance, null, null, null, null, null);
        }

        using var chunk = ranked.ChunkIndex is { } index
            ? reader.Read(LocalIndexSql.LoadChunkAt, id, index)
            : BestChunk(reader, id, terms) is { } best ? reader.Read(LocalIndexSql.LoadChunk, best) : null;
        if (chunk is null || !chunk.Read())
            return hit;
        var text = chunk.GetString(3);
        var (snippet, highlights) = Snippet.Of(text, terms);
        return hit with
        {
            ChunkIndex = chunk.GetInt32(0),
            Page = chunk.GetInt32(1),
            Section = chunk.IsDBNull(2) ? null : chunk.GetString(2),
            ChunkContent = text,
            Snippet = snippet,
            Highlights = highlights,
        };
    }

    // The chunk with the words that are rarest inside this file; the first of equals.
    private static long? BestChunk(SqliteStatements reader, int file, IReadOnlyList<QueryTerm> terms)
    {
        long first, last;
        using (var range = reader.Read(LocalIndexSql.ChunkRange, file))
        {
            if (!range.Read() || range.IsDBNull(0))
                return null;
            (first, last) = (range.GetInt64(0), range.GetInt64(1));
        }

        var scores = new SortedDictionary<long, double>();
        foreach (var term in terms)
        {
            var chunks = new List<long>();
            using (var rows = reader.Read(LocalIndexSql.ChunksWith, term.Expression, first, last))
            {
                while (rows.Read())
                    chunks.Add(rows.GetInt64(0));
            }

            var weight = Math.Log(1 + (last - first + 1.0) / (chunks.Count + 0.5));
            foreach (var chunk in chunks)
                scores[chunk] = scores.GetValueOrDefault(chunk) + weight;
        }

        return scores.Count == 0 ? null : scores.MaxBy(score => score.Value).Key;
    }
}
