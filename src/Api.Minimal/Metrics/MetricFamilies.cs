using System.Globalization;
using System.Text;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>The samples of one scrape, grouped by metric name, written in the Prometheus text format 0.0.4.</summary>
/// <remarks>A series added twice keeps its last value, so a source that reads the database corrects what a process believed. Format:
/// https://prometheus.io/docs/instrumenting/exposition_formats/ : all samples of a name stand together after its HELP and TYPE line.</remarks>
public sealed class MetricFamilies
{
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Adds one value of a gauge. Labels are pairs of name and value.</summary>
    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(name, "gauge", help, MetricText.Name(name) + MetricText.Labels(labels), MetricText.Number(value));

    /// <summary>Adds one value of a counter.</summary>
    public void Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(name, "counter", help, MetricText.Name(name) + MetricText.Labels(labels), MetricText.Number(value));

    internal void Sample(string family, string type, string help, string series, string value) => Of(family, type, help).Values[series] = value;

    /// <summary>The whole exposition, ending with a line feed.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in _families)
        {
            var written = MetricText.Name(name);
            text.Append("# HELP ").Append(written).Append(' ').Append(MetricText.Help(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(written).Append(' ').Append(family.Type).Append('\n');
            foreach (var (series, value) in family.Values)
                text.Append(series).Append(' ').Append(value).Append('\n');
        }

        return text.ToString();
    }

    private Family Of(string name, string type, string help)
    {
        if (!_families.TryGetValue(name, out var family))
            _families.Add(name, family = new Family(type, help, new(StringComparer.Ordinal)));
        return family;
    }

    private sealed record Family(string Type, string Help, OrderedDictionary<string, string> Values);
}

/// <summary>Names, labels and numbers as the text format wants them.</summary>
internal static class MetricText
{
    internal static string Name(string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':'))
            return name;
        var clean = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    internal static string Help(string help) => help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    internal static string Value(string value) => value
        .Replace("\\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);

    internal static string Labels(ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (labels.IsEmpty)
            return "";
        var text = new StringBuilder("{");
        foreach (var (name, value) in labels)
        {
            if (text.Length > 1)
                text.Append(',');
            text.Append(Name(name).Replace(':', '_')).Append("=\"").Append(Value(value)).Append('"');
        }

        return text.Append('}').ToString();
    }

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
