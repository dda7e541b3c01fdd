using System.Globalization;
using System.Text.Json;
using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Queue;

/// <summary>From when a job was due to be enqueued to its handler's first line, enqueuer and worker in different
/// processes: one job at a time on an idle queue, then 300 a second at random times.</summary>
internal static class PickupBench
{
    private const int PerSecond = 300;
    private const int WarmUp = 100;

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("pickup", args, ("idle-jobs", 200, 1000), ("seconds", 30, 120), ("slots", 20, 20)) is not { } settings)
            return 2;
        var loadBefore = Statistics.Load();
        var random = new Random(7);
        var options = new JobOptions { TenantId = "tnt_bench", Queue = QueueNames.High };
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var described = await server.DescribeAsync(cancellationToken);
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        await database.MigrateQueueAsync(cancellationToken);
        await using var worker = WorkerChild.Start(new TimedWorkerSettings(settings["slots"], ServiceMs: 0), database);
        await using var producer = new Producer(database);

        for (var i = 0; i < WarmUp; i++)
            await producer.EnqueueAsync(new Timed(0), options, cancellationToken);
        await worker.WaitForAsync(WarmUp, cancellationToken);
        var sent = WarmUp;

        // Long enough after the last one that the queue is idle again, and at any moment of a polling second.
        IEnumerable<TimeSpan> idleGaps = Enumerable.Range(0, settings["idle-jobs"]).Select(_ => TimeSpan.FromMilliseconds(random.Next(50, 250))).ToArray();
        sent += await producer.OpenLoopAsync(options, idleGaps, TimeSpan.MaxValue, isTimed: true, cancellationToken);
        await worker.WaitForAsync(sent, cancellationToken);
        var idle = (await worker.ReportAsync(cancellationToken)).WaitsMs;
        Tell("idle", idle);

        sent += await producer.OpenLoopAsync(options, Producer.Independent(PerSecond, random), TimeSpan.FromSeconds(3), isTimed: false, cancellationToken);
        sent += await producer.OpenLoopAsync(options, Producer.Independent(PerSecond, random), TimeSpan.FromSeconds(settings["seconds"]), isTimed: true, cancellationToken);
        await worker.WaitForAsync(sent, cancellationToken);
        var busy = (await worker.ReportAsync(cancellationToken)).WaitsMs[idle.Length..];
        Tell($"{PerSecond} a second", busy);

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "pickup",
            p50_ms = At(busy, 0.5),
            p95_ms = At(busy, 0.95),
            p99_ms = At(busy, 0.99),
            max_ms = At(busy, 1),
            jobs = busy.Length,
            jobs_per_s = PerSecond,
            idle_p50_ms = At(idle, 0.5),
            idle_p95_ms = At(idle, 0.95),
            idle_p99_ms = At(idle, 0.99),
            idle_max_ms = At(idle, 1),
            idle_jobs = idle.Length,
            settings = new { slots = settings["slots"], worker = "another process, other settings at their defaults", each_job = "a transaction of its own; waits count from when the call was due" },
            server = described,
            machine = Statistics.Machine(loadBefore),
        }));
        return 0;
    }

    private static double At(double[] waits, double share) => Math.Round(Statistics.Percentile(waits, share), 2);

    private static void Tell(string what, double[] waits) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: p50 {At(waits, 0.5)} ms, p95 {At(waits, 0.95)} ms, p99 {At(waits, 0.99)} ms ({waits.Length} jobs)"));
}
