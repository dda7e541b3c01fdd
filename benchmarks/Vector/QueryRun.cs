using System.Diagnostics;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Bench.Vector;

/// <summary>The same questions asked round after round with one set of allowed shares.</summary>
/// <param name="index">Asked one query at a time, on the thread that calls.</param>
/// <param name="queries">What is asked.</param>
/// <param name="shares">Shares the caller may read.</param>
/// <param name="bytes">Bytes of records a query must look at.</param>
/// <param name="truth">The right files of each query.</param>
internal sealed class QueryRun(TenantIndex index, float[][] queries, IReadOnlySet<string> shares, double bytes, string[][] truth)
{
    private readonly List<double> p50 = [];
    private readonly List<double> p95 = [];
    private readonly List<double> cpu = [];
    private readonly List<double> bytesPerSecond = [];

    internal double P50 => Statistics.Median(p50);

    internal double P95 => Statistics.Median(p95);

    /// <summary>Processor time of a query; what is above it in <see cref="P50"/> was spent waiting for a processor.</summary>
    internal double CpuMs => Statistics.Median(cpu);

    /// <summary>10^9 bytes of records a second, by the median query; median of rounds.</summary>
    internal double GigabytesPerSecond => Statistics.Median(bytesPerSecond);

    internal void WarmUp()
    {
        foreach (var query in queries.Take(10))
            Ask(query);
    }

    internal (double P50, double P95) Measure()
    {
        var milliseconds = new List<double>(queries.Length);
        var cpuBefore = ThreadClock.Now();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            Ask(query);
            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        cpu.Add((ThreadClock.Now() - cpuBefore).TotalMilliseconds / queries.Length);
        p50.Add(Statistics.Median(milliseconds));
        p95.Add(Statistics.Percentile(milliseconds, 0.95));
        bytesPerSecond.Add(bytes / p50[^1] / 1e6);
        return (p50[^1], p95[^1]);
    }

    /// <summary>The median over the rounds of what was read beside what plain reading gave in the same round.</summary>
    internal double ShareOf(IReadOnlyList<double> bandwidth) => Statistics.Median(bytesPerSecond.Zip(bandwidth, (read, possible) => read / possible));

    /// <summary>The share of the right files among those answered.</summary>
    internal double Recall() => queries.Zip(truth, (query, right) => Ask(query).Files.Count(file => right.Contains(file.FileId)) / (double)right.Length).Average();

    private Ranking Ask(float[] query) => index.Semantic(
        new(new SearchRequest { TenantId = "tnt_bench", Query = "", AllowedShares = shares }, Offset: 0, Limit: VectorBench.Wanted), BuiltIndex.Model, query);
}
