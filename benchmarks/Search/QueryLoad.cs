using System.Collections.Concurrent;
using System.Diagnostics;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Bench.Search;

/// <summary>Asks one search service, as fast as it answers or at a given rate.</summary>
internal sealed class QueryLoad(SearchService search, string tenantId, ZipfWords words, IReadOnlySet<string> shares)
{
    private const int MostWords = 5;

    internal static IReadOnlyList<string> Modes { get; } = ["keyword", "semantic", "hybrid"];

    /// <summary>A number of clients, each asking again as soon as it has its answer.</summary>
    internal async Task<Saturation> SaturateAsync(string mode, int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        var (began, processorTime, answers) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var random = new Random(client);
                while (Stopwatch.GetElapsedTime(began) < duration)
                {
                    await AskAsync(mode, random, cancellationToken);
                    Interlocked.Increment(ref answers);
                }
            },
            cancellationToken)));
        return new(answers / Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - processorTime).TotalMilliseconds / answers);
    }

    /// <summary>Queries that arrive by chance at a mean rate, whether or not earlier ones are answered; times count from when each was due.</summary>
    internal async Task<Latencies> ArriveAsync(string mode, double perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var random = new Random(7);
        var milliseconds = new ConcurrentBag<double>();
        var asked = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var due = TimeSpan.Zero; due < duration; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond))
        {
            if (due - Stopwatch.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, TimeProvider.System, cancellationToken);
            var (at, seed) = (due, random.Next());
            asked.Add(Task.Run(
                async () =>
                {
                    await AskAsync(mode, new Random(seed), cancellationToken);
                    milliseconds.Add((Stopwatch.GetElapsedTime(began) - at).TotalMilliseconds);
                },
                cancellationToken));
        }

        await Task.WhenAll(asked);
        return new(perSecond, milliseconds.Count, Statistics.Percentile(milliseconds, 0.5), Statistics.Percentile(milliseconds, 0.95), Statistics.Percentile(milliseconds, 0.99));
    }

    private Task<SearchAnswer> AskAsync(string mode, Random random, CancellationToken cancellationToken)
    {
        var request = new SearchRequest
        {
            TenantId = tenantId,
            Query = string.Join(' ', Enumerable.Range(0, random.Next(1, MostWords + 1)).Select(_ => words.DrawForQuery(random))),
            AllowedShares = shares,
        };
        return mode switch
        {
            "keyword" => search.KeywordAsync(request, cancellationToken),
            "semantic" => search.SemanticAsync(request, cancellationToken),
            _ => search.HybridAsync(request, cancellationToken),
        };
    }
}

/// <summary>The most that was answered.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="ProcessorMs">Processor time of the whole process for each, the writer beside it included.</param>
internal sealed record Saturation(double PerSecond, double ProcessorMs);

/// <summary>How long answers took at a rate.</summary>
internal sealed record Latencies(double PerSecond, int Answers, double P50, double P95, double P99);
