using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using ScaiDrive.Queue;

namespace ScaiDrive.Bench.Queue;

/// <summary>Jobs enqueued and worked off at the same time, as fast as both go, while somebody else's transaction is left
/// open and keeps every dead row; compared with the same when nobody does.</summary>
internal static class HeldXminBench
{
    private const int Ahead = 10_000;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("held-xmin", args, ("seconds", 120, 600), ("slots", 20, 20)) is not { } settings)
            return 2;
        var loadBefore = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var described = await server.DescribeAsync(cancellationToken);

        // The undisturbed run stands on both sides of the others, so that a machine that gets slower or faster shows.
        var before = await MeasureAsync("free", server, Holder.Nobody, settings, cancellationToken);
        var snapshot = await MeasureAsync("snapshot", server, Holder.Snapshot, settings, cancellationToken);
        var writer = await MeasureAsync("writer", server, Holder.Writer, settings, cancellationToken);
        var after = await MeasureAsync("free again", server, Holder.Nobody, settings, cancellationToken);

        var (freeLast, freeWhole) = ((before.LastQuarter + after.LastQuarter) / 2, (before.Whole + after.Whole) / 2);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "held-xmin",
            // The last quarter, when the snapshot is oldest: the mean over the whole time would hide a slow decline.
            kept = Math.Round(snapshot.LastQuarter / freeLast, 3),
            kept_whole = Math.Round(snapshot.Whole / freeWhole, 3),
            kept_beside_writer = Math.Round(writer.LastQuarter / freeLast, 3),
            kept_beside_writer_whole = Math.Round(writer.Whole / freeWhole, 3),
            free_apart = Math.Round(Math.Min(before.LastQuarter, after.LastQuarter) / Math.Max(before.LastQuarter, after.LastQuarter), 3),
            seconds = settings["seconds"],
            runs = new[] { before, snapshot, writer, after }.Select(run => new
            {
                held = run.Held,
                jobs_per_s = Math.Round(run.Whole),
                last_quarter_per_s = Math.Round(run.LastQuarter),
                each_tenth_per_s = run.Tenths.Select(rate => Math.Round(rate)),
                dead_rows = run.DeadRows,
            }),
            settings = new { slots = settings["slots"], jobs = "no-op, one tenant, added 1,000 a call while fewer than 10,000 wait", transactions = "snapshot: repeatable read after its first query; writer: one inserted row; both idle" },
            server = described,
            machine = Statistics.Machine(loadBefore),
        }));
        return 0;
    }

    private static async Task<Run> MeasureAsync(string held, BenchServer server, Holder holder, BenchArguments settings, CancellationToken cancellationToken)
    {
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        await database.MigrateQueueAsync(cancellationToken);
        await database.ExecuteAsync("CREATE TABLE elsewhere (n integer)", cancellationToken);
        var options = new JobOptions { TenantId = "tnt_bench" };
        await using var worker = WorkerChild.Start(new TimedWorkerSettings(settings["slots"], ServiceMs: 0), database);
        await using var producer = new Producer(database);

        // Warm before the snapshot is taken: the code compiled, the tables no longer empty.
        var sent = 0;
        for (; sent < 2 * Ahead; sent += 1000)
            await producer.EnqueueManyAsync(1000, options, cancellationToken);
        await worker.WaitForAsync(sent - Ahead, cancellationToken);

        await using var other = await database.Source.OpenConnectionAsync(cancellationToken);
        await using (var patient = new NpgsqlCommand("SET idle_in_transaction_session_timeout = 0", other))
            await patient.ExecuteNonQueryAsync(cancellationToken);
        await using var transaction = holder == Holder.Nobody ? null : await HoldAsync(other, holder, cancellationToken);
        var length = TimeSpan.FromSeconds(settings["seconds"]);
        var began = Stopwatch.GetTimestamp();
        var samples = new List<(double Seconds, int Handled)>();
        while (true)
        {
            var handled = await worker.CountAsync(cancellationToken);
            var now = Stopwatch.GetElapsedTime(began);
            samples.Add((now.TotalSeconds, handled));
            if (now >= length)
                break;
            if (sent - handled < Ahead)
            {
                await producer.EnqueueManyAsync(1000, options, cancellationToken);
                sent += 1000;
            }
            else
            {
                await Task.Delay(Look, TimeProvider.System, cancellationToken);
            }
        }

        if (transaction is not null)
            await transaction.RollbackAsync(cancellationToken);
        var dead = await database.ScalarAsync<decimal>("SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables WHERE schemaname = 'queue'", cancellationToken);
        var tenths = Enumerable.Range(0, 10).Select(tenth => Rate(samples, tenth / 10.0, (tenth + 1) / 10.0)).ToArray();
        var run = new Run(held, Rate(samples, 0, 1), Rate(samples, 0.75, 1), tenths, (long)dead);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{held}: {run.Whole:0} jobs/s, in the last quarter {run.LastQuarter:0}; {run.DeadRows} dead rows"));
        return run;
    }

    private static async Task<NpgsqlTransaction> HoldAsync(NpgsqlConnection connection, Holder holder, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(
            holder == Holder.Snapshot ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancellationToken);
        await using var statement = new NpgsqlCommand(
            holder == Holder.Snapshot ? "SELECT count(*) FROM elsewhere" : "INSERT INTO elsewhere VALUES (1)", connection, transaction);
        await statement.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    /// <summary>Jobs a second between two parts of the time.</summary>
    private static double Rate(List<(double Seconds, int Handled)> samples, double from, double to)
    {
        var length = samples[^1].Seconds;
        var first = samples.Last(sample => sample.Seconds <= Math.Max(from * length, samples[0].Seconds));
        var last = samples.Last(sample => sample.Seconds <= to * length);
        return (last.Handled - first.Handled) / (last.Seconds - first.Seconds);
    }

    private enum Holder
    {
        Nobody,
        Snapshot,
        Writer,
    }

    private sealed record Run(string Held, double Whole, double LastQuarter, double[] Tenths, long DeadRows);
}
