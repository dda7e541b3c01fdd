using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>Listens to the meters of this process whose name starts with <c>ScaiDrive.</c> and writes what they
/// measured in the Prometheus text format. Works in any role; it needs no web server.</summary>
/// <remarks>
/// Counters and histograms add up from the moment the exporter is made, so make it before the work starts.
/// An instrument keeps at most <see cref="MaxSeriesPerInstrument"/> label sets: what comes after is added to one series
/// whose label values are all <c>_overflow</c>, so totals stay right and memory stays bounded.
/// </remarks>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>Label sets kept per instrument: 1,000.</summary>
    public const int MaxSeriesPerInstrument = 1000;

    /// <summary>Content type of the text <see cref="ExportAsync"/> makes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly TimeSpan SourceTimeout = TimeSpan.FromSeconds(5);

    private readonly MeterListener _listener = new();
    // By name: instruments of one name (a meter made twice) are one metric.
    private readonly ConcurrentDictionary<string, InstrumentSeries> _instruments = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _scrape = new(1, 1);
    private readonly IReadOnlyList<IMetricSource> _sources;
    private readonly TimeProvider _time;
    private readonly ILogger<PrometheusExporter> _log;

    /// <summary>Starts to listen.</summary>
    /// <param name="sources">Asked for their gauges at every scrape.</param>
    /// <param name="time">Bounds how long a scrape waits for a source: 5 seconds.</param>
    /// <param name="log">Told when a source fails.</param>
    public PrometheusExporter(IEnumerable<IMetricSource> sources, TimeProvider time, ILogger<PrometheusExporter> log)
    {
        (_sources, _time, _log) = ([.. sources], time, log);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith("ScaiDrive.", StringComparison.Ordinal))
                return;
            var series = _instruments.GetOrAdd(instrument.Name, _ => InstrumentSeries.For(instrument));
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Reads observable instruments and sources, and writes everything. Scrapes run one after another.</summary>
    public async Task<string> ExportAsync(CancellationToken cancellationToken)
    {
        await _scrape.WaitAsync(cancellationToken);
        try
        {
            var families = new MetricFamilies();
            ObserveInstruments();
            foreach (var series in _instruments.Values)
                series.WriteTo(families);
            foreach (var source in _sources)
                await CollectAsync(source, families, cancellationToken);
            return families.ToString();
        }
        finally
        {
            _scrape.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listener.Dispose();
        _scrape.Dispose();
    }

    private void ObserveInstruments()
    {
        foreach (var series in _instruments.Values)
            series.BeginObservation();
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException fault)
        {
            // One failing callback must not hide the other instruments.
            _log.LogWarning(fault, "An observable instrument could not be read");
        }
    }

    private async Task CollectAsync(IMetricSource source, MetricFamilies families, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(SourceTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var up = 1;
        try
        {
            await source.CollectAsync(families, either.Token);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // A scrape during a database outage must still show the rest.
            _log.LogWarning("Metrics of {Source} could not be read: {Fault}", source.Name, fault.Message);
            source.AddUnknown(families);
            up = 0;
        }

        families.Gauge("scaidrive_metrics_source_up", "Whether the gauges of this source could be read (1) or not (0).", up, ("source", source.Name));
    }
}

/// <summary>Every label set of one instrument.</summary>
internal abstract class InstrumentSeries(Instrument instrument)
{
    internal Instrument Instrument { get; } = instrument;

    internal string Help { get; } = string.IsNullOrWhiteSpace(instrument.Description) ? instrument.Name : instrument.Description;

    internal static InstrumentSeries For(Instrument instrument)
    {
        var kind = instrument.GetType();
        var name = (kind.IsGenericType ? kind.GetGenericTypeDefinition().Name : kind.Name).Split('`')[0];
        return name switch
        {
            "Histogram" => new HistogramSeries(instrument, Boundaries(instrument)),
            "Counter" => new ValueSeries(instrument, "counter", adds: true),
            "ObservableCounter" => new ValueSeries(instrument, "counter", adds: false),
            "UpDownCounter" => new ValueSeries(instrument, "gauge", adds: true),
            _ => new ValueSeries(instrument, "gauge", adds: false), // Gauge, ObservableGauge, ObservableUpDownCounter
        };
    }

    internal abstract void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>Forgets the last observation of an observable instrument: a label set that it no longer reports is gone.</summary>
    internal abstract void BeginObservation();

    internal abstract void WriteTo(MetricFamilies families);

    /// <summary>The labels as they are written, sorted by name; one label set is one string.</summary>
    private protected static string Key(ReadOnlySpan<KeyValuePair<string, object?>> tags, bool overflow)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new (string Name, string Value)[tags.Length];
        for (var i = 0; i < tags.Length; i++)
            labels[i] = (tags[i].Key, overflow ? "_overflow" : Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        Array.Sort(labels, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return MetricText.Labels(labels);
    }

    private protected static T Find<T>(ConcurrentDictionary<string, T> series, ReadOnlySpan<KeyValuePair<string, object?>> tags) where T : new()
    {
        var key = Key(tags, overflow: false);
        if (series.TryGetValue(key, out var known))
            return known;
        if (series.Count >= PrometheusExporter.MaxSeriesPerInstrument)
            key = Key(tags, overflow: true);
        return series.GetOrAdd(key, static _ => new T());
    }

    // Seconds, from a fast lookup to a long OCR run.
    private static readonly double[] DefaultBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private static double[] Boundaries(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given],
        Histogram<long> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given.Select(b => (double)b)],
        _ => DefaultBoundaries,
    };
}

/// <summary>Counters and gauges: one number per label set.</summary>
internal sealed class ValueSeries(Instrument instrument, string type, bool adds) : InstrumentSeries(instrument)
{
    private readonly ConcurrentDictionary<string, Cell> _series = new(StringComparer.Ordinal);

    internal override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var cell = Find(_series, tags);
        lock (cell)
            cell.Value = adds ? cell.Value + value : value;
    }

    internal override void BeginObservation()
    {
        if (Instrument.IsObservable)
            _series.Clear();
    }

    internal override void WriteTo(MetricFamilies families)
    {
        var name = MetricText.Name(Instrument.Name);
        foreach (var (labels, cell) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            double value;
            lock (cell)
                value = cell.Value;
            families.Sample(name, type, Help, name + labels, MetricText.Number(value));
        }
    }

    private sealed class Cell
    {
        internal double Value { get; set; }
    }
}

/// <summary>Histograms with fixed buckets, cumulative when written.</summary>
internal sealed class HistogramSeries(Instrument instrument, double[] boundaries) : InstrumentSeries(instrument)
{
    private readonly ConcurrentDictionary<string, Cell> _series = new(StringComparer.Ordinal);

    internal override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var cell = Find(_series, tags);
        lock (cell)
        {
            cell.Counts ??= new long[boundaries.Length + 1];
            var at = Array.BinarySearch(boundaries, value); // "le" is inclusive, so an exact hit belongs to its own bucket
            cell.Counts[at >= 0 ? at : ~at]++;
            cell.Sum += value;
        }
    }

    internal override void BeginObservation()
    {
    }

    internal override void WriteTo(MetricFamilies families)
    {
        var name = MetricText.Name(Instrument.Name);
        foreach (var (labels, cell) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            long[]? counts;
            double sum;
            lock (cell)
                (counts, sum) = ((long[]?)cell.Counts?.Clone(), cell.Sum);
            if (counts is null)
                continue;
            var seen = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                seen += counts[i];
                var le = i < boundaries.Length ? MetricText.Number(boundaries[i]) : "+Inf";
                families.Sample(name, "histogram", Help, $"{name}_bucket{With(labels, le)}", seen.ToString(CultureInfo.InvariantCulture));
            }

            families.Sample(name, "histogram", Help, $"{name}_sum{labels}", MetricText.Number(sum));
            families.Sample(name, "histogram", Help, $"{name}_count{labels}", seen.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string With(string labels, string le) => labels.Length == 0 ? $"{{le=\"{le}\"}}" : $"{labels[..^1]},le=\"{le}\"}}";

    private sealed class Cell
    {
        internal long[]? Counts { get; set; }

        internal double Sum { get; set; }
    }
}
