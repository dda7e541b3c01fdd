namespace ScaiDrive.Search.Query;

/// <summary>An index that ranks the files of a tenant. Filters are applied before ranking.</summary>
/// <remarks>Every call throws <see cref="IndexUnavailableException"/> when the index cannot answer. Thread-safe.</remarks>
public interface ISearchEngine
{
    /// <summary>Ranks files by BM25 over names and content.</summary>
    Task<Ranking> KeywordAsync(EngineRequest request, CancellationToken cancellationToken);

    /// <summary>Ranks files by the cosine of their best chunk.</summary>
    /// <param name="request">Tenant, filters and part of the ranking; its words are not looked at.</param>
    /// <param name="model">The model of <paramref name="query"/>; only vectors of this model are compared.</param>
    /// <param name="query">The embedded query, of any length other than zero.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<Ranking> SemanticAsync(EngineRequest request, string model, ReadOnlyMemory<float> query, CancellationToken cancellationToken);

    /// <summary>Ranks chunks, several of one file if they are good: by BM25 of the query's words, or by cosine.</summary>
    /// <param name="request">Tenant, words, filters and part of the ranking.</param>
    /// <param name="model">The model of <paramref name="query"/>; null: by words.</param>
    /// <param name="query">The embedded query; not looked at without a model.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<RankedChunk>> RankChunksAsync(
        EngineRequest request, string? model, ReadOnlyMemory<float> query, CancellationToken cancellationToken);

    /// <summary>Completes ranked files with their attributes and best chunk. Files that vanished since are left out.</summary>
    Task<IReadOnlyList<SearchHit>> LoadAsync(EngineRequest request, IReadOnlyList<RankedFile> files, CancellationToken cancellationToken);

    /// <summary>Whether the index answers now; never throws for an index that does not.</summary>
    Task<bool> IsHealthyAsync(CancellationToken cancellationToken);
}

/// <summary>A request as an engine sees it.</summary>
/// <param name="Search">Tenant, words, filters.</param>
/// <param name="Offset">Ranks to pass over.</param>
/// <param name="Limit">Ranks wanted.</param>
public sealed record EngineRequest(SearchRequest Search, int Offset, int Limit);

/// <summary>A file at its rank.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Score">Higher is better.</param>
/// <param name="Distance">Cosine distance when ranked by meaning.</param>
/// <param name="ChunkIndex">The best chunk when ranked by meaning; null: choose by the words when loading.</param>
public sealed record RankedFile(string FileId, double Score, double? Distance, int? ChunkIndex);

/// <summary>A chunk at its rank.</summary>
/// <param name="FileId">Its file.</param>
/// <param name="ChunkIndex">Its position in the document, from 0.</param>
/// <param name="Score">Higher is better.</param>
public sealed record RankedChunk(string FileId, int ChunkIndex, double Score);

/// <summary>A part of a ranking.</summary>
/// <param name="Files">Best first, in an order that does not depend on the part asked for.</param>
/// <param name="Total">All files in the ranking.</param>
public sealed record Ranking(IReadOnlyList<RankedFile> Files, int Total)
{
    /// <summary>Null, or a code that says why another index than the configured one answered: <c>weaviate_unavailable</c>.</summary>
    public string? Degraded { get; init; }
}
