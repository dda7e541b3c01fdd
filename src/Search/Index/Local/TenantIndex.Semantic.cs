using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Ranking by meaning: a scan over quantised records, then exact products of the best.</content>
internal sealed partial class TenantIndex
{
    /// <summary>Files, or chunks, whose rank by meaning is made exact with full-precision vectors.</summary>
    private const int Rescored = 400;

    /// <summary>Queries that share a scan at most. Each makes the others wait for its own comparing.</summary>
    private const int ScannedTogether = 4;

    private readonly SharedScans _scans;

    /// <summary>The vectors, one segment per model.</summary>
    internal IReadOnlyCollection<VectorSegment> Segments => _segments.Values;

    /// <summary>Ranks by meaning: the best chunk of each file. Shares its scan with others that ask at the same time.</summary>
    internal Task<Ranking> SemanticAsync(EngineRequest request, string model, ReadOnlySpan<float> query) =>
        _scans.RunAsync(new(request, model, UnitOf(query)));

    /// <summary>Ranks by meaning on this thread and alone.</summary>
    internal Ranking Semantic(EngineRequest request, string model, ReadOnlySpan<float> query)
    {
        var waiting = new WaitingQuery(request, model, UnitOf(query));
        Answer([waiting]);
        return waiting.Answer.Task.Result;
    }

    /// <summary>Ranks chunks by their cosine to a query.</summary>
    internal IReadOnlyList<RankedChunk> ChunksByMeaning(EngineRequest request, string model, ReadOnlySpan<float> query)
    {
        var unit = UnitOf(query);
        return Search<IReadOnlyList<RankedChunk>>(reader =>
        {
            if (SegmentOf(model, unit.Length) is not { } segment)
                return [];
            var best = new BestChunks(unit, Allowed(reader, request.Search), Math.Max(Rescored, request.Offset + request.Limit), OrderOf);
            SegmentScan.Run(segment, best);
            var slots = best.Take();
            var exact = new TopRanks(request.Offset + request.Limit);
            foreach (var (slot, score) in slots.Zip(segment.ExactDots(slots, unit)))
                exact.Add(slot, score, OrderOf(segment.FileOf[slot], segment.ChunkOf[slot]));
            return [.. exact.Take().Skip(request.Offset).Select(ranked => ToChunk(reader, segment.FileOf[ranked.Row], segment.ChunkOf[ranked.Row], ranked.Score))];
        });
    }

    private void Answer(IReadOnlyList<WaitingQuery> queries) => Search(reader =>
    {
        var segment = SegmentOf(queries[0].Model, queries[0].Unit.Length);
        BestOfFiles[] scans = segment is null ? [] : [.. queries.Select(query => new BestOfFiles(query.Unit, Allowed(reader, query.Request.Search)))];
        try
        {
            if (segment is not null)
                SegmentScan.Run(segment, scans);
            for (var i = 0; i < queries.Count; i++)
                queries[i].Answer.SetResult(segment is null ? new([], 0) : Rank(reader, segment, scans[i], queries[i].Request));
            return true;
        }
        finally
        {
            foreach (var scan in scans)
                scan.Dispose();
        }
    });

    private static float[] UnitOf(ReadOnlySpan<float> query)
    {
        var unit = new float[query.Length];
        VectorSegment.Normalise(query, unit);
        return unit;
    }

    private VectorSegment? SegmentOf(string model, int dimensions) =>
        _segments.Values.FirstOrDefault(candidate => candidate.Model == model && candidate.Dimensions == dimensions);

    private Ranking Rank(SqliteStatements reader, VectorSegment segment, BestOfFiles best, EngineRequest request)
    {
        var top = new TopRanks(Math.Max(Rescored, request.Offset + request.Limit));
        var total = 0;
        var scores = best.Scores;
        for (var row = 0; row < scores.Length; row++)
        {
            if (float.IsNegativeInfinity(scores[row]))
                continue;
            total++;
            if (scores[row] >= top.Lowest)
                top.Add(row, scores[row], _files.OrderOf(row));
        }

        var ranked = top.Take();
        // The same files are rescored whatever part is asked for, so that the order of the parts fits together.
        var rescored = ranked.Take(Rescored).Select(file => file.Row).ToArray();
        var exactScores = segment.ExactDots(Array.ConvertAll(rescored, row => best.Slots[row]), best.Unit);
        var exact = new TopRanks(Rescored);
        foreach (var (row, score) in rescored.Zip(exactScores))
            exact.Add(row, score, _files.OrderOf(row));
        var order = exact.Take();
        // Below them the quantised score may exceed the lowest exact one by its rounding; a score must not rise down the list.
        var floor = order.Count > 0 ? order[^1].Score : 0;
        order.AddRange(ranked.Skip(Rescored).Select(file => (file.Row, Math.Min(file.Score, floor))));
        var page = order.Skip(request.Offset).Take(request.Limit).ToList();
        var ids = FileIdsOf(reader, page.Select(file => file.Row));
        return new([.. page.Select(file => new RankedFile(ids[file.Row], file.Score, 1 - file.Score, segment.ChunkOf[best.Slots[file.Row]]))], total);
    }

    // Chunks of one file with equal scores stand in their own order.
    private ulong OrderOf(int file, int chunk) => unchecked(_files.OrderOf(file) + (ulong)chunk);
}
