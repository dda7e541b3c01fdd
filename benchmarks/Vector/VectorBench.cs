using System.Globalization;
using System.Text.Json;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Search.Index.Local;

namespace ScaiDrive.Bench.Vector;

/// <summary>
/// Semantic search in one tenant's index, one query at a time on one thread: all shares allowed, half of them allowed, and
/// plain reading of the same bytes take turns, so that whatever else the machine does falls on all of them.
/// </summary>
internal static class VectorBench
{
    internal const int Wanted = 10;

    internal static Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("vector", args, ("files", 100_000, 100_000), ("chunks-per-file", 10, 10), ("queries", 100, 200), ("rounds", 7, 20)) is not { } settings)
            return Task.FromResult(2);
        var directory = Environment.GetEnvironmentVariable("SCAIDRIVE_BENCH_INDEX");
        var isKept = directory is not null;
        directory ??= Path.Combine(Path.GetTempPath(), $"scaidrive-vector-{Environment.ProcessId}");
        try
        {
            Run(settings, directory, isKept, cancellationToken);
            return Task.FromResult(0);
        }
        finally
        {
            if (!isKept)
                TenantIndex.Delete(directory);
        }
    }

    private static void Run(BenchArguments settings, string directory, bool isKept, CancellationToken cancellationToken)
    {
        var (files, chunksPerFile) = (settings["files"], settings["chunks-per-file"]);
        var load = Statistics.Load();
        var synthetic = new SyntheticChunks();
        var half = Enumerable.Range(0, SyntheticChunks.Shares / 2).Select(share => $"shr_{2 * share:00}").ToHashSet(StringComparer.Ordinal);
        var all = Enumerable.Range(0, SyntheticChunks.Shares).Select(share => $"shr_{share:00}").ToHashSet(StringComparer.Ordinal);
        var queries = Enumerable.Range(0, settings["queries"]).Select(number => synthetic.Query(number, files)).ToArray();

        var buildSeconds = isKept && Directory.Exists(directory) ? 0 : BuiltIndex.Build(directory, synthetic, files, chunksPerFile, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"built in {buildSeconds:F1} s"));
        var truth = ExactRanking.Best(synthetic, queries, files, chunksPerFile, half, Wanted);
        var before = MemoryUse.Now();
        using var index = TenantIndex.Open(directory) ?? throw new InvalidOperationException($"The index in {directory} cannot be opened.");
        var bytes = (long)files * chunksPerFile * SyntheticChunks.Dimensions;
        var open = new QueryRun(index, queries, all, bytes, truth.All);
        var filtered = new QueryRun(index, queries, half, bytes * ShareOfFiles(files, half), truth.Allowed);

        var bandwidth = new List<double>();
        open.WarmUp();
        filtered.WarmUp();
        for (var round = 1; round <= settings["rounds"]; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bandwidth.Add(Peak());
            var (p50, p95) = open.Measure();
            bandwidth[^1] = Math.Max(bandwidth[^1], Peak());
            var (filteredP50, filteredP95) = filtered.Measure();
            bandwidth[^1] = Math.Max(bandwidth[^1], Peak());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: all shares p50 {p50:F1} ms, p95 {p95:F1}; half of them {filteredP50:F1}, {filteredP95:F1}; memory {bandwidth[^1]:F1} GB/s; load {Statistics.Load():F1}"));
        }

        var memory = MemoryUse.Now().Less(before);
        var (aloneMs, togetherMs) = SharedScan.Measure(index.Segments.Single(), queries, together: 4, settings["rounds"]);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "vector",
            p95_ms = Math.Round(Math.Max(open.P95, filtered.P95), 2),
            recall = Math.Round(Math.Min(open.Recall(), filtered.Recall()), 4),
            bandwidth_share = Math.Round(open.ShareOf(bandwidth), 3),
            p50_ms = Math.Round(open.P50, 2),
            cpu_ms = Math.Round(open.CpuMs, 2),
            half_cpu_ms = Math.Round(filtered.CpuMs, 2),
            half_p50_ms = Math.Round(filtered.P50, 2),
            half_p95_ms = Math.Round(filtered.P95, 2),
            half_bandwidth_share = Math.Round(filtered.ShareOf(bandwidth), 3),
            scan_alone_cpu_ms = Math.Round(aloneMs, 2),
            scan_four_together_cpu_ms = Math.Round(togetherMs, 2),
            gb_per_s = Math.Round(open.GigabytesPerSecond, 1),
            memory_gb_per_s = Math.Round(Statistics.Median(bandwidth), 1),
            memory_mb = memory,
            chunks = files * chunksPerFile,
            files,
            dimensions = SyntheticChunks.Dimensions,
            queries = queries.Length,
            rounds = settings["rounds"],
            build_s = Math.Round(buildSeconds),
            machine = Statistics.Machine(load),
        }));

        double Peak() => ReadBandwidth.Best(index.Segments.Single().CodesOf(0), bytes, passes: 5);
    }

    private static double ShareOfFiles(int files, HashSet<string> shares) =>
        Enumerable.Range(0, files).Count(file => shares.Contains(SyntheticChunks.ShareOf(file))) / (double)files;
}
