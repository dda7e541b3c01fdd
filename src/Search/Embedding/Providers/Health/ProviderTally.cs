using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Counts of one process for one provider since they were last written. Thread-safe.</summary>
internal sealed class ProviderTally
{
    private readonly Lock _gate = new();
    private readonly long[] _latencies = new long[LatencyBuckets.Count];
    private long _requests;
    private long _failures;
    private long _throttled;
    private long _texts;
    private long _tokens;

    internal void Add(int texts, long tokens, TimeSpan took)
    {
        lock (_gate)
        {
            _requests++;
            _texts += texts;
            _tokens += tokens;
            _latencies[LatencyBuckets.Of(took)]++;
        }
    }

    // A text that is refused says nothing about the provider.
    internal void AddFailure(EmbeddingFaultKind kind)
    {
        lock (_gate)
        {
            _requests++;
            if (kind == EmbeddingFaultKind.Throttled)
                _throttled++;
            else if (kind != EmbeddingFaultKind.Text)
                _failures++;
        }
    }

    /// <summary>In the order of the columns.</summary>
    internal object[] Values()
    {
        lock (_gate)
            return [_requests, _failures, _throttled, _texts, _tokens, _latencies.ToArray()];
    }
}
