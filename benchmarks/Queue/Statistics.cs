using System.Globalization;

namespace ScaiDrive.Bench.Queue;

/// <summary>Medians, percentiles, and what else the machine was doing.</summary>
internal static class Statistics
{
    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Nearest rank: the smallest value that at least this share of all values does not exceed.</summary>
    internal static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>Processes that ran or wanted to, mean of the last minute.</summary>
    internal static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    internal static object Machine(double loadBefore) => new
    {
        cores = Environment.ProcessorCount,
        memory_mb = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        load_before = loadBefore,
        load_after = Load(),
    };
}
