using System.Text.Json;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <content>Answering. Any number of callers at a time.</content>
internal sealed partial class TenantIndex
{
    /// <summary>Completes ranked files, snippets aside, with the language of each; those that are gone are left out.</summary>
    /// <returns>The files, and the terms as the index understands them.</returns>
    internal (IReadOnlyList<(SearchHit Hit, string? Language)> Hits, IReadOnlyList<QueryTerm> Terms) Load(
        IReadOnlyList<RankedFile> files, IReadOnlyList<QueryTerm> terms) => Search<(IReadOnlyList<(SearchHit, string?)>, IReadOnlyList<QueryTerm>)>(reader =>
    {
        var refined = VocabularyTerms.Refine(reader, terms);
        var distinct = refined.DistinctBy(term => term.Expression).ToList();
        var expressions = distinct.Select(term => VocabularyTerms.ExpressionOf(reader, term)).ToList();
        var hits = new List<(SearchHit, string?)>(files.Count);
        foreach (var file in files)
        {
            if (LoadFile(reader, file, expressions) is { } hit)
                hits.Add(hit);
        }

        return (hits, distinct);
    });

    /// <summary>Reads something, to see that reading works.</summary>
    internal void Probe() => Search(reader => reader.Scalar(LocalIndexSql.Probe));

    // In one statement: hybrid search asks for a thousand at a time.
    private static Dictionary<int, string> FileIdsOf(SqliteStatements reader, IEnumerable<int> files)
    {
        var ids = new Dictionary<int, string>();
        using var rows = reader.Read(LocalIndexSql.FileIdsOf, $"[{string.Join(',', files)}]");
        while (rows.Read())
            ids[rows.GetInt32(0)] = rows.GetString(1);
        return ids;
    }

    private static string FileIdOf(SqliteStatements reader, int row) => (string)reader.Scalar(LocalIndexSql.FileIdOf, row)!;

    private bool[] Allowed(SqliteStatements reader, SearchRequest request)
    {
        var allowed = request.Places is { } places ? Allowed(reader, request, _judged.GetValue(places, rights => new(rights))) : _files.Allowed(request);
        if (request.FolderId is not null)
        {
            var inFolder = Rows(reader, LocalIndexSql.IdsInFolder, request.FolderId);
            if (request is { Recursive: true, FolderPath: { } folder, FolderShareId: { } share })
            {
                var path = folder.EndsWith('/') ? folder : folder + "/";
                inFolder.UnionWith(Rows(reader, LocalIndexSql.IdsUnderPathInShare, path, After(path), share));
            }

            Keep(allowed, inFolder);
        }

        if (request.PathPrefix is { Length: > 0 } prefix)
        {
            var wanted = prefix.StartsWith('/') ? prefix : "/" + prefix;
            Keep(allowed, Under(reader, wanted));
        }

        return allowed;
    }

    private bool[] Allowed(SqliteStatements reader, SearchRequest request, JudgedPlaces judged) => _files.Allowed(
        request, judged.Of(_files.Places), judged.Files(_files.Generation, fileIds => RowsOf(reader, fileIds)));

    private static List<(int Row, string FileId)> RowsOf(SqliteStatements reader, IEnumerable<string> fileIds)
    {
        var found = new List<(int, string)>();
        using var rows = reader.Read(LocalIndexSql.RowsOfFiles, JsonSerializer.Serialize(fileIds));
        while (rows.Read())
            found.Add((rows.GetInt32(0), rows.GetString(1)));
        return found;
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

    private static (SearchHit Hit, string? Language)? LoadFile(SqliteStatements reader, RankedFile ranked, IReadOnlyList<string> expressions)
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
            : BestChunk(reader, id, expressions) is { } best ? reader.Read(LocalIndexSql.LoadChunk, best) : null;
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
    private static long? BestChunk(SqliteStatements reader, int file, IReadOnlyList<string> expressions)
    {
        long first, last;
        using (var range = reader.Read(LocalIndexSql.ChunkRange, file))
        {
            if (!range.Read() || range.IsDBNull(0))
                return null;
            (first, last) = (range.GetInt64(0), range.GetInt64(1));
        }

        var scores = new SortedDictionary<long, double>();
        foreach (var expression in expressions)
        {
            var chunks = new List<long>();
            using (var rows = reader.Read(LocalIndexSql.ChunksWith, expression, first, last))
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
