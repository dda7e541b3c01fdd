using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Queue;

/// <summary>How long a small tenant's jobs wait beside another tenant's import of a million, against how long they wait
/// alone. Both in the queue for imports; 16 slots, jobs of 5 ms.</summary>
internal static class FairnessBench
{
    private const int Slots = 16;
    private const int ServiceMs = 5;
    private const int PerSecond = 10;

    private static readonly JobOptions Importer = new() { TenantId = "tnt_import" };
    private static readonly JobOptions Small = new() { TenantId = "tnt_small" };

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("fairness", args, ("jobs", 1_000_000, 1_000_000), ("runs", 3, 5), ("seconds", 30, 60)) is not { } settings)
            return 2;
        var loadBefore = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var described = await server.DescribeAsync(cancellationToken);
        await using var quiet = await server.CreateDatabaseAsync(cancellationToken);
        await using var busy = await server.CreateDatabaseAsync(cancellationToken);
        await quiet.MigrateQueueAsync(cancellationToken);
        await busy.MigrateQueueAsync(cancellationToken);
        await using (var producer = new Producer(busy))
        {
            var began = Stopwatch.GetTimestamp();
            for (var sent = 0; sent < settings["jobs"]; sent += 10_000)
                await producer.EnqueueManyAsync(Math.Min(10_000, settings["jobs"] - sent), Importer, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{settings["jobs"]} jobs added in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        }

        await busy.SettleAsync(cancellationToken);
        await quiet.SettleAsync(cancellationToken);
        var runs = new List<(Side Alone, Side Beside)>();
        for (var run = 1; run <= settings["runs"]; run++)
        {
            var alone = await MeasureAsync(quiet, warmUp: 0, settings, cancellationToken);
            // Every slot has work before the small tenant comes.
            var beside = await MeasureAsync(busy, warmUp: 2_000, settings, cancellationToken);
            runs.Add((alone, beside));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run}: alone p95 {alone.P95:0.0} ms, beside p95 {beside.P95:0.0} ms, {beside.ImporterPerSecond:0} imports/s, ratio {Ratio(alone, beside):0.00}"));
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "fairness",
            // Every slot is taken when a job of the small tenant comes, so one of the other's has to end first: that is
            // no unfairness, and is taken off.
            wait_ratio = Math.Round(Statistics.Median(runs.Select(run => Ratio(run.Alone, run.Beside))), 2),
            wait_ratios = runs.Select(run => Math.Round(Ratio(run.Alone, run.Beside), 2)),
            alone_p95_ms = Math.Round(Statistics.Median(runs.Select(run => run.Alone.P95)), 1),
            beside_p95_ms = Math.Round(Statistics.Median(runs.Select(run => run.Beside.P95)), 1),
            mean_service_ms = Math.Round(Statistics.Median(runs.Select(run => run.Beside.MeanServiceMs)), 2),
            runs = runs.Select(run => new { alone = run.Alone.Rounded(), beside = run.Beside.Rounded() }),
            settings = new { importer_jobs = settings["jobs"], slots = Slots, service_ms = ServiceMs, small_tenant_per_s = PerSecond, seconds = settings["seconds"], queue = Small.Queue },
            server = described,
            machine = Statistics.Machine(loadBefore),
        }));
        return 0;
    }

    private static async Task<Side> MeasureAsync(BenchDatabase database, int warmUp, BenchArguments settings, CancellationToken cancellationToken)
    {
        await using var worker = WorkerChild.Start(new TimedWorkerSettings(Slots, ServiceMs), database);
        await using var producer = new Producer(database);
        var gaps = Producer.Independent(PerSecond, new Random(11));
        await worker.WaitForAsync(warmUp, cancellationToken);
        await producer.OpenLoopAsync(Small, gaps, TimeSpan.FromSeconds(3), isTimed: false, cancellationToken);
        var (before, began) = (await worker.CountAsync(cancellationToken), Stopwatch.GetTimestamp());
        var sent = await producer.OpenLoopAsync(Small, gaps, TimeSpan.FromSeconds(settings["seconds"]), isTimed: true, cancellationToken);
        var (after, took) = (await worker.CountAsync(cancellationToken), Stopwatch.GetElapsedTime(began));
        var report = await worker.ReportAsync(cancellationToken);
        while (report.WaitsMs.Length < sent)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            report = await worker.ReportAsync(cancellationToken);
        }

        return new Side(report.WaitsMs, report.MeanServiceMs, Math.Max(0, (after - before - sent) / took.TotalSeconds));
    }

    private static double Ratio(Side alone, Side beside) => Math.Max(0, beside.P95 - beside.MeanServiceMs) / alone.P95;

    private sealed record Side(double[] WaitsMs, double MeanServiceMs, double ImporterPerSecond)
    {
        internal double P95 => Statistics.Percentile(WaitsMs, 0.95);

        internal object Rounded() => new
        {
            jobs = WaitsMs.Length,
            p50_ms = Math.Round(Statistics.Percentile(WaitsMs, 0.5), 1),
            p95_ms = Math.Round(P95, 1),
            max_ms = Math.Round(WaitsMs.Max(), 1),
            mean_service_ms = Math.Round(MeanServiceMs, 2),
            importer_per_s = Math.Round(ImporterPerSecond),
            slots_busy = Math.Round(ImporterPerSecond * MeanServiceMs / 1000 / Slots, 2),
        };
    }
}
