using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Looks through a ranking for what the caller may read, where that takes too many names for a condition: as far as the server ranks.</summary>
internal sealed class RoughRanking(HitLoader loader)
{
    internal async Task<Ranking> RankAsync(
        EngineRequest request, SearchFilter filter, Func<EngineRequest, Task<Ranking>> rank, CancellationToken cancellationToken)
    {
        if (!filter.IsRough)
            return await rank(request);
        var ranking = await rank(Whole(request));
        var readable = await ReadableAsync(request, ranking.Files.Select(file => file.FileId), cancellationToken);
        var files = ranking.Files.Where(file => readable.Contains(file.FileId)).ToList();
        return new([.. files.Skip(request.Offset).Take(request.Limit)], files.Count);
    }

    internal async Task<IReadOnlyList<RankedChunk>> RankChunksAsync(
        EngineRequest request, SearchFilter filter, Func<EngineRequest, Task<IReadOnlyList<RankedChunk>>> rank, CancellationToken cancellationToken)
    {
        if (!filter.IsRough)
            return await rank(request);
        var chunks = await rank(Whole(request));
        var readable = await ReadableAsync(request, chunks.Select(chunk => chunk.FileId), cancellationToken);
        return [.. chunks.Where(chunk => readable.Contains(chunk.FileId)).Skip(request.Offset).Take(request.Limit)];
    }

    private static EngineRequest Whole(EngineRequest request) => request with { Offset = 0, Limit = WeaviateServer.MaximumResults };

    private async Task<HashSet<string>> ReadableAsync(EngineRequest request, IEnumerable<string> fileIds, CancellationToken cancellationToken)
    {
        var rights = request.Search.Places!;
        var places = await loader.ReadPlacesAsync(request.Search.TenantId, [.. fileIds.Distinct(StringComparer.Ordinal)], cancellationToken);
        var judged = new bool?[places.Count];
        rights.Judge([.. places.Select(file => file.Place)], judged);
        return places.Where((file, number) => rights.Files.TryGetValue(file.FileId, out var readable) ? readable
                : !rights.Shares.Contains(file.Place.ShareId) || judged[number] == true)
            .Select(file => file.FileId).ToHashSet(StringComparer.Ordinal);
    }
}
