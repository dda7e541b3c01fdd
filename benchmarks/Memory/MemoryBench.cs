using System.Globalization;
using System.Text.Json;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Bench.EndToEnd;

namespace ScaiDrive.Bench.Memory;

/// <summary>A file of two gigabytes on its whole way, from the folder over the content store to a child and to the index: how much memory the worker process takes for it.</summary>
/// <remarks>Each kind gets a host of its own with a fresh data directory, so that one does not hide behind the peak of another.</remarks>
internal static class MemoryBench
{
    // The source, the content store, the child's copy, and what the child unpacks.
    private const int CopiesOnDisk = 4;

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("memory", args, ("megabytes", 2048, 2048)) is not { } options)
            return 2;
        var size = (long)options["megabytes"] << 20;
        var root = Directory.CreateTempSubdirectory("scaidrive-memory-");
        root.UnixFileMode |= UnixFileMode.OtherExecute;
        try
        {
            if (new DriveInfo(root.FullName).AvailableFreeSpace is var free && free < size * CopiesOnDisk + (1L << 30))
            {
                await Console.Error.WriteLineAsync($"{root.FullName} has {free >> 20} MiB left, {(size * CopiesOnDisk >> 20) + 1024} are needed. Set TMPDIR to a larger disk.");
                return 1;
            }

            var runs = new List<Run> { await RunOnceAsync(root.FullName, "none", null, cancellationToken) };
            foreach (var kind in LargeFile.Kinds)
                runs.Add(await RunOnceAsync(root.FullName, kind, size, cancellationToken));
            var baseline = runs[0].PeakMb;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "memory",
                worker_peak_mb = runs.Max(static run => run.PeakMb),
                target_mb = 512,
                idle_mb = baseline,
                megabytes = options["megabytes"],
                files = runs.Skip(1).Select(static run => new { kind = run.Kind, peak_mb = run.PeakMb, seconds = run.Seconds, status = run.Status }),
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

    private static async Task<Run> RunOnceAsync(string root, string kind, long? size, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, $"folder-{kind}"));
        var data = Directory.CreateDirectory(Path.Combine(root, $"data-{kind}"));
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "small.txt"), "A small text beside it.", cancellationToken);
            if (size is { } bytes)
                LargeFile.Write(kind, folder.FullName, bytes);
            var run = await WatchAsync(kind, folder.FullName, data.FullName, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: peak {run.PeakMb} MB, {run.Seconds:0.0} s, {run.Status}"));
            return run;
        }
        finally
        {
            folder.Delete(recursive: true);
            data.Delete(recursive: true);
        }
    }

    private static async Task<Run> WatchAsync(string kind, string folder, string data, CancellationToken cancellationToken)
    {
        var run = await HostRun.OnceAsync(folder, data, cancellationToken);
        return new(kind, Math.Round(run.PeakBytes / 1048576.0), run.Seconds, $"{run.Summary["indexed"]} indexed, {run.Summary["skipped"]} skipped, {run.Summary["failed"]} failed");
    }

    private sealed record Run(string Kind, double PeakMb, double Seconds, string Status);
}
