using System.Runtime.CompilerServices;
using Npgsql;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Completes ranked files from the tables: what is shown is never asked of Weaviate, so it is never older than they are.</summary>
internal sealed class HitLoader(Database database, TextAnalysis analysis)
{
    // So many chunks are in memory at a time.
    private const int ChunksPerPage = 200;

    // The best chunk of a file is sought among its first so many: a page of long files must not read megabytes each.
    private const int ChunksToChooseFrom = 500;

    /// <summary>The hits in the order of the files; those that are gone are left out.</summary>
    internal async Task<IReadOnlyList<SearchHit>> LoadAsync(
        EngineRequest request, IReadOnlyList<RankedFile> ranked, IReadOnlyList<QueryTerm> query, CancellationToken cancellationToken)
    {
        if (ranked.Count == 0)
            return [];
        var tenantId = request.Search.TenantId;
        var terms = query.DistinctBy(term => term.Expression).ToList();
        var files = await ReadFilesAsync(tenantId, ranked, cancellationToken);
        var present = ranked.Where(file => files.ContainsKey(file.FileId)).ToList();
        var chunks = await ReadChunksAsync(tenantId, present.Where(file => file.ChunkIndex is not null), cancellationToken);
        var byWords = present.Where(file => file.ChunkIndex is null).Select(file => file.FileId).ToArray();
        await ChooseChunksAsync(tenantId, byWords, new KeywordQuery(terms), chunks, cancellationToken);
        var stems = await analysis.LearnAsync(chunks.Values.Select(chunk => (chunk.Text, chunk.Language)), cancellationToken);
        return [.. present.Select(file => Complete(files[file.FileId], file, chunks.GetValueOrDefault(file.FileId), terms, stems))];
    }

    /// <summary>Ranks the chunks of some files by BM25 among themselves.</summary>
    internal async Task<IReadOnlyList<RankedChunk>> RankChunksAsync(
        string tenantId, string[] fileIds, KeywordQuery query, CancellationToken cancellationToken)
    {
        var chunks = new List<(string FileId, int Index, int[] Counts, int Length)>();
        await foreach (var (chunk, words) in EachChunkAsync(tenantId, fileIds, int.MaxValue, cancellationToken))
            chunks.Add((chunk.FileId, chunk.Index, query.CountIn(words), words.Count));

        return [.. Bm25.Rank([.. chunks.Select(chunk => (chunk.Counts, chunk.Length))])
            .Zip(chunks, (score, chunk) => new RankedChunk(chunk.FileId, chunk.Index, score))
            .Where(chunk => chunk.Score > 0)];
    }

    /// <summary>Where some files are; those that are gone are left out.</summary>
    internal async Task<IReadOnlyList<(string FileId, Place Place)>> ReadPlacesAsync(string tenantId, string[] fileIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WeaviateSql.Places);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = fileIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var places = new List<(string, Place)>();
        while (await reader.ReadAsync(cancellationToken))
            places.Add((reader.GetString(0), new(reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2))));
        return places;
    }

    private static SearchHit Complete(SearchHit file, RankedFile ranked, FoundChunk? chunk, IReadOnlyList<QueryTerm> terms, TextStems stems)
    {
        var hit = file with { Score = ranked.Score, Distance = ranked.Distance };
        if (chunk is null)
            return hit;
        var (snippet, highlights) = Snippet.Of(chunk.Text, terms, chunk.Language, stems);
        return hit with
        {
            ChunkIndex = chunk.Index,
            Page = chunk.Page,
            Section = chunk.Section,
            ChunkContent = chunk.Text,
            Snippet = snippet,
            Highlights = highlights,
        };
    }

    private async Task<Dictionary<string, SearchHit>> ReadFilesAsync(
        string tenantId, IReadOnlyList<RankedFile> ranked, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WeaviateSql.HitFiles);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = ranked.Select(file => file.FileId).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new Dictionary<string, SearchHit>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            files[reader.GetString(0)] = new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt64(6), reader.GetFieldValue<DateTimeOffset>(7), 0, null, null, null, null, null, null);
        }

        return files;
    }

    private async Task<Dictionary<string, FoundChunk>> ReadChunksAsync(
        string tenantId, IEnumerable<RankedFile> files, CancellationToken cancellationToken)
    {
        var wanted = files.ToList();
        var chunks = new Dictionary<string, FoundChunk>(StringComparer.Ordinal);
        if (wanted.Count == 0)
            return chunks;
        await using var command = database.CreateCommand(WeaviateSql.ChunksAt);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = wanted.Select(file => file.FileId).ToArray() });
        command.Parameters.Add(new() { Value = wanted.Select(file => file.ChunkIndex!.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            chunks[reader.GetString(0)] = FoundChunk.Of(reader);
        return chunks;
    }

    // The chunk with the words that are rarest inside its file; the first of equals. As the local index chooses.
    private async Task ChooseChunksAsync(
        string tenantId, string[] fileIds, KeywordQuery query, Dictionary<string, FoundChunk> chosen, CancellationToken cancellationToken)
    {
        if (fileIds.Length == 0 || query.TermCount == 0)
            return;
        var ofFile = new List<(FoundChunk Chunk, int[] Counts)>();
        var (file, all) = ("", 0);
        await foreach (var (chunk, words) in EachChunkAsync(tenantId, fileIds, ChunksToChooseFrom, cancellationToken))
        {
            if (chunk.FileId != file)
            {
                Choose();
                (file, all) = (chunk.FileId, 0);
                ofFile.Clear();
            }

            all++;
            var counts = query.CountIn(words);
            // Texts without any of the words are not kept: a file may be long.
            if (counts.Any(count => count > 0))
                ofFile.Add((chunk, counts));
        }

        Choose();

        void Choose()
        {
            if (ofFile.Count == 0)
                return;
            var weights = Enumerable.Range(0, query.TermCount)
                .Select(term => Math.Log(1 + all / (ofFile.Count(chunk => chunk.Counts[term] > 0) + 0.5)))
                .ToArray();
            chosen[file] = ofFile.MaxBy(chunk => chunk.Counts.Select((count, term) => count > 0 ? weights[term] : 0).Sum()).Chunk;
        }
    }

    // Page by page, each read to its end before its words are learned: that asks the database too, and a search that holds one
    // connection while it waits for another would stop everyone when many search.
    private async IAsyncEnumerable<(FoundChunk Chunk, IReadOnlyList<TextTerm> Words)> EachChunkAsync(
        string tenantId, string[] fileIds, int perFile, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (file, index) = ("", -1);
        while (true)
        {
            var page = await ReadPageAsync(tenantId, fileIds, file, index, perFile, cancellationToken);
            var stems = await analysis.LearnAsync(page.Select(chunk => (chunk.Text, chunk.Language)), cancellationToken);
            foreach (var chunk in page)
                yield return (chunk, [.. stems.In(chunk.Text, chunk.Language)]);
            if (page.Count < ChunksPerPage)
                yield break;
            (file, index) = (page[^1].FileId, page[^1].Index);
        }
    }

    private async Task<List<FoundChunk>> ReadPageAsync(
        string tenantId, string[] fileIds, string afterFile, int afterIndex, int perFile, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WeaviateSql.ChunksOf);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = fileIds });
        command.Parameters.Add(new() { Value = afterFile });
        command.Parameters.Add(new() { Value = afterIndex });
        command.Parameters.Add(new() { Value = perFile });
        command.Parameters.Add(new() { Value = ChunksPerPage });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<FoundChunk>();
        while (await reader.ReadAsync(cancellationToken))
            page.Add(FoundChunk.Of(reader));
        return page;
    }

    private sealed record FoundChunk(string FileId, int Index, int Page, string? Section, string Text, string? Language)
    {
        internal static FoundChunk Of(NpgsqlDataReader reader) => new(
            reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetString(5));
    }
}
