namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Adds up what the processes counted in the last hour.</summary>
internal sealed class ProviderHour
{
    // A single failure among many is not worth a word.
    private const double DegradedShare = 0.05;

    private readonly long[] _latencies = new long[LatencyBuckets.Count];
    private readonly HashSet<DateTime> _minutes = [];
    private long _requests;
    private long _failures;
    private long _throttled;
    private long _texts;
    private long _tokens;
    private long _lateRequests;
    private long _lateFaults;

    internal void Add(long requests, long failures, long throttled, long texts, long tokens, long[] latencies, DateTime minute, bool isLate)
    {
        (_requests, _failures, _throttled) = (_requests + requests, _failures + failures, _throttled + throttled);
        (_texts, _tokens) = (_texts + texts, _tokens + tokens);
        for (var i = 0; i < Math.Min(latencies.Length, _latencies.Length); i++)
            _latencies[i] += latencies[i];
        if (texts > 0)
            _minutes.Add(minute);
        if (isLate)
            (_lateRequests, _lateFaults) = (_lateRequests + requests, _lateFaults + failures + throttled);
    }

    internal ProviderHealthReport Complete(ProviderHealthReport state, decimal? costPerMillionTokens) => state with
    {
        Status = state.Status == "healthy" && _lateFaults > DegradedShare * _lateRequests ? "degraded" : state.Status,
        LatencyP50Ms = LatencyBuckets.Percentile(_latencies, 0.5),
        LatencyP95Ms = LatencyBuckets.Percentile(_latencies, 0.95),
        EmbeddingsPerMinute = _minutes.Count == 0 ? null : Math.Round((double)_texts / _minutes.Count, 1),
        Requests = _requests,
        Failures = _failures,
        Throttled = _throttled,
        Tokens = _tokens,
        CostEstimate = costPerMillionTokens is { } price ? Math.Round(price * _tokens / 1_000_000m, 6) : null,
    };
}
