using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Extraction;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Extract;

/// <summary>Documents through the pool as the product runs it: a thousand pages of PDF beside <c>pdftotext</c>, the share of each file that is not reading, and each format by itself.</summary>
internal static class ExtractBench
{
    private const int TinyFiles = 300;

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("extract", args, ("rounds", 7, 15), ("seconds", 2, 10)) is not { } arguments)
            return 2;
        var load = Statistics.Load();
        var folder = Directory.CreateTempSubdirectory("scaidrive-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "thousand.pdf");
            var pages = await ThousandPages.CreateAsync(path, cancellationToken);
            var (ours, tool) = await ComparePdfAsync(path, pages, arguments["rounds"], cancellationToken);
            var perFile = await TimeTinyFilesAsync(cancellationToken);
            var formats = await TimeFormatsAsync(TimeSpan.FromSeconds(arguments["seconds"]), cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "extract",
                pdf_ratio = Math.Round(Statistics.Median(ours) / Statistics.Median(tool), 3),
                child_start_ms = Math.Round(Statistics.Median(perFile), 2),
                child_start_p95_ms = Math.Round(Statistics.Percentile(perFile, 0.95), 2),
                pdf = new
                {
                    pages,
                    mb = Math.Round(new FileInfo(path).Length / 1e6, 2),
                    ours_s = Round(ours),
                    pdftotext_s = Round(tool),
                    ratio_of_each_round = ours.Zip(tool, static (mine, theirs) => Math.Round(mine / theirs, 3)),
                    pages_per_s = Math.Round(pages / Statistics.Median(ours)),
                },
                formats,
                machine = Statistics.Machine(load),
            }));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ExtractionPool Pool(int children) => new(new() { Children = children }, TimeProvider.System, NullLogger<ExtractionPool>.Instance);

    private static IEnumerable<double> Round(IEnumerable<double> seconds) => seconds.Select(static value => Math.Round(value, 3));

    // One warm child against one process of the tool, in turns; who comes first changes.
    private static async Task<(List<double> Ours, List<double> Tool)> ComparePdfAsync(string path, int pages, int rounds, CancellationToken cancellationToken)
    {
        await using var pool = Pool(1);
        var (ours, tool) = (new List<double>(), new List<double>());
        for (var round = -2; round < rounds; round++)
        {
            var before = round % 2 == 0 ? await TimeAsync(() => RunToolAsync(path, cancellationToken)) : 0;
            var mine = await TimeAsync(() => ExtractAsync(pool, path, cancellationToken));
            var theirs = round % 2 == 0 ? before : await TimeAsync(() => RunToolAsync(path, cancellationToken));

            // The first two compile what later rounds run.
            if (round < 0)
                continue;
            ours.Add(mine);
            tool.Add(theirs);
        }

        var check = await ExtractAsync(pool, path, cancellationToken);
        if (check.Pages.Count < pages || check.Truncated)
            throw new InvalidOperationException($"Only {check.Pages.Count} of {pages} pages were read: {check.Detail}");
        return (ours, tool);
    }

    // What a warm child costs a file that needs no reading.
    private static async Task<List<double>> TimeTinyFilesAsync(CancellationToken cancellationToken)
    {
        await using var pool = Pool(1);
        var milliseconds = new List<double>();
        for (var i = -20; i < TinyFiles; i++)
        {
            using var content = new MemoryStream("One line.\n"u8.ToArray());
            var seconds = await TimeAsync(() => pool.ExtractAsync(content, "line.txt", cancellationToken));
            if (i >= 0)
                milliseconds.Add(seconds * 1000);
        }

        return milliseconds;
    }

    private static async Task<SortedDictionary<string, object>> TimeFormatsAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var folders = new[] { Path.Combine(RepositoryPaths.Root, "samples"), RepositoryPaths.Corpus is { } corpus ? Path.Combine(corpus, "documents") : null };
        var byFormat = folders.OfType<string>().SelectMany(static folder => Directory.EnumerateFiles(folder))
            .Where(static path => Path.GetExtension(path).Length > 1 && Path.GetFileName(path) is not ("expectations.json" or "README.md"))
            .GroupBy(static path => Path.GetExtension(path)[1..].ToLowerInvariant());
        var results = new SortedDictionary<string, object>(StringComparer.Ordinal);
        await using var pool = Pool(Environment.ProcessorCount);
        foreach (var format in byFormat)
            results[format.Key] = await TimeFormatAsync(pool, [.. format.Order(StringComparer.Ordinal)], time, cancellationToken);
        return results;
    }

    // All children busy, each document over and over until the time is up.
    private static async Task<object> TimeFormatAsync(ExtractionPool pool, string[] documents, TimeSpan time, CancellationToken cancellationToken)
    {
        var unread = 0;
        foreach (var document in documents)
            unread += (await ExtractAsync(pool, document, cancellationToken)).Status == ReasonCodes.Ok ? 0 : 1;

        var (next, done, bytes) = (-1, 0, 0L);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(async _ =>
        {
            while (watch.Elapsed < time)
            {
                var path = documents[Interlocked.Increment(ref next) % documents.Length];
                await ExtractAsync(pool, path, cancellationToken);
                Interlocked.Increment(ref done);
                Interlocked.Add(ref bytes, new FileInfo(path).Length);
            }
        }));
        var seconds = watch.Elapsed.TotalSeconds;
        return new
        {
            documents = documents.Length,
            unread,
            documents_per_s = Math.Round(done / seconds, 1),
            mb_per_s = Math.Round(bytes / 1e6 / seconds, 2),
        };
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<ExtractedDocument> ExtractAsync(ExtractionPool pool, string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return await pool.ExtractAsync(content, Path.GetFileName(path), cancellationToken);
    }

    private static async Task RunToolAsync(string path, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("pdftotext", ["-q", "-enc", "UTF-8", path, "-"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
    }
}
