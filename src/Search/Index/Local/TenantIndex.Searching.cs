using System.Buffers;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Answering. Any number of callers at a time.</content>
internal sealed partial class TenantIndex
{
    /// <summary>Files whose rank by meaning is made exact with full-precision vectors.</summary>
    private const int RescoredFiles = 400;

    /// <summary>Ranks by meaning: the best chunk of each file.</summary>
    internal Ranking Semantic(EngineRequest request, string model, ReadOnlySpan<float> query)
    {
        var unit = new float[query.Length];
        VectorSegment.Normalise(query, unit);
        return Search(reader =>
        {
            var segment = _segments.Values.FirstOrDefault(candidate => candidate.Model == model && candidate.Dimensions == unit.Length);
            if (segment is null)
                return new Ranking([], 0);
            var allowed = Allowed(reader, request.Search);
            var best = ArrayPool<float>.Shared.Rent(_files.Count);
            var bestSlot = ArrayPool<int>.Shared.Rent(_files.Count);
            try
            {
                best.AsSpan(0, _files.Count).Fill(float.NegativeInfinity);
                ScanSegment(segment, unit, allowed, best, bestSlot);
                return RankByBest(reader, segment, unit, best, bestSlot, request);
            }
            finally
            {
                ArrayPool<float>.Shared.Return(best);
                ArrayPool<int>.Shared.Return(bestSlot);
            }
        });
    }

    /// <summary>Completes ranked files, snippets aside, with the language of each; those that are gone are left out.</summary>
    /// <returns>The files, and the terms as the index understands them.</returns>
    internal (IReadOnlyList<(SearchHit Hit, string? Language)> Hits, IReadOnlyList<QueryTerm> Terms) Load(
        IReadOnlyList<RankedFile> files, IReadOnlyList<QueryTerm> terms) => Search<(IReadOnlyList<(SearchHit, string?)>, IReadOnlyList<QueryTerm>)>(reader =>
    {
        var refined = VocabularyTerms.Refine(reader, terms);
        var distinct = refined.DistinctBy(term => term.Expression).ToList();
        var hits = new List<(SearchHit, string?)>(files.Count);
        foreach (var file in files)
        {
            if (LoadFile(reader, file, distinct) is { } hit)
                hits.Add(hit);
        }

        return (hits, distinct);
    });

    /// <summary>Reads something, to see that reading works.</summary>
    internal void Probe() => Search(reader => reader.Scalar(LocalIndexSql.Probe));

    private static void ScanSegment(VectorSegment segment, float[] unit, bool[] allowed, float[] best, int[] bestSlot)
    {
        var codes = new sbyte[unit.Length];
        var queryScale = VectorScan.Quantise(unit, codes);
        var query = VectorScan.Widen(codes);
        var (fileOf, scaleOf) = (segment.FileOf, segment.ScaleOf);
        for (var slot = 0; slot < segment.Count; slot++)
        {
            var file = fileOf[slot];
            if (file == 0 || !allowed[file])
                continue;
            var score = VectorScan.Dot(query, segment.CodesOf(slot)) * (queryScale * scaleOf[slot]);
            if (score > best[file])
                (best[file], bestSlot[file]) = (score, slot);
        }
    }

    private Ranking RankByBest(SqliteStatements reader, VectorSegment segment, float[] unit, float[] best, int[] bestSlot, EngineRequest request)
    {
        var wanted = Math.Max(RescoredFiles, request.Offset + request.Limit);
        var top = new TopRanks(wanted);
        var total = 0;
        for (var row = 0; row < _files.Count; row++)
        {
            if (float.IsNegativeInfinity(best[row]))
                continue;
            total++;
            top.Add(row, best[row], _files.OrderOf(row));
        }

        var ranked = top.Take();
        // The same files are rescored whatever part is asked for, so that the order of the parts fits together.
        var exact = new TopRanks(RescoredFiles);
        var buffer = new float[segment.Dimensions];
        foreach (var (row, _) in ranked.Take(RescoredFiles))
            exact.Add(row, segment.ExactDot(bestSlot[row], unit, buffer), _files.OrderOf(row));
        var order = exact.Take();
        // Below them the quantised score may exceed the lowest exact one by its rounding; a score must not rise down the list.
        var floor = order.Count > 0 ? order[^1].Score : 0;
        order.AddRange(ranked.Skip(RescoredFiles).Select(file => (file.Row, Math.Min(file.Score, floor))));
        var files = order.Skip(request.Offset).Take(request.Limit)
            .Select(file => new RankedFile(FileIdOf(reader, file.Row), file.Score, 1 - file.Score, segment.ChunkOf[bestSlot[file.Row]]))
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

    private static (SearchHit Hit, string? Language)? LoadFile(SqliteStatements reader, RankedFile ranked, IReadOnlyList<QueryTerm> terms)
    {
        int id;
        SearchHit hit;
        string? language;
        using (var row = reader.Read(LocalIndexSql.LoadFile, ranked.FileId))
        {
            if (!row.Read())
                return null;
            id = row.GetInt32(0);
            language = row.IsDBNull(8) ? null : row.GetString(8);
            hit = new(
                ranked.FileId, row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
                row.GetString(5), row.GetInt64(6), Time(row.GetString(7)), ranked.Score, ranked.Distance, null, null, null, null, null);
        }

        using var chunk = ranked.ChunkIndex is { } index
            ? reader.Read(LocalIndexSql.LoadChunkAt, id, index)
            : BestChunk(reader, id, terms) is { } best ? reader.Read(LocalIndexSql.LoadChunk, best) : null;
        if (chunk is null || !chunk.Read())
            return (hit, language);
        hit = hit with
        {
            ChunkIndex = chunk.GetInt32(0),
            Page = chunk.GetInt32(1),
            Section = chunk.IsDBNull(2) ? null : chunk.GetString(2),
            ChunkContent = chunk.GetString(3),
        };
        return (hit, language);
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
