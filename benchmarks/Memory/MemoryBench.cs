using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Bench.Queue;

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
        var host = Path.Combine(AppContext.BaseDirectory, "ScaiDrive.Workers.Host.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [host, "up", folder, "--once", "--data", data, "--port", "0"])
        {
            RedirectStandardOutput = true,
            Environment = { ["SCAIDRIVE_LOG_LEVEL"] = "warning" },
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var peak = 0L;
            while (!process.HasExited)
            {
                peak = Math.Max(peak, PeakBytes(process.Id));
                await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            var summary = JsonNode.Parse((await output).Trim().Split('\n')[^1])!.AsObject();
            return new(kind, Math.Round(peak / 1048576.0), summary["seconds"]!.GetValue<double>(),
                $"{summary["indexed"]} indexed, {summary["skipped"]} skipped, {summary["failed"]} failed");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>The kernel's own high-water mark: no sample can miss it.</summary>
    private static long PeakBytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private sealed record Run(string Kind, double PeakMb, double Seconds, string Status);
}
