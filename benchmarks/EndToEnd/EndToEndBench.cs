using System.Globalization;
using System.Text.Json;

namespace ScaiDrive.Bench.EndToEnd;

/// <summary>Times the product as its user runs it: <c>up --once</c> on a fresh data directory, one process, from the first
/// look at the folder to the last file searchable by word and by meaning.</summary>
internal static class EndToEndBench
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var runs = args.Contains("--long") ? 5 : 3;
        var texts = args.Contains("--long") ? 1400 : 500;
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-");
        root.UnixFileMode |= UnixFileMode.OtherExecute;
        try
        {
            var folder = Path.Combine(root.FullName, "folder");
            var (files, bytes) = MixedFolder.Create(folder, texts, copiesOfDocuments: texts / 10);
            Console.WriteLine($"{files} files, {bytes / 1e6:0.0} MB; {runs} runs");
            var results = new List<HostRun>();
            for (var i = 0; i < runs; i++)
            {
                results.Add(await HostRun.OnceAsync(folder, Path.Combine(root.FullName, $"data-{i}"), cancellationToken));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {i + 1}: {results[^1].Seconds:0.0} s, peak {results[^1].PeakBytes / 1e6:0} MB"));
            }

            var median = results.OrderBy(run => run.Seconds).ElementAt(results.Count / 2);
            var stages = median.Summary["stage_seconds"]!.AsObject();
            var busy = stages.Sum(stage => stage.Value!.GetValue<double>());
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "end-to-end",
                files_per_s = Math.Round(files / median.Seconds, 1),
                mb_per_s = Math.Round(bytes / 1e6 / median.Seconds, 2),
                seconds = median.Seconds,
                seconds_all = results.Select(run => run.Seconds),
                files,
                mb = Math.Round(bytes / 1e6, 1),
                indexed = median.Summary["indexed"]!.GetValue<long>(),
                skipped = median.Summary["skipped"]!.GetValue<long>(),
                failed = median.Summary["failed"]!.GetValue<long>(),
                stage_share = stages.ToDictionary(stage => stage.Key, stage => Math.Round(stage.Value!.GetValue<double>() / busy, 3)),
                stage_seconds = stages,
                worker_peak_mb = Math.Round(median.PeakBytes / 1e6),
                processors = Environment.ProcessorCount,
                load = File.ReadAllText("/proc/loadavg").Split(' ')[0],
            }));
            return 0;
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
