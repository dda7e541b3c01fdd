using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Ranks chunks, and files by their best chunk, by the cosine to a query.</summary>
/// <remarks>
/// Files are made of chunks here rather than by <c>groupBy</c>: how many chunks a grouped search looks at is not documented, and a
/// file whose chunks were all of them would hide the others.
/// </remarks>
internal sealed class VectorRanker(WeaviateServer server)
{
    internal async Task<Ranking> FilesAsync(
        string tenant, string collection, ReadOnlyMemory<float> query, SearchFilter filter, EngineRequest request, CancellationToken cancellationToken)
    {
        if (filter.IsEmpty || !await server.HasTenantAsync(collection, tenant, cancellationToken))
            return new([], 0);
        var window = await Windows.ReadAsync<RankedFile>(request, file => file.FileId, async size =>
        {
            var chunks = await NearAsync(tenant, collection, query, filter, size, cancellationToken);
            return new(
                [.. chunks.DistinctBy(chunk => chunk.FileId).Select(chunk => new RankedFile(chunk.FileId, chunk.Score, 1 - chunk.Score, chunk.ChunkIndex))],
                chunks.Count < size);
        });
        var total = window.IsWhole || window.IsLongest
            ? window.Items.Count
            : await ReachableAsync(tenant, collection, filter, window.Items.Count, cancellationToken);
        return new([.. window.Items.Skip(request.Offset).Take(request.Limit)], total);
    }

    // What lies beyond the longest window cannot be reached, so it is not promised: every chunk out there may be the only one of its file.
    private async Task<int> ReachableAsync(string tenant, string collection, SearchFilter filter, int seen, CancellationToken cancellationToken)
    {
        var files = await server.CountAsync(Collections.Files, tenant, filter.And(Where.Equal("models", collection)), cancellationToken);
        var chunks = await server.CountAsync(collection, tenant, filter.Condition, cancellationToken);
        return Math.Max(seen, files - Math.Max(0, chunks - WeaviateServer.MaximumResults));
    }

    internal async Task<IReadOnlyList<RankedChunk>> ChunksAsync(
        string tenant, string collection, ReadOnlyMemory<float> query, SearchFilter filter, EngineRequest request, CancellationToken cancellationToken)
    {
        if (filter.IsEmpty || !await server.HasTenantAsync(collection, tenant, cancellationToken))
            return [];
        var window = await Windows.ReadAsync<RankedChunk>(request, chunk => (chunk.FileId, chunk.ChunkIndex), async size =>
        {
            var chunks = await NearAsync(tenant, collection, query, filter, size, cancellationToken);
            return new(chunks, chunks.Count < size);
        });
        return [.. window.Items.Skip(request.Offset).Take(request.Limit)];
    }

    private async Task<IReadOnlyList<RankedChunk>> NearAsync(
        string tenant, string collection, ReadOnlyMemory<float> query, SearchFilter filter, int size, CancellationToken cancellationToken)
    {
        var arguments = $"nearVector:{{vector:{GraphText.Vector(query.Span)}}},{WeaviateServer.WhereArgument(filter.Condition)}limit:{size}";
        var found = await server.GetAsync(collection, tenant, arguments, "fileId chunkIndex _additional{distance}", cancellationToken);
        return
        [
            .. found
                .Select(chunk => new RankedChunk((string)chunk["fileId"]!, (int)chunk["chunkIndex"]!, 1 - ((double?)chunk["_additional"]?["distance"] ?? 1)))
                .OrderByDescending(chunk => chunk.Score)
                .ThenBy(chunk => unchecked(FileOrder.Of(chunk.FileId) + (ulong)chunk.ChunkIndex)),
        ];
    }
}
