using System.Diagnostics;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Query.Context;

/// <summary>Finds the passages that answer a query, over all files the caller may read, and writes them down for a language model.</summary>
/// <remarks>
/// Chunks are ranked by words and by meaning and joined as in <see cref="SearchService.HybridAsync"/>. What they say is read from the
/// database, not from the index, and only from files that the caller may read at this moment.
/// </remarks>
public sealed class ContextService(
    ISearchEngine engine, EmbeddingProviders providers, Database database, ITokenCounter counter, SearchMetrics metrics)
{
    /// <summary>How far each side is followed.</summary>
    private const int FusionDepth = 1_000;

    /// <summary>Chunks read for each one wanted: some are copies of others, some belong to files that are gone.</summary>
    private const int Spare = 8;

    /// <summary>Builds the context.</summary>
    /// <param name="request">What to look for and how long the answer may be.</param>
    /// <param name="readable">Asked once, before anything is chosen.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="IndexUnavailableException">The index cannot answer now.</exception>
    public async Task<ContextAnswer> BuildAsync(ContextRequest request, ReadableFiles readable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(readable);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var (ranked, degraded) = await RankAsync(request.Search, cancellationToken);
            var chunks = await ReadAsync(request.Search.TenantId, [.. ranked.Take(request.MaxChunks * Spare)], cancellationToken);
            var files = chunks.Count == 0
                ? new Dictionary<string, ReadableFile>()
                : await readable([.. chunks.Select(chunk => chunk.FileId).Distinct(StringComparer.Ordinal)], cancellationToken);
            var passages = new PassageSelection(request.MaxChunks).Choose(chunks.Where(chunk => files.ContainsKey(chunk.FileId)));
            return Write(passages, files, request.MaxTokens, degraded);
        }
        finally
        {
            metrics.SearchSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("mode", "context"));
        }
    }

    private ContextAnswer Write(IReadOnlyList<Passage> passages, IReadOnlyDictionary<string, ReadableFile> files, int maxTokens, string? degraded)
    {
        var text = new ContextText(counter, maxTokens);
        foreach (var passage in passages)
        {
            if (!text.Add(passage, files[passage.FileId], [.. passage.OtherFileIds.Select(id => files[id])]))
                break;
        }

        return new(text.Context, text.Sources, text.Tokens, text.IsTruncated, degraded);
    }

    private async Task<(IReadOnlyList<RankedChunk> Chunks, string? Degraded)> RankAsync(SearchRequest search, CancellationToken cancellationToken)
    {
        var part = new EngineRequest(search, 0, FusionDepth);
        var weight = ScoreFusion.WeightOf(search.Alpha);
        var meanings = new List<IReadOnlyList<((string, int), double)>>();
        string? degraded = null;
        if (weight > 0)
        {
            try
            {
                var query = await providers.EmbedQueryAsync(search.TenantId, search.Query, cancellationToken);
                degraded = query.Degraded;
                foreach (var (model, vector) in query.Vectors)
                    meanings.Add(Scored(await engine.RankChunksAsync(part, model, vector, cancellationToken)));
            }
            catch (EmbeddingUnavailableException)
            {
                (weight, degraded) = (0, "embedding_unavailable");
            }
            catch (IndexUnavailableException)
            {
                meanings.Clear();
                (weight, degraded) = (0, "vector_index_unavailable");
            }
        }

        var words = weight < 1 ? Scored(await engine.RankChunksAsync(part, model: null, default, cancellationToken)) : [];
        var fused = ScoreFusion.Fuse(words, words.Count == FusionDepth, meanings, weight);
        return ([.. fused.Select(entry => new RankedChunk(entry.Key.Item1, entry.Key.Item2, entry.Score))], degraded);

        static IReadOnlyList<((string, int), double)> Scored(IReadOnlyList<RankedChunk> chunks) =>
            [.. chunks.Select(chunk => ((chunk.FileId, chunk.ChunkIndex), chunk.Score))];
    }

    private async Task<IReadOnlyList<FoundChunk>> ReadAsync(string tenantId, RankedChunk[] ranked, CancellationToken cancellationToken)
    {
        if (ranked.Length == 0)
            return [];
        await using var command = database.CreateCommand(ContextSql.Chunks);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = ranked.Select(chunk => chunk.FileId).ToArray() });
        command.Parameters.Add(new() { Value = ranked.Select(chunk => chunk.ChunkIndex).ToArray() });
        var scores = ranked.ToDictionary(chunk => (chunk.FileId, chunk.ChunkIndex), chunk => chunk.Score);
        var found = new Dictionary<(string, int), FoundChunk>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetString(0), reader.GetInt32(1));
            found[key] = new(
                key.Item1, key.Item2, reader.GetInt32(2), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetString(5), reader.GetInt32(6), reader.GetString(7), scores[key]);
        }

        // In the order of their rank; a chunk the database no longer has is left out.
        return [.. ranked.Where(chunk => found.ContainsKey((chunk.FileId, chunk.ChunkIndex))).Select(chunk => found[(chunk.FileId, chunk.ChunkIndex)])];
    }
}
