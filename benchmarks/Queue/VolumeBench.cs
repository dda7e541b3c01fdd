using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Queue;

/// <summary>What millions of finished and waiting jobs do to throughput, and to the pages and totals that people look at.</summary>
internal static class VolumeBench
{
    private const int FillStep = 500_000;
    private const int MostCalls = 60;

    private static readonly TimeSpan LongestMeasure = TimeSpan.FromSeconds(8);

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("volume", args, ("finished", 5_000_000, 20_000_000), ("waiting", 1_000_000, 4_000_000), ("failed", 10_000, 100_000), ("jobs", 50_000, 50_000), ("rounds", 3, 5), ("slots", 20, 20)) is not { } settings)
            return 2;
        var loadBefore = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var described = await server.DescribeAsync(cancellationToken);
        var directory = Directory.CreateTempSubdirectory("scaidrive-bench-data-");
        try
        {
            await using var full = await server.CreateDatabaseAsync(cancellationToken);
            var filled = Stopwatch.GetTimestamp();
            await ApiChild.MigrateAsync(full, directory.FullName, cancellationToken);
            await FillAsync(full, settings["finished"], settings["failed"], settings["waiting"], cancellationToken);
            await full.SettleAsync(cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"filled in {Stopwatch.GetElapsedTime(filled).TotalSeconds:0} s"));

            // As many lanes, and the jobs spread over them alike; only the depth and the history differ.
            var (empty, deep) = (new List<double>(), new List<double>());
            for (var round = 1; round <= settings["rounds"]; round++)
            {
                await using (var fresh = await server.CreateDatabaseAsync(cancellationToken))
                {
                    await fresh.MigrateQueueAsync(cancellationToken);
                    await FillAsync(fresh, finished: 0, failed: 0, settings["jobs"], cancellationToken);
                    await fresh.SettleAsync(cancellationToken);
                    empty.Add(await ThroughputAsync(fresh, settings, cancellationToken));
                }

                deep.Add(await ThroughputAsync(full, settings, cancellationToken));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: empty {empty[^1]:0} jobs/s, full {deep[^1]:0} jobs/s"));
            }

            List<Timing> quiet, busy;
            await using (var api = await ApiChild.StartAsync(full, directory.FullName, cancellationToken))
            {
                var calls = await CallsAsync(api, full, settings, cancellationToken);
                quiet = await TimeAsync("quiet", calls, cancellationToken);
                // 16 jobs of 20 ms at a time: a fleet at work, yet a machine that is not full.
                await using var worker = WorkerChild.Start(new TimedWorkerSettings(Slots: 16, ServiceMs: 20), full);
                await worker.WaitForAsync(1000, cancellationToken);
                busy = await TimeAsync("busy", calls, cancellationToken);
            }

            var slowest = quiet.MaxBy(timing => timing.P95Ms)!;
            var slowestBusy = busy.MaxBy(timing => timing.P95Ms)!;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "volume",
                kept = Math.Round(Statistics.Median(deep) / Statistics.Median(empty), 3),
                slowest_p95_ms = slowest.P95Ms,
                slowest = slowest.Name,
                slowest_busy_p95_ms = slowestBusy.P95Ms,
                slowest_busy = slowestBusy.Name,
                empty_per_s = empty.Select(rate => Math.Round(rate)),
                full_per_s = deep.Select(rate => Math.Round(rate)),
                finished_rows = settings["finished"],
                waiting_rows = settings["waiting"],
                failed_rows = 2 * settings["failed"],
                calls = quiet.Zip(busy, (alone, beside) => new
                {
                    name = alone.Name,
                    cold_ms = alone.ColdMs,
                    p50_ms = alone.P50Ms,
                    p95_ms = alone.P95Ms,
                    busy_p50_ms = beside.P50Ms,
                    busy_p95_ms = beside.P95Ms,
                    times = alone.Times,
                }),
                settings = new { tenants = 20, lanes = 301, throughput = $"{settings["jobs"]} no-op jobs, {settings["slots"]} slots, from start to the last handler", busy = "16 slots with jobs of 20 ms" },
                server = described,
                machine = Statistics.Machine(loadBefore),
            }));
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task FillAsync(BenchDatabase database, int finished, int failed, int waiting, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(VolumeSql.Lanes, cancellationToken);
        var rare = await database.ScalarAsync<int>(VolumeSql.RareLane, cancellationToken);
        for (var done = 0; done < finished; done += FillStep)
        {
            await database.ExecuteAsync(VolumeSql.Finished, cancellationToken, (long)Math.Min(FillStep, finished - done), (double)finished, (long)done, rare);
            Console.WriteLine($"{Math.Min(finished, done + FillStep)} finished jobs");
        }

        await database.ExecuteAsync(VolumeSql.CountFinished, cancellationToken);
        await database.ExecuteAsync(VolumeSql.Failed, cancellationToken, (long)failed);
        await database.ExecuteAsync(VolumeSql.Waiting, cancellationToken, (long)waiting);
    }

    private static async Task<double> ThroughputAsync(BenchDatabase database, BenchArguments settings, CancellationToken cancellationToken)
    {
        await using var worker = WorkerChild.Start(new TimedWorkerSettings(settings["slots"], ServiceMs: 0, Target: settings["jobs"]), database);
        return settings["jobs"] / await worker.TargetAsync(cancellationToken);
    }

    /// <summary>What operators and admins look at, each with other arguments from call to call where it has any.</summary>
    private static async Task<List<(string Name, Func<CancellationToken, Task> Call)>> CallsAsync(
        ApiChild api, BenchDatabase database, BenchArguments settings, CancellationToken cancellationToken)
    {
        var random = new Random(13);
        var reader = new QueueReader(database.Source);
        var newest = await database.ScalarAsync<long>("SELECT max(id) FROM queue.job WHERE tenant_id = 'tnt_local'", cancellationToken);
        var waiting = await IdsAsync(api, "?state=available&limit=500", cancellationToken);
        var ended = await IdsAsync(api, "?state=completed&limit=500", cancellationToken);
        long Deep() => random.NextInt64(1, newest);
        string File() => $"fil_{random.Next(Math.Max(1, settings["finished"] / 5))}";
        const string Jobs = "/api/v1/admin/jobs";
        (string Name, Func<string> Path)[] gets =
        [
            ("first page", () => Jobs),
            ("first page of 500", () => $"{Jobs}?limit=500"),
            ("deep page", () => $"{Jobs}?after_id={Deep()}"),
            ("available", () => $"{Jobs}?state=available"),
            ("completed", () => $"{Jobs}?state=completed"),
            ("completed, deep", () => $"{Jobs}?state=completed&after_id={Deep()}"),
            ("cancelled", () => $"{Jobs}?state=cancelled"),
            ("cancelled, deep", () => $"{Jobs}?state=cancelled&after_id={Deep()}"),
            ("discarded", () => $"{Jobs}?state=discarded"),
            ("retryable", () => $"{Jobs}?state=retryable"),
            ("running", () => $"{Jobs}?state=running"),
            ("kind", () => $"{Jobs}?kind=index-text"),
            ("rare kind", () => $"{Jobs}?kind=bench-rare"),
            ("kind that never was", () => $"{Jobs}?kind=no-such-kind"),
            ("queue without jobs", () => $"{Jobs}?queue=high"),
            ("kind, completed, deep", () => $"{Jobs}?kind=extract-text&state=completed&after_id={Deep()}"),
            ("kind, cancelled", () => $"{Jobs}?kind=extract-text&state=cancelled"),
            ("connector", () => $"{Jobs}?connector=cnn_0_3"),
            ("connector, deep", () => $"{Jobs}?connector=cnn_0_3&after_id={Deep()}"),
            ("error code", () => $"{Jobs}?error_code=superseded"),
            ("rare error code", () => $"{Jobs}?error_code=bench_rare"),
            ("rare error code, deep", () => $"{Jobs}?error_code=bench_rare&after_id={Deep()}"),
            ("error code of discarded", () => $"{Jobs}?state=discarded&error_code=provider_down"),
            ("subject", () => $"{Jobs}?subject_id={File()}"),
            ("subject, cancelled", () => $"{Jobs}?subject_id={File()}&state=cancelled"),
            ("one finished job", () => $"{Jobs}/{ended[random.Next(ended.Length)]}"),
            ("one waiting job", () => $"{Jobs}/{waiting[random.Next(waiting.Length)]}"),
            ("why a job waits", () => $"{Jobs}/{waiting[random.Next(waiting.Length)]}/why"),
            ("queue depth", () => "/api/v1/search/queue"),
            ("queues", () => "/api/v1/admin/queues"),
            ("workers", () => "/api/v1/admin/workers"),
            ("dashboard", () => "/"),
            ("metrics", () => "/metrics"),
        ];
        List<(string Name, Func<CancellationToken, Task> Call)> calls =
            [.. gets.Select(get => ($"GET {get.Path().Split('?')[0]} ({get.Name})", new Func<CancellationToken, Task>(stop => GetAsync(api, get.Path(), stop))))];
        for (var i = 0; i < calls.Count; i++)
        {
            // The number in a path is another one each time.
            if (gets[i].Name is "one finished job" or "one waiting job")
                calls[i] = ($"GET {Jobs}/ID ({gets[i].Name})", calls[i].Call);
            else if (gets[i].Name == "why a job waits")
                calls[i] = ($"GET {Jobs}/ID/why", calls[i].Call);
        }

        calls.Add(("QueueReader.DepthsAsync", reader.DepthsAsync));
        return calls;
    }

    private static async Task<long[]> IdsAsync(ApiChild api, string query, CancellationToken cancellationToken)
    {
        var page = await api.Client.GetFromJsonAsync<JsonObject>(new Uri($"/api/v1/admin/jobs{query}", UriKind.Relative), cancellationToken);
        return [.. page!["jobs"]!.AsArray().Select(job => job!["id"]!.GetValue<long>())];
    }

    private static async Task GetAsync(ApiChild api, string path, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"GET {path} answered {(int)answer.StatusCode}: {body}");
    }

    private static async Task<List<Timing>> TimeAsync(
        string when, List<(string Name, Func<CancellationToken, Task> Call)> calls, CancellationToken cancellationToken)
    {
        var timings = new List<Timing>();
        foreach (var (name, call) in calls)
        {
            var began = Stopwatch.GetTimestamp();
            await call(cancellationToken);
            var cold = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var times = new List<double>();
            began = Stopwatch.GetTimestamp();
            while (times.Count < 5 || (times.Count < MostCalls && Stopwatch.GetElapsedTime(began) < LongestMeasure))
            {
                var from = Stopwatch.GetTimestamp();
                await call(cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            }

            timings.Add(new Timing(name, Math.Round(cold, 1), Math.Round(Statistics.Percentile(times, 0.5), 1), Math.Round(Statistics.Percentile(times, 0.95), 1), times.Count));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{when}: {name}: p50 {timings[^1].P50Ms} ms, p95 {timings[^1].P95Ms} ms, first {timings[^1].ColdMs} ms"));
        }

        return timings;
    }

    private sealed record Timing(string Name, double ColdMs, double P50Ms, double P95Ms, int Times);
}
