using Npgsql;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The search engine over a Weaviate server.</summary>
/// <param name="server">The server.</param>
/// <param name="state">How far each tenant's index is.</param>
/// <param name="feed">Whether a tenant has anything to index.</param>
/// <param name="analysis">Reads queries as texts were read.</param>
/// <param name="loader">Completes hits.</param>
/// <param name="words">Answers by words while the server does not; null: then nothing does.</param>
/// <param name="options">How long to wait.</param>
/// <param name="time">The clock.</param>
internal sealed class WeaviateEngine(
    WeaviateServer server, WeaviateState state, IndexFeed feed, TextAnalysis analysis, HitLoader loader, ISearchEngine? words, WeaviateOptions options,
    TimeProvider time) : ISearchEngine
{
    /// <summary>Why an answer by words came from the copy of this process.</summary>
    internal const string Fallback = "weaviate_unavailable";

    // Of these the best chunks are chosen when chunks are ranked by words.
    private const int FilesForChunks = 50;

    private readonly KeywordRanker _keyword = new(server);
    private readonly VectorRanker _vectors = new(server);
    private readonly RoughRanking _looking = new(loader);
    private readonly CompleteTenants _complete = new(state, feed, options, time);
    // When the server did not answer; 0: it did.
    private long _silentSince;

    /// <inheritdoc />
    public async Task<Ranking> KeywordAsync(EngineRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(request, new Ranking([], 0), async (tenant, filter) =>
            {
                var query = await _keyword.ReadAsync(tenant, await ReadAsync(request, cancellationToken), cancellationToken);
                return await _looking.RankAsync(
                    request, filter,
                    part => _keyword.RankAsync(tenant, query, filter, part, forms => ReadAsync(request, forms, cancellationToken), cancellationToken), cancellationToken);
            }, cancellationToken);
        }
        catch (IndexUnavailableException) when (words is not null)
        {
            return await words.KeywordAsync(request, cancellationToken) with { Degraded = Fallback };
        }
    }

    /// <inheritdoc />
    public Task<Ranking> SemanticAsync(EngineRequest request, string model, ReadOnlyMemory<float> query, CancellationToken cancellationToken) =>
        AskAsync(
            request, new Ranking([], 0),
            (tenant, filter) => _looking.RankAsync(
                request, filter,
                part => _vectors.FilesAsync(tenant, Collections.ChunksOf(model, query.Length), query, filter, part, cancellationToken), cancellationToken),
            cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<RankedChunk>> RankChunksAsync(
        EngineRequest request, string? model, ReadOnlyMemory<float> query, CancellationToken cancellationToken)
    {
        if (model is not null)
        {
            return await AskAsync<IReadOnlyList<RankedChunk>>(
                request, [],
                (tenant, filter) => _looking.RankChunksAsync(
                    request, filter,
                    part => _vectors.ChunksAsync(tenant, Collections.ChunksOf(model, query.Length), query, filter, part, cancellationToken), cancellationToken),
                cancellationToken);
        }

        var ranking = await KeywordAsync(request with { Offset = 0, Limit = FilesForChunks }, cancellationToken);
        if (ranking.Files.Count == 0)
            return [];
        var asked = new KeywordQuery(await ReadAsync(request, cancellationToken));
        var chunks = await loader.RankChunksAsync(
            request.Search.TenantId, [.. ranking.Files.Select(file => file.FileId)], asked, cancellationToken);
        return
        [
            .. chunks.OrderByDescending(chunk => chunk.Score).ThenBy(chunk => unchecked(FileOrder.Of(chunk.FileId) + (ulong)chunk.ChunkIndex))
                .Skip(request.Offset).Take(request.Limit),
        ];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SearchHit>> LoadAsync(EngineRequest request, IReadOnlyList<RankedFile> files, CancellationToken cancellationToken)
    {
        try
        {
            return files.Count == 0 ? [] : await loader.LoadAsync(request, files, await ReadAsync(request, cancellationToken), cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            throw new IndexUnavailableException(request.Search.TenantId, $"The files found cannot be read from the database: {fault.Message}", fault);
        }
    }

    /// <inheritdoc />
    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        var isReady = await server.IsReadyAsync(cancellationToken);
        if (isReady)
            Interlocked.Exchange(ref _silentSince, 0);
        return isReady;
    }

    private Task<IReadOnlyList<QueryTerm>> ReadAsync(EngineRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, request.Search.Query, cancellationToken);

    private async Task<IReadOnlyList<QueryTerm>> ReadAsync(EngineRequest request, string query, CancellationToken cancellationToken) =>
        await analysis.QueryAsync(
            query, await state.LanguagesAsync(request.Search.TenantId, cancellationToken), cancellationToken);

    private async Task<T> AskAsync<T>(
        EngineRequest request, T nothing, Func<string, SearchFilter, Task<T>> ask, CancellationToken cancellationToken)
    {
        var tenantId = request.Search.TenantId;
        // Every search would wait for a server that was not there a moment ago.
        if (Interlocked.Read(ref _silentSince) is not 0 and var since && time.GetElapsedTime(since) < options.Pause)
            throw new IndexUnavailableException(tenantId, "Weaviate did not answer a moment ago.");
        try
        {
            if (!await _complete.HasAnythingAsync(tenantId, cancellationToken))
                return nothing;
            var tenant = Collections.TenantOf(tenantId);
            var filter = SearchFilter.Of(request.Search);
            var answer = await ask(tenant, filter);
            Interlocked.Exchange(ref _silentSince, 0);
            return answer;
        }
        catch (WeaviateException fault)
        {
            if (fault.IsOutage)
                Interlocked.Exchange(ref _silentSince, time.GetTimestamp());
            else
                server.Forget();
            throw new IndexUnavailableException(tenantId, fault.Message, fault);
        }
        catch (NpgsqlException fault)
        {
            throw new IndexUnavailableException(tenantId, $"The state of the index cannot be read from the database: {fault.Message}", fault);
        }
    }
}
