using System.Globalization;
using System.Text.Json;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Extraction;

namespace ScaiDrive.Bench.Hostile;

/// <summary>Mutated documents of every format and the known bombs: none may bring the worker down, hang, leave something behind, or end without a reason.</summary>
internal static class HostileBench
{
    private const int SlowestShown = 5, NamedAtMost = 50;

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("hostile", args, ("files", 2000, 20_000), ("seed", 1, 1), ("only", 0, 0), ("children", Environment.ProcessorCount, Environment.ProcessorCount)) is not { } options)
            return 2;
        var originals = OriginalDocuments.Load();
        var mutator = new Mutator(originals, options["seed"]);
        if (options["only"] > 0)
            return await RunOneAsync(mutator.Create(options["only"]), cancellationToken);

        Console.WriteLine($"seed {options["seed"]}: {options["files"]} files from {originals.Count} documents, {options["children"]} children, then the bombs");
        var done = 0;
        var mutated = await HostileRun.RunAsync(Enumerable.Range(1, options["files"]).Select(mutator.Create), options["children"], Report, cancellationToken);
        Console.WriteLine("bombs");
        var bombs = await HostileRun.RunAsync(Bombs.All(), options["children"], end => Console.WriteLine(Line(end)), cancellationToken);

        var result = Summarize(options["seed"], mutated, bombs);
        Console.WriteLine(JsonSerializer.Serialize(result));
        return result is { crashes: 0, hangs: 0, leaks: 0, unexplained: 0 } ? 0 : 1;

        void Report(HostileEnd end)
        {
            if (end.Status is HostileRun.Thrown or ReasonCodes.ExtractorCrashed or ReasonCodes.OutOfMemory or ReasonCodes.TimedOut || !end.IsExplained)
                Console.WriteLine(Line(end));
            if (Interlocked.Increment(ref done) % 1000 == 0)
                Console.WriteLine($"{done} files");
        }
    }

    /// <summary>One file of a run again, kept so that it can be looked at.</summary>
    private static async Task<int> RunOneAsync(HostileFile file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"hostile-{file.Label.Split(' ')[0]}-{file.Name}");
        await File.WriteAllBytesAsync(path, file.Content, cancellationToken);
        var result = await HostileRun.RunAsync([file], 1, end => Console.WriteLine(Line(end)), cancellationToken);
        Console.WriteLine($"kept as {path}");
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "hostile", file = path, status = result.Ends[0].Status }));
        return 0;
    }

    private static string Line(HostileEnd end) =>
        string.Create(CultureInfo.InvariantCulture, $"{end.File.Label}: {end.Status} after {end.Seconds:0.0} s{(end.Detail is null ? "" : $": {end.Detail}")}");

    private static Summary Summarize(int seed, HostileResult mutated, HostileResult bombs)
    {
        List<HostileEnd> ends = [.. mutated.Ends, .. bombs.Ends];
        foreach (var leak in mutated.Leaks.Concat(bombs.Leaks))
            Console.WriteLine($"leak: {leak}");
        return new(
            "hostile", ends.Count, bombs.Ends.Count, seed,
            ends.Count(static end => end.Status == HostileRun.Thrown),
            mutated.Hangs.Count + bombs.Hangs.Count,
            mutated.Leaks.Count + bombs.Leaks.Count,
            ends.Count(static end => !end.IsExplained),
            Count(ends, static end => end.Status),
            Count(ends, static end => end.File.Format),
            [.. ends.Where(static end => end.Status == ReasonCodes.ExtractorCrashed).Select(static end => end.File.Label).Order().Take(NamedAtMost)],
            [.. ends.Where(static end => end.Status == ReasonCodes.TimedOut).Select(static end => end.File.Label).Order().Take(NamedAtMost)],
            [.. ends.OrderByDescending(static end => end.Seconds).Take(SlowestShown).Select(Line)],
            bombs.Ends.OrderBy(static end => end.File.Label, StringComparer.Ordinal).ToDictionary(static end => end.File.Label, static end => end.Status),
            Math.Max(mutated.WorkerPeakBytes, bombs.WorkerPeakBytes) >> 20,
            Math.Max(mutated.ChildPeakBytes, bombs.ChildPeakBytes) >> 20,
            Environment.ProcessorCount,
            File.ReadAllText("/proc/loadavg").Split(' ')[0]);
    }

    private static SortedDictionary<string, int> Count(IEnumerable<HostileEnd> ends, Func<HostileEnd, string> by) =>
        new(ends.CountBy(by).ToDictionary(), StringComparer.Ordinal);

    // Names as they are printed.
#pragma warning disable IDE1006
    private sealed record Summary(
        string bench, int files, int bombs, int seed, int crashes, int hangs, int leaks, int unexplained,
        SortedDictionary<string, int> by_status, SortedDictionary<string, int> by_format,
        IReadOnlyList<string> extractor_crashed, IReadOnlyList<string> timed_out, IReadOnlyList<string> slowest, IReadOnlyDictionary<string, string> bomb_status,
        long worker_peak_mb, long child_peak_mb, int processors, string load);
#pragma warning restore IDE1006
}
