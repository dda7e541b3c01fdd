using Microsoft.Extensions.AI;
using ScaiDrive.Drive;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Tests.Support;

/// <summary>An index that answers what a test wrote into it, stale or hostile as a real one may be for a moment.</summary>
public sealed class ScriptedEngine : ISearchEngine
{
    private readonly Lock _gate = new();
    private readonly List<SearchHit> _hits = [];

    /// <summary>The last request that came in.</summary>
    public EngineRequest? Last { get; private set; }

    public bool IsDown { get; set; }

    /// <summary>A hit is found by every query that contains <paramref name="word"/>.</summary>
    public void Add(DriveFile file, string word, string? name = null, string? snippet = null, int? page = null, string? section = null)
    {
        var text = snippet ?? $"before {word} after";
        var at = text.IndexOf(word, StringComparison.Ordinal);
        lock (_gate)
        {
            _hits.Add(new SearchHit(
                file.Id, name ?? file.Name, file.ShareId, file.FolderId, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, 1.0 - (0.001 * _hits.Count), 0.25,
                word, 3, page, section, text)
            { Highlights = at < 0 ? [] : [new TextRange(at, word.Length)] });
        }
    }

    public Task<Ranking> KeywordAsync(EngineRequest request, CancellationToken cancellationToken) => RankAsync(request);

    public Task<Ranking> SemanticAsync(EngineRequest request, string model, ReadOnlyMemory<float> query, CancellationToken cancellationToken) => RankAsync(request);

    public Task<IReadOnlyList<SearchHit>> LoadAsync(EngineRequest request, IReadOnlyList<RankedFile> files, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<SearchHit>>([.. files.Select(f => _hits.First(h => h.FileId == f.FileId))]);
    }

    public Task<IReadOnlyList<RankedChunk>> RankChunksAsync(EngineRequest request, string? model, ReadOnlyMemory<float> query, CancellationToken cancellationToken)
    {
        if (IsDown)
            throw new IndexUnavailableException(request.Search.TenantId, "The index is being built.");
        lock (_gate)
        {
            Last = request;
            return Task.FromResult<IReadOnlyList<RankedChunk>>(
                [.. _hits.Where(h => request.Search.Query.Contains(h.ChunkContent!, StringComparison.Ordinal)).Select(h => new RankedChunk(h.FileId, h.ChunkIndex!.Value, h.Score))]);
        }
    }

    public Task<bool> IsHealthyAsync(CancellationToken cancellationToken) => Task.FromResult(!IsDown);

    private Task<Ranking> RankAsync(EngineRequest request)
    {
        if (IsDown)
            throw new IndexUnavailableException(request.Search.TenantId, "The index is being built.");
        lock (_gate)
        {
            Last = request;
            var found = _hits.Where(h => request.Search.Query.Contains(h.ChunkContent!, StringComparison.Ordinal)).ToList();
            return Task.FromResult(new Ranking(
                [.. found.Skip(request.Offset).Take(request.Limit).Select(h => new RankedFile(h.FileId, h.Score, h.Distance, h.ChunkIndex))], found.Count));
        }
    }
}

/// <summary>An embedding service that can be switched off.</summary>
public sealed class SwitchableEmbedding : IEmbeddingGenerator<string, Embedding<float>>
{
    public bool IsDown { get; set; }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        IsDown
            ? throw new InvalidOperationException("The service is down.")
            : Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(_ => new Embedding<float>(new float[512]))));

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
