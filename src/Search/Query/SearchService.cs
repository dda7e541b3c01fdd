using System.Diagnostics;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Search.Query;

/// <summary>Answers searches: by words, by meaning, or by both.</summary>
public sealed class SearchService(ISearchEngine engine, EmbeddingProviders providers, QueryFeedback feedback, SearchMetrics metrics)
{
    /// <summary>How far each side is followed for a hybrid answer.</summary>
    private const int FusionDepth = 1_000;

    /// <summary>Searches by words: BM25 over names and content.</summary>
    /// <exception cref="IndexUnavailableException">The index cannot answer now.</exception>
    public Task<SearchAnswer> KeywordAsync(SearchRequest request, CancellationToken cancellationToken) => TimedAsync("keyword", async () =>
    {
        var part = Part(request);
        var ranking = await engine.KeywordAsync(part, cancellationToken);
        return await CompleteAsync(part, ranking.Files, ranking.Total, ranking.Degraded, cancellationToken);
    });

    /// <summary>Searches by meaning.</summary>
    /// <exception cref="EmbeddingUnavailableException">The query cannot be embedded now.</exception>
    /// <exception cref="IndexUnavailableException">The index cannot answer now.</exception>
    public Task<SearchAnswer> SemanticAsync(SearchRequest request, CancellationToken cancellationToken) => TimedAsync("semantic", async () =>
    {
        var part = Part(request);
        if (string.IsNullOrWhiteSpace(request.Query))
            return new([], 0, false, null);
        var query = await providers.EmbedQueryAsync(request.TenantId, request.Query, cancellationToken);
        var ranking = await RankByMeaningAsync(part, query, cancellationToken);
        return await CompleteAsync(part, ranking.Files, ranking.Total, query.Degraded, cancellationToken);
    });

    /// <summary>Searches by both, joined by score. When meaning is not available the answer is by words and says so in <see cref="SearchAnswer.Degraded"/>.</summary>
    /// <exception cref="IndexUnavailableException">The index cannot answer now.</exception>
    public Task<SearchAnswer> HybridAsync(SearchRequest request, CancellationToken cancellationToken) => TimedAsync("hybrid", async () =>
    {
        var part = Part(request);
        if (string.IsNullOrWhiteSpace(request.Query))
            return new([], 0, false, null);
        var weight = ScoreFusion.WeightOf(request.Alpha);
        var depth = part with { Offset = 0, Limit = FusionDepth };
        var words = weight is > 0 and < 1 ? await engine.KeywordAsync(depth, cancellationToken) : new Ranking([], 0);
        IReadOnlyList<IReadOnlyList<RankedFile>> meanings = [];
        string? degraded = null;
        if (weight > 0)
        {
            try
            {
                var query = await providers.EmbedQueryAsync(request.TenantId, request.Query, cancellationToken);
                degraded = query.Degraded;
                if (words.Files.Count > 0)
                    query = query with { Vectors = await feedback.MoveAsync(depth, words.Files, query.Vectors, cancellationToken) };
                meanings = await RankInEveryModelAsync(depth, query, cancellationToken);
            }
            catch (EmbeddingUnavailableException)
            {
                (weight, degraded) = (0, "embedding_unavailable");
            }
            catch (IndexUnavailableException)
            {
                (weight, degraded) = (0, "vector_index_unavailable");
            }
        }

        if (weight <= 0)
        {
            var ranking = await engine.KeywordAsync(part, cancellationToken);
            return await CompleteAsync(part, ranking.Files, ranking.Total, degraded ?? ranking.Degraded, cancellationToken);
        }

        var fused = ScoreFusion.Fuse(words, meanings, weight);
        var page = fused.Skip(part.Offset).Take(part.Limit).ToList();
        return await CompleteAsync(part, page, fused.Count, degraded ?? words.Degraded, cancellationToken);
    });

    private static EngineRequest Part(SearchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request, Math.Max(0, request.Offset), Math.Clamp(request.Limit, 1, FusionDepth));
    }

    // Cosines of different models cannot be compared, but ranks can; a file that has vectors of several keeps its best rank.
    private async Task<Ranking> RankByMeaningAsync(EngineRequest part, EmbeddedQuery query, CancellationToken cancellationToken)
    {
        if (query.Vectors is [var (model, vector)])
            return await engine.SemanticAsync(part, model, vector, cancellationToken);
        var merged = ScoreFusion.Interleave(await RankInEveryModelAsync(part with { Offset = 0, Limit = FusionDepth }, query, cancellationToken));
        return new([.. merged.Skip(part.Offset).Take(part.Limit)], merged.Count);
    }

    private async Task<IReadOnlyList<IReadOnlyList<RankedFile>>> RankInEveryModelAsync(
        EngineRequest part, EmbeddedQuery query, CancellationToken cancellationToken)
    {
        var rankings = new List<IReadOnlyList<RankedFile>>();
        foreach (var (model, vector) in query.Vectors)
            rankings.Add((await engine.SemanticAsync(part, model, vector, cancellationToken)).Files);
        return rankings;
    }

    private async Task<SearchAnswer> CompleteAsync(
        EngineRequest part, IReadOnlyList<RankedFile> files, int total, string? degraded, CancellationToken cancellationToken)
    {
        var hits = await engine.LoadAsync(part, files, cancellationToken);
        return new(hits, total, part.Offset + files.Count < total, degraded);
    }

    private async Task<SearchAnswer> TimedAsync(string mode, Func<Task<SearchAnswer>> search)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await search();
        }
        finally
        {
            metrics.SearchSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("mode", mode));
        }
    }
}
