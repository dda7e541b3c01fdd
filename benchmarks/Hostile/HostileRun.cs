using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Extraction;

namespace ScaiDrive.Bench.Hostile;

/// <summary>How one file ended.</summary>
/// <param name="Name">Of the file. Its bytes are not kept: they would be taken for memory of the pool.</param>
/// <param name="Format">As of the file.</param>
/// <param name="Label">As of the file.</param>
/// <param name="Status">The status, or <c>exception</c> with what was thrown in <paramref name="Detail"/>.</param>
/// <param name="Detail">One sentence.</param>
/// <param name="IsExplained">Text, pages for OCR, or a reason that is in the list of reasons.</param>
/// <param name="Seconds">From the first byte to the answer.</param>
internal sealed record HostileEnd(string Name, string Format, string Label, string Status, string? Detail, bool IsExplained, double Seconds);

/// <summary>What a run found.</summary>
/// <param name="Ends">Of all files.</param>
/// <param name="Hangs">Files that took longer than the limits allow.</param>
/// <param name="Leaks">Processes and files that were left over.</param>
/// <param name="WorkerPeakBytes">Most memory of this process.</param>
/// <param name="ChildPeakBytes">Most memory of a child with its tools.</param>
internal sealed record HostileResult(IReadOnlyList<HostileEnd> Ends, IReadOnlyList<HostileEnd> Hangs, IReadOnlyList<string> Leaks, long WorkerPeakBytes, long ChildPeakBytes);

/// <summary>Feeds files to a pool as a worker would, and holds what happened against what the pool promises.</summary>
internal static class HostileRun
{
    internal const string Thrown = "exception";

    // The limits of the product, some of them tighter, so that a run of many files ends today.
    private static readonly ExtractionLimits Limits = new()
    {
        NoProgress = TimeSpan.FromSeconds(15),
        WallClock = TimeSpan.FromSeconds(60),
        CpuTime = TimeSpan.FromSeconds(40),
        PageTime = TimeSpan.FromSeconds(15),
    };

    // Sending, starting a fresh child and a machine that is busy otherwise.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    internal static async Task<HostileResult> RunAsync(IEnumerable<HostileFile> files, int children, Action<HostileEnd> report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("scaidrive-hostile-").FullName;
        var ends = new ConcurrentBag<HostileEnd>();
        var leaks = new List<string>();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // what making the files took is not the pool's
        await using var memory = new ProcessTree();
        try
        {
            var options = new ExtractionOptions { Children = children, TemporaryDirectory = folder, Limits = Limits, RecycleAfterFiles = 200 };
            await using (var pool = new ExtractionPool(options, TimeProvider.System, NullLogger<ExtractionPool>.Instance))
            {
                await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = children, CancellationToken = cancellationToken }, async (file, token) =>
                {
                    var end = await ReadAsync(pool, file, token);
                    ends.Add(end);
                    report(end);
                });
                leaks.AddRange(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(static path => !path.EndsWith(".lock", StringComparison.Ordinal)).Select(static path => $"idle: {path}"));
            }
            leaks.AddRange(Directory.EnumerateFileSystemEntries(folder).Select(static path => $"left: {path}"));
            leaks.AddRange(ProcessTree.Descendants(Environment.ProcessId).Where(process => ProcessTree.BelongsTo(process, folder)).Select(static process => $"process {process}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        List<HostileEnd> all = [.. ends];
        return new(all, [.. all.Where(static end => end.Seconds > (Allowed(end) + Slack).TotalSeconds)], leaks, memory.PeakOfRoot, memory.PeakOfChild);
    }

    // Pages that were recognised have their own time on top.
    private static TimeSpan Allowed(HostileEnd end) => IsPicture(end.Name) ? Limits.WallClock * 2 + Limits.PageTime : Limits.WallClock;

    private static async Task<HostileEnd> ReadAsync(ExtractionPool pool, HostileFile file, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await using var content = file.Open();
            var document = await pool.ExtractAsync(content, file.Name, cancellationToken);
            var (status, detail) = (document.Status, document.Detail);
            var explained = status == ReasonCodes.Ok
                ? document.PagesNeedingOcr.Count > 0 || document.Pages.Any(static page => !string.IsNullOrWhiteSpace(page.Text))
                : ReasonCodes.Hints.ContainsKey(status);
            if (document.PagesNeedingOcr.Count > 0 && IsPicture(file.Name))
            {
                content.Position = 0;
                var recognized = await pool.RecognizeAsync(content, file.Name, [document.PagesNeedingOcr[0]], [], cancellationToken);
                (status, detail) = (recognized.Status, recognized.Detail);
                explained &= status == ReasonCodes.Ok || ReasonCodes.Hints.ContainsKey(status);
            }
            return new(file.Name, file.Format, file.Label, status, detail, explained, watch.Elapsed.TotalSeconds);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(file.Name, file.Format, file.Label, Thrown, $"{fault.GetType().Name}: {fault.Message}", false, watch.Elapsed.TotalSeconds);
        }
    }

    private static bool IsPicture(string name) => Path.GetExtension(name) is ".png" or ".tif" or ".tiff" or ".jpg" or ".gif" or ".bmp" or ".webp";
}
