using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Keeps the index in Weaviate in step with the log of every tenant.</summary>
internal sealed class WeaviateFollower(
    WeaviateIndex index, NotificationListener listener, SearchOptions options, TimeProvider time, ILogger<WeaviateFollower> log)
    : IndexFollower(new PatientIndex(index, time), listener, options, log);

/// <summary>Lets an index that failed rest for a while, longer each time, so that a server that comes back is not run down.</summary>
internal sealed class PatientIndex(IFollowingIndex index, TimeProvider time) : IFollowingIndex
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (long Since, TimeSpan Length)> _resting = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken) => index.TenantsAsync(cancellationToken);

    public async Task CatchUpAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (_resting.TryGetValue(tenantId, out var resting) && time.GetElapsedTime(resting.Since) < resting.Length)
            return;
        try
        {
            await index.CatchUpAsync(tenantId, cancellationToken);
            _resting.TryRemove(tenantId, out _);
        }
        catch (WeaviateException) when (!cancellationToken.IsCancellationRequested)
        {
            var rest = resting.Length == default ? FirstRest : resting.Length * 2;
            _resting[tenantId] = (time.GetTimestamp(), rest < LongestRest ? rest : LongestRest);
            throw;
        }
    }
}
