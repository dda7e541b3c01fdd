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
        using (var rows = reader.Read(LocalIndexSql.RankChunks, string.Join(" OR ", terms.Select(term => VocabularyTerms.ExpressionOf(reader, term)))))
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

    private static RankedChunk ToChunk(SqliteStatements reader, int file, int chunk, double score) => new(FileIdOf(reader, file), chunk, score);
}
