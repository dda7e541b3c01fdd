using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Api.Minimal.Metrics;

namespace ScaiDrive.Api.Minimal.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    // A name of its own: other tests of this process measure too.
    private readonly string _name = $"test_{Guid.NewGuid():n}";
    private readonly Meter _meter = new("ScaiDrive.Test");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Counters_add_up_per_label_set_whatever_the_order_of_the_labels()
    {
        using var exporter = Exporter();
        var counter = _meter.CreateCounter<long>(_name, description: "Counts.");
        counter.Add(2, new("a", "1"), new("b", "2"));
        counter.Add(3, new("b", "2"), new("a", "1"));
        counter.Add(1, new KeyValuePair<string, object?>("a", "9"));

        var text = await ParseAsync(exporter);

        Assert.Equal("counter", text.Types[_name]);
        Assert.Equal(5, text.Value(_name, ("a", "1"), ("b", "2")));
        Assert.Equal(1, text.Value(_name, ("a", "9")));
    }

    [Fact]
    public async Task Histogram_buckets_are_cumulative_inclusive_and_end_with_infinity()
    {
        using var exporter = Exporter();
        var histogram = _meter.CreateHistogram(_name, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        foreach (var value in new[] { 0.5, 1, 1.5, 10, 11 })
            histogram.Record(value, new KeyValuePair<string, object?>("mode", "x"));

        var text = await ParseAsync(exporter);

        Assert.Equal("histogram", text.Types[_name]);
        Assert.Equal(2, text.Value(_name + "_bucket", ("le", "1"), ("mode", "x")));
        Assert.Equal(4, text.Value(_name + "_bucket", ("le", "10")));
        Assert.Equal(5, text.Value(_name + "_bucket", ("le", "+Inf")));
        Assert.Equal(5, text.Value(_name + "_count", ("mode", "x")));
        Assert.Equal(24, text.Value(_name + "_sum", ("mode", "x")));
    }

    [Fact]
    public async Task Label_values_and_help_survive_quotes_backslashes_and_line_feeds()
    {
        using var exporter = Exporter();
        var hostile = "a\"b\\c\nd}";
        _meter.CreateCounter<int>(_name, description: "Two\nlines \\ and more").Add(1, new KeyValuePair<string, object?>("path", hostile));

        var text = await ParseAsync(exporter);

        Assert.Equal(1, text.Value(_name, ("path", hostile)));
    }

    [Fact]
    public async Task Label_sets_beyond_the_bound_share_one_series_and_lose_no_count()
    {
        using var exporter = Exporter();
        var counter = _meter.CreateCounter<long>(_name);
        var many = PrometheusExporter.MaxSeriesPerInstrument + 50;
        for (var i = 0; i < many; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var samples = (await ParseAsync(exporter)).Samples.Where(s => s.Name == _name).ToList();

        Assert.Equal(PrometheusExporter.MaxSeriesPerInstrument + 1, samples.Count);
        Assert.Equal(many, samples.Sum(s => s.Value));
        Assert.Equal(50, samples.Single(s => s.Labels["id"] == "_overflow").Value);
    }

    [Fact]
    public async Task A_label_set_that_an_observable_gauge_reports_no_longer_is_gone()
    {
        using var exporter = Exporter();
        var now = new[] { "one", "two" };
        _meter.CreateObservableGauge(_name, () => now.Select(n => new Measurement<double>(1.5, new KeyValuePair<string, object?>("n", n))));

        Assert.Equal(2, (await ParseAsync(exporter)).Samples.Count(s => s.Name == _name));
        now = ["two"];
        Assert.Equal("two", Assert.Single((await ParseAsync(exporter)).Samples, s => s.Name == _name).Labels["n"]);
    }

    [Fact]
    public async Task An_observable_instrument_that_throws_hides_no_other()
    {
        using var exporter = Exporter();
        _meter.CreateCounter<long>(_name).Add(7);
        _meter.CreateObservableGauge<int>(_name + "_broken", Broken);

        Assert.Equal(7, (await ParseAsync(exporter)).Value(_name));

        static int Broken() => throw new InvalidOperationException("no");
    }

    [Fact]
    public async Task A_source_that_fails_shows_as_down_with_unknown_values_and_the_scrape_goes_on()
    {
        using var exporter = Exporter(new BrokenSource());
        _meter.CreateCounter<long>(_name).Add(7);

        var text = await ParseAsync(exporter);

        Assert.Equal(0, text.Value("scaidrive_metrics_source_up", ("source", "broken")));
        Assert.True(double.IsNaN(text.Value("broken_depth")));
        Assert.Equal(7, text.Value(_name));
    }

    [Fact]
    public async Task Meters_of_other_makers_are_left_alone()
    {
        using var exporter = Exporter();
        using var foreign = new Meter("Somebody.Else");
        foreign.CreateCounter<long>(_name).Add(1);
        _meter.CreateCounter<long>(_name + "_own").Add(1);

        Assert.DoesNotContain((await ParseAsync(exporter)).Samples, s => s.Name == _name);
    }

    [Fact]
    public async Task Instruments_of_one_name_are_one_metric_and_a_source_has_the_last_word()
    {
        using var exporter = Exporter(new FixedSource(_name + "_gauge"));
        using var twin = new Meter("ScaiDrive.Test");
        _meter.CreateCounter<long>(_name).Add(1);
        twin.CreateCounter<long>(_name).Add(2);
        _meter.CreateObservableGauge(_name + "_gauge", () => 5);

        var text = await ParseAsync(exporter);

        Assert.Equal(3, text.Value(_name));
        Assert.Equal(42, text.Value(_name + "_gauge"));
    }

    private static PrometheusExporter Exporter(params IMetricSource[] sources) =>
        new(sources, TimeProvider.System, NullLogger<PrometheusExporter>.Instance);

    private static async Task<PrometheusText> ParseAsync(PrometheusExporter exporter) =>
        PrometheusText.Parse(await exporter.ExportAsync(CancellationToken.None));

    private sealed class FixedSource(string name) : IMetricSource
    {
        public string Name => "fixed";

        public Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken)
        {
            families.Gauge(name, "Known better.", 42);
            return Task.CompletedTask;
        }

        public void AddUnknown(MetricFamilies families)
        {
        }
    }

    private sealed class BrokenSource : IMetricSource
    {
        public string Name => "broken";

        public Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken) => throw new InvalidOperationException("down");

        public void AddUnknown(MetricFamilies families) => families.Gauge("broken_depth", "Depth.", double.NaN);
    }
}
