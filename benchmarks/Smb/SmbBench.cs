using System.Diagnostics;
using System.Text.Json;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Connectors;

namespace ScaiDrive.Bench.Smb;

/// <summary>
/// A first sync from a share on loopback into the durable store, beside what smbclient and rclone take to copy the same files. Who comes first changes
/// with the round; before each, what the others wrote is flushed. Ours runs with the defaults of the product and as durable as in production, once
/// with its listeners (index rows and jobs) and once without. The peers write plain files and flush nothing.
/// </summary>
internal static class SmbBench
{
    private const int LargeFiles = 8, WarmUpFiles = 1_000;
    private const string Small = "small", Large = "large", Many = "many", WarmUp = "warm-up";

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse(
            "smb", args, ("files", 20_000, 20_000), ("large-mb", 2_048, 2_048), ("entries", 100_000, 100_000), ("rounds", 3, 5)) is not { } arguments)
        {
            return 2;
        }

        var load = Statistics.Load();
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-smb-");
        try
        {
            var smallBytes = SharedFiles.MakeSmall(Path.Combine(root.FullName, Small), arguments["files"]);
            SharedFiles.MakeLarge(Path.Combine(root.FullName, Large), LargeFiles, arguments["large-mb"] / LargeFiles * 1048576L);
            SharedFiles.MakeSmall(Path.Combine(root.FullName, WarmUp), WarmUpFiles);
            SharedFiles.MakeEmpty(Path.Combine(root.FullName, Many), arguments["entries"]);
            await using var share = await MeasuredShare.StartAsync(new[] { Small, Large, Many, WarmUp }.Select(name => (name, Path.Combine(root.FullName, name))));
            await using var server = await BenchServer.StartAsync(cancellationToken);
            var cells = new SmbCells(share, server, root.FullName);

            // Workers run for weeks, and compile as they go; whoever else comes is given the same.
            await SmallAsync(cells, WarmUp, WarmUpFiles, rounds: 1, cancellationToken);
            var small = await SmallAsync(cells, Small, arguments["files"], arguments["rounds"], cancellationToken);
            var large = await LargeAsync(cells, arguments, cancellationToken);
            var unchanged = await UnchangedAsync(cells, arguments["entries"], cancellationToken);
            var acl = await AclAsync(cells, arguments["files"], cancellationToken);

            var peer = Math.Max(small.Median("smbclient"), small.Median("rclone"));
            var wire = large.Best("wire");
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "smb",
                small_files_ratio = Ratio(small.Median("synced"), peer),
                small_files_ratio_without_listeners = Ratio(small.Median("synced_without_listeners"), peer),
                small_files_read_ratio = Ratio(small.Median("read"), peer),
                large_ratio = Ratio(large.Median("synced"), wire),
                large_read_ratio = Ratio(large.Median("read"), wire),
                unchanged_per_s = Math.Round(unchanged),
                acl_per_s = Math.Round(acl),
                small_files = new { files = arguments["files"], mb = smallBytes / 1e6, warm_up = WarmUpFiles, files_per_s = small.Cells, processor_ms_per_file = small.Processor(arguments["files"]) },
                large_files = new { files = LargeFiles, mb = arguments["large-mb"], wire = "best of smbclient get to /dev/null", mb_per_s = large.Cells, processor_ms_per_mb = large.Processor(arguments["large-mb"]) },
                entries = arguments["entries"],
                sessions = "signed",
                parallel_files = new SyncRules().ParallelFiles,
                postgres = await server.DescribeAsync(cancellationToken),
                machine = Statistics.Machine(load),
            }));
            return 0;
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static Task<Rates> SmallAsync(SmbCells cells, string share, int files, int rounds, CancellationToken cancellationToken) => InTurnsAsync(
        rounds,
        [
            ("synced", async () => files / await cells.SyncAsync(share, files, listeners: true, cancellationToken)),
            ("smbclient", async () => files / await cells.SmbClientAsync(share, files)),
            ("read", async () => files / await cells.ReadAsync(share, files, cancellationToken)),
            ("rclone", async () => files / await cells.RcloneAsync(share, files, cancellationToken)),
            ("synced_without_listeners", async () => files / await cells.SyncAsync(share, files, listeners: false, cancellationToken)),
        ],
        cancellationToken);

    private static async Task<Rates> LargeAsync(SmbCells cells, BenchArguments arguments, CancellationToken cancellationToken)
    {
        double megabytes = arguments["large-mb"];
        return await InTurnsAsync(
            arguments["rounds"],
            [
                ("wire", async () => megabytes / await cells.WireAsync(Large)),
                ("synced", async () => megabytes / await cells.SyncAsync(Large, LargeFiles, listeners: true, cancellationToken)),
                ("read", async () => megabytes / await cells.ReadAsync(Large, LargeFiles, cancellationToken)),
                ("smbclient", async () => megabytes / await cells.SmbClientAsync(Large, LargeFiles)),
            ],
            cancellationToken);
    }

    /// <summary>Entries a second of a pass over a share in which nothing changed, permissions off.</summary>
    private static async Task<double> UnchangedAsync(SmbCells cells, int entries, CancellationToken cancellationToken)
    {
        await using var room = await cells.RoomAsync(Many, listeners: true, new SyncRules(), cancellationToken);
        var (first, seconds) = await room.SyncAsync(cancellationToken);
        await Console.Error.WriteLineAsync($"first pass over {first.Report.Listed:N0} entries: {seconds:0.0} s");
        var rates = new List<double>();
        for (var pass = 0; pass < 3; pass++)
        {
            var (run, took) = await room.SyncAsync(cancellationToken);
            if (run.Report.Unchanged != entries)
                throw new InvalidOperationException($"The pass found {run.Report.Unchanged} unchanged files of {entries}.");
            rates.Add(run.Report.Listed / took);
            await Console.Error.WriteLineAsync($"unchanged: {rates[^1]:N0} entries/s");
        }

        return Statistics.Median(rates);
    }

    /// <summary>Files a second whose permissions are read, by what a first pass takes longer with permissions than without.</summary>
    private static async Task<double> AclAsync(SmbCells cells, int files, CancellationToken cancellationToken)
    {
        await using var room = await cells.RoomAsync(Small, listeners: true, new SyncRules { SyncPermissions = false }, cancellationToken);
        await room.SyncAsync(cancellationToken);
        var (_, without) = await room.SyncAsync(cancellationToken);
        await room.ReadPermissionsFromNowOnAsync(cancellationToken);
        var (_, with) = await room.SyncAsync(cancellationToken);
        await Console.Error.WriteLineAsync($"permissions of {files:N0} files: {with - without:0.0} s");
        return files / (with - without);
    }

    private static async Task<Rates> InTurnsAsync(int rounds, (string Name, Func<Task<double>> Measure)[] contenders, CancellationToken cancellationToken)
    {
        var rates = contenders.ToDictionary(each => each.Name, _ => new List<double>());
        var processor = contenders.ToDictionary(each => each.Name, _ => new List<ProcessorTimes>());
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < contenders.Length; turn++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (name, measure) = contenders[(turn + round) % contenders.Length];
                await FlushAsync(cancellationToken);
                var before = ProcessorTimes.Read();
                rates[name].Add(await measure());
                processor[name].Add(ProcessorTimes.Read() - before);
                await Console.Error.WriteLineAsync($"round {round + 1}: {name} {rates[name][^1]:N0}/s, load {Statistics.Load()}");
            }
        }

        return new Rates(rates, processor);
    }

    /// <summary>Nobody pays for what somebody else wrote.</summary>
    private static async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var sync = Process.Start("sync");
        await sync.WaitForExitAsync(cancellationToken);
    }

    private static double Ratio(double ours, double theirs) => Math.Round(ours / theirs, 2);

    /// <summary>What each contender made a second, round by round.</summary>
    private sealed record Rates(IReadOnlyDictionary<string, List<double>> ByName, IReadOnlyDictionary<string, List<ProcessorTimes>> ProcessorByName)
    {
        /// <summary>Of the round that took least: what else runs on the machine only adds to it.</summary>
        internal Dictionary<string, object> Processor(int count) => ProcessorByName.ToDictionary(each => each.Key, each => each.Value.MinBy(times => times.Total).Per(count));

        internal object Cells => ByName.ToDictionary(each => each.Key, each => each.Value.Select(rate => Math.Round(rate)));

        internal double Median(string name) => Statistics.Median(ByName[name]);

        internal double Best(string name) => ByName[name].Max();
    }
}
