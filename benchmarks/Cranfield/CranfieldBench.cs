using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Cranfield;

/// <summary>How good the answers are: a judged collection, indexed by the product as a folder of text files and asked over HTTP.</summary>
internal static class CranfieldBench
{
    private const int RecallDepth = 100;

    // The most that every mode gives at a time.
    private const int Page = 50;

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (RepositoryPaths.Corpus is not { } corpus)
        {
            await Console.Error.WriteLineAsync("The collection is not at hand: no folder corpus/cranfield beside the repository (shared/corpus)..");
            return 1;
        }

        var collection = Path.Combine(corpus, "cranfield");
        var queries = JudgedQueries.Read(Path.Combine(collection, "cran.qry"), Path.Combine(collection, "cran.rel"));
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-");
        root.UnixFileMode |= UnixFileMode.OtherExecute;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(root.FullName, "folder")).FullName;
            var documents = WriteDocuments(folder, Path.Combine(collection, "cran.all"));
            var started = Stopwatch.GetTimestamp();
            await using var host = await RunningHost.StartAsync(folder, Path.Combine(root.FullName, "data"), cancellationToken);
            await WaitForVectorsAsync(host, cancellationToken);
            var indexed = Stopwatch.GetElapsedTime(started);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{host.Indexed} of {documents} documents searchable by word and meaning after {indexed.TotalSeconds:0.0} s"));

            started = Stopwatch.GetTimestamp();
            var words = await MeasureAsync(host, "keyword", queries, cancellationToken);
            var meaning = await MeasureAsync(host, "semantic", queries, cancellationToken);
            var both = await MeasureAsync(host, "hybrid", queries, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "cranfield",
                keyword = words.Ndcg,
                semantic = meaning.Ndcg,
                hybrid = both.Ndcg,
                hybrid_over_keyword = Math.Round(both.Ndcg - words.Ndcg, 4),
                recall_100 = new { keyword = words.Recall, semantic = meaning.Recall, hybrid = both.Recall },
                binary_ndcg = new { keyword = words.Binary, semantic = meaning.Binary, hybrid = both.Binary },
                // Of the first and the second half of the questions: settings that hold in one only are chance.
                halves = new { keyword = words.Halves, semantic = meaning.Halves, hybrid = both.Halves },
                settings = new { measure = "nDCG@10", documents, queries = queries.Count, gains = "5 - code for codes 1 to 4", file_names = "numbers", alpha = "default" },
                index_seconds = Math.Round(indexed.TotalSeconds, 1),
                query_seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
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

    // Named by their numbers: a name that says the title would be an answer given away.
    private static int WriteDocuments(string folder, string collection)
    {
        var documents = CranfieldDocuments.Read(collection);
        foreach (var document in documents)
            File.WriteAllText(Path.Combine(folder, $"{document.Id}.txt"), $"{document.Title}\n\n{document.Text}\n");
        return documents.Count;
    }

    // A few documents of the collection are empty. The host is done when every other one has its vectors in the database; the index that answers follows a moment later.
    private static async Task WaitForVectorsAsync(RunningHost host, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        while ((await host.AskAsync("/api/v1/search/semantic", new { query = "flow", limit = 1 }, patience.Token)).GetProperty("total").GetInt64() < host.Indexed)
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
    }

    private static async Task<Quality> MeasureAsync(RunningHost host, string mode, List<JudgedQuery> queries, CancellationToken cancellationToken)
    {
        var found = new List<IReadOnlyList<int>>();
        foreach (var query in queries)
            found.Add(await SearchAsync(host, mode, query.Text, cancellationToken));
        var ndcg = queries.Zip(found, (query, documents) => RankingMeasures.Ndcg(documents, query.Gains)).ToList();
        return new(
            Math.Round(ndcg.Average(), 4),
            Math.Round(queries.Zip(found, (query, documents) => RankingMeasures.BinaryNdcg(documents, query.Gains)).Average(), 4),
            Math.Round(queries.Zip(found, (query, documents) => RankingMeasures.Recall(documents, query.Gains)).Average(), 4),
            [.. ndcg.Chunk((ndcg.Count + 1) / 2).Select(half => Math.Round(half.Average(), 4))]);
    }

    private static async Task<IReadOnlyList<int>> SearchAsync(RunningHost host, string mode, string query, CancellationToken cancellationToken)
    {
        var (list, name) = mode == "keyword" ? ("results", "name") : ($"{mode}_results", "file_name");
        var found = new List<int>();
        for (var offset = 0; offset < RecallDepth; offset += Page)
        {
            var answer = await host.AskAsync($"/api/v1/search/{mode}", new { query, limit = Page, offset }, cancellationToken);
            found.AddRange(answer.GetProperty(list).EnumerateArray()
                .Select(hit => int.Parse(Path.GetFileNameWithoutExtension(hit.GetProperty(name).GetString()!), CultureInfo.InvariantCulture)));
        }

        return found;
    }

    private sealed record Quality(double Ndcg, double Binary, double Recall, IReadOnlyList<double> Halves);
}
