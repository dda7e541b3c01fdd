using System.Diagnostics.Metrics;

namespace ScaiDrive.Search;

/// <summary>What this room measures, under the meter <c>ScaiDrive.Search</c>.</summary>
public sealed class SearchMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ScaiDrive.Search";

    private readonly Meter _meter = new(MeterName);
    private long _pending;

    /// <summary>Starts the instruments.</summary>
    public SearchMetrics()
    {
        ChunksIndexed = _meter.CreateCounter<long>("scaidrive_vectorization_chunks_indexed_total", "{chunk}", "Text chunks written to the index");
        SearchSeconds = _meter.CreateHistogram<double>("scaidrive_search_seconds", "s", "Time of one search, by mode");
        EmbedSeconds = _meter.CreateHistogram<double>("scaidrive_vectorization_embed_seconds", "s", "Time of one call to an embedding provider");
        _meter.CreateObservableGauge(
            "scaidrive_vectorization_pending", () => Interlocked.Read(ref _pending), "{file}", "Files whose text waits for its vectors");
    }

    /// <summary>Chunks written, counted when the statement ran.</summary>
    internal Counter<long> ChunksIndexed { get; }

    /// <summary>Seconds per search, tag <c>mode</c>.</summary>
    internal Histogram<double> SearchSeconds { get; }

    /// <summary>Seconds per provider call, tag <c>provider</c> (its type).</summary>
    internal Histogram<double> EmbedSeconds { get; }

    /// <summary>Files waiting for vectors over all tenants, as last read from the totals.</summary>
    internal long Pending
    {
        set => Interlocked.Exchange(ref _pending, value);
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
