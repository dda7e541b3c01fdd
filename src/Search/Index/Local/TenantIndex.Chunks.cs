using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Ranking chunks rather than files: several of one file may be good.</content>
internal sealed partial class TenantIndex
{
    /// <summary>Ranks chunks by the words in them; names do not count.</summary>
    internal IReadOnlyList<RankedChunk> ChunksByWords(EngineRequest request, IReadOnlyList<QueryTerm> query) => Search<IReadOnlyList<RankedChunk>>(reader =>
    {
        var terms = WithoutCommonWords(reader, VocabularyTerms.Refine(reader, query));
        if (terms.Count == 0)
            return [];
        var allowed = Allowed(reader, request.Search);
        var top = new TopRanks(request.Offset + request.Limit);
        var found = new List<(int File, int Chunk)>();
        using (var rows = reader.Read(LocalIndexSql.RankChunks, string.Join(" OR ", terms.Select(term => term.Expression))))
        {
            while (rows.Read())
            {
                var file = rows.GetInt32(0);
                if (file >= allowed.Length || !allowed[file])
                    continue;
                // FTS5 gives better matches lower numbers.
                top.Add(found.Count, -rows.GetDouble(2), OrderOf(file, rows.GetInt32(1)));
                found.Add((file, rows.GetInt32(1)));
            }
        }

        return [.. top.Take().Skip(request.Offset).Select(ranked => ToChunk(reader, found[ranked.Row].File, found[ranked.Row].Chunk, ranked.Score))];
    });

    /// <summary>Ranks chunks by their cosine to a query.</summary>
    internal IReadOnlyList<RankedChunk> ChunksByMeaning(EngineRequest request, string model, ReadOnlySpan<float> query)
    {
        var unit = new float[query.Length];
        VectorSegment.Normalise(query, unit);
        return Search<IReadOnlyList<RankedChunk>>(reader =>
        {
            var segment = _segments.Values.FirstOrDefault(candidate => candidate.Model == model && candidate.Dimensions == unit.Length);
            if (segment is null)
                return [];
            var allowed = Allowed(reader, request.Search);
            var codes = new sbyte[unit.Length];
            var queryScale = VectorScan.Quantise(unit, codes);
            var wide = VectorScan.Widen(codes);
            var rough = new TopRanks(Math.Max(RescoredFiles, request.Offset + request.Limit));
            for (var slot = 0; slot < segment.Count; slot++)
            {
                var file = segment.FileOf[slot];
                if (file != 0 && allowed[file])
                    rough.Add(slot, VectorScan.Dot(wide, segment.CodesOf(slot)) * (queryScale * segment.ScaleOf[slot]), OrderOf(file, segment.ChunkOf[slot]));
            }

            var exact = new TopRanks(request.Offset + request.Limit);
            var buffer = new float[segment.Dimensions];
            foreach (var (slot, _) in rough.Take())
                exact.Add(slot, segment.ExactDot(slot, unit, buffer), OrderOf(segment.FileOf[slot], segment.ChunkOf[slot]));
            return [.. exact.Take().Skip(request.Offset).Select(ranked => ToChunk(reader, segment.FileOf[ranked.Row], segment.ChunkOf[ranked.Row], ranked.Score))];
        });
    }

    private static RankedChunk ToChunk(SqliteStatements reader, int file, int chunk, double score) => new(FileIdOf(reader, file), chunk, score);

    // Chunks of one file with equal scores stand in their own order.
    private ulong OrderOf(int file, int chunk) => unchecked(_files.OrderOf(file) + (ulong)chunk);
}
