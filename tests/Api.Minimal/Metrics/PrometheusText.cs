using System.Globalization;
using System.Text.RegularExpressions;

namespace ScaiDrive.Api.Minimal.Tests.Metrics;

/// <summary>A strict reader of the Prometheus text format 0.0.4: what it refuses, a scraper may refuse too.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly List<Sample> _samples = [];

    internal IReadOnlyDictionary<string, string> Types => _types;

    internal IReadOnlyList<Sample> Samples => _samples;

    internal double Value(string name, params (string Name, string Value)[] labels) =>
        Assert.Single(_samples, s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Name) == l.Value)).Value;

    internal static PrometheusText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var parsed = new PrometheusText();
        var helped = new HashSet<string>();
        var closed = new HashSet<string>();
        var seen = new HashSet<string>();
        string? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var name = line.Split(' ')[2];
                Assert.True(helped.Add(name), $"HELP stands twice: {name}");
                if (family is not null)
                    closed.Add(family);
                family = name;
                Assert.DoesNotContain(family, closed);
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                Assert.Equal(4, parts.Length);
                Assert.Equal(family, parts[2]);
                Assert.Contains(parts[3], new[] { "counter", "gauge", "histogram" });
                Assert.True(parsed._types.TryAdd(parts[2], parts[3]), $"TYPE stands twice: {parts[2]}");
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, $"Not a sample: {line}");
            var sample = new Sample(match.Groups["name"].Value, Labels(match.Groups["labels"].Value), Number(match.Groups["value"].Value));
            Assert.True(sample.Name == family || (parsed._types[family!] == "histogram" && sample.Name.StartsWith(family! + "_", StringComparison.Ordinal)), $"{line} stands under {family}");
            Assert.True(seen.Add(sample.Name + match.Groups["labels"].Value), $"Stands twice: {line}");
            parsed._samples.Add(sample);
        }

        return parsed;
    }

    private static double Number(string value) => value switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(value, CultureInfo.InvariantCulture),
    };

    private static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>();
        foreach (Match label in Label().Matches(text))
        {
            labels.Add(
                label.Groups["name"].Value,
                label.Groups["value"].Value.Replace("\\\\", "\0", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal)
                    .Replace("\\n", "\n", StringComparison.Ordinal).Replace('\0', '\\'));
        }

        return labels;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*)\})? (?<value>NaN|[+-]Inf|-?[0-9.]+(?:[eE][+-]?[0-9]+)?)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\n]|\\["\\n])*)"(?:,|$)""")]
    private static partial Regex Label();

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
