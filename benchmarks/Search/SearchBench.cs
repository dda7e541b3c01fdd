using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Search;

/// <summary>
/// How long a search takes, by word, by meaning and by both, and how many a second one process answers. Asked is the search service
/// inside this process: the API of a machine without accounts has one user, who may see every share, so that no permission filter
/// could be measured through it. Every query is embedded by the local model and filtered by half of 100 shares, while a writer keeps
/// replacing files and the index follows. First with a tenth of the files, then with all of them.
/// </summary>
internal static class SearchBench
{
    private const int Dimensions = 512;
    private const int Vocabulary = 200_000;
    private const int Clients = 3;

    // Those the product gives a tenant that has none.
    private const string Model = "use-lite-en";

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("search", args, ("files", 100_000, 100_000), ("chunks", 2, 10), ("seconds", 20, 40)) is not { } arguments)
            return 2;
        var load = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        await new Migrator(database.Source).MigrateAsync([SearchSchema.Migrations], cancellationToken);
        var folder = Directory.CreateTempSubdirectory("scaidrive-bench-index-");
        try
        {
            var words = new ZipfWords(Vocabulary, seed: 1);
            using var generator = LocalEmbeddingGenerator.Load(
                Environment.GetEnvironmentVariable("SCAIDRIVE_WEIGHTS_DIR") ?? RepositoryPaths.Weights, new LocalEmbeddingOptions());
            using var room = new BenchRoom(database.Source, generator, folder.FullName);
            var duration = TimeSpan.FromSeconds(arguments["seconds"]);
            var small = await MeasureAsync(room, words, "tnt_small", Math.Max(1, arguments["files"] / 10), arguments["chunks"], duration, cancellationToken);
            var full = await MeasureAsync(room, words, "tnt_full", arguments["files"], arguments["chunks"], duration, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                keyword_p95_ms = Math.Round(full.Modes["keyword"].P95, 1),
                semantic_p95_ms = Math.Round(full.Modes["semantic"].P95, 1),
                hybrid_p95_ms = Math.Round(full.Modes["hybrid"].P95, 1),
                saturation_per_s = full.Saturation.ToDictionary(each => each.Key, each => Math.Round(each.Value.PerSecond, 1)),
                files = full.Files,
                chunks = full.Files * arguments["chunks"],
                details = new { full, tenth = small },
                asked = "search service in process",
                clients = Clients,
                allowed_shares = SyntheticLibrary.Shares / 2,
                of_shares = SyntheticLibrary.Shares,
                process_mb = Environment.WorkingSet >> 20,
                machine = Statistics.Machine(load),
            }));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Measured> MeasureAsync(
        BenchRoom room, ZipfWords words, string tenantId, int files, int chunks, TimeSpan duration, CancellationToken cancellationToken)
    {
        var library = new SyntheticLibrary(tenantId, Model, Dimensions, files, chunks, words);
        var began = Stopwatch.GetTimestamp();
        await library.FillAsync(room.Database, cancellationToken);
        var filled = Stopwatch.GetElapsedTime(began);
        var processorTime = Environment.CpuUsage.TotalTime;
        began = Stopwatch.GetTimestamp();
        await room.Index.CatchUpAsync(tenantId, cancellationToken);
        var built = Stopwatch.GetElapsedTime(began);
        var processor = Environment.CpuUsage.TotalTime - processorTime;
        Console.WriteLine($"{tenantId}: {files} files filled in {filled.TotalSeconds:0} s, index built in {built.TotalSeconds:0} s, {processor.TotalSeconds:0.0} s of processor");

        var shares = Enumerable.Range(0, SyntheticLibrary.Shares / 2).Select(number => SyntheticLibrary.ShareOf(2 * number)).ToHashSet();
        var queries = new QueryLoad(room.Search, tenantId, words, shares);
        using var stopWriting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = room.KeepWritingAsync(library, stopWriting.Token);
        var (saturation, modes) = (new Dictionary<string, Saturation>(), new Dictionary<string, Latencies>());
        foreach (var mode in QueryLoad.Modes)
        {
            // What is compiled and read for the first time is not what is measured.
            await queries.SaturateAsync(mode, Clients, duration / 4, cancellationToken);
            saturation[mode] = await queries.SaturateAsync(mode, Clients, duration / 2, cancellationToken);
            modes[mode] = await queries.ArriveAsync(mode, saturation[mode].PerSecond / 2, duration, cancellationToken);
            Console.WriteLine($"{tenantId} {mode}: {saturation[mode].PerSecond:0} /s at most, {saturation[mode].ProcessorMs:0.0} ms of processor each; at half of it p50 {modes[mode].P50:0.0}, p95 {modes[mode].P95:0.0}, p99 {modes[mode].P99:0.0} ms");
        }

        await stopWriting.CancelAsync();
        var written = await writing;
        return new(files, filled.TotalSeconds, built.TotalSeconds, processor.TotalSeconds, written, saturation, modes);
    }

    private sealed record Measured(
        int Files, double FillSeconds, double BuildSeconds, double BuildProcessorSeconds, double WrittenPerSecond, IReadOnlyDictionary<string, Saturation> Saturation,
        IReadOnlyDictionary<string, Latencies> Modes);
}
