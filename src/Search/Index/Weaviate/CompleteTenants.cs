using System.Collections.Concurrent;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Whether the index of a tenant is complete: half an answer would look like a whole one.</summary>
internal sealed class CompleteTenants(WeaviateState state, IndexFeed feed, WeaviateOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _seenAt = new(StringComparer.Ordinal);

    /// <summary>False: the tenant has nothing to search in.</summary>
    /// <exception cref="IndexUnavailableException">Its index is being built.</exception>
    internal async Task<bool> HasAnythingAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (_seenAt.TryGetValue(tenantId, out var seenAt) && time.GetElapsedTime(seenAt) < options.CompleteFor)
            return true;
        var position = await state.ReadAsync(tenantId, cancellationToken);
        if (position is { BuiltThrough: null, SchemaVersion: Collections.SchemaVersion })
        {
            _seenAt[tenantId] = time.GetTimestamp();
            return true;
        }

        _seenAt.TryRemove(tenantId, out _);
        if (position is null && (await feed.PositionAsync(tenantId, cancellationToken)).End == 0)
            return false;
        throw new IndexUnavailableException(tenantId, $"The index of {tenantId} in Weaviate is being built.");
    }
}
