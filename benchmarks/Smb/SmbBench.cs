using ScaiDrive.Bench.Queue;
using ScaiDrive.Connectors;

namespace ScaiDrive.Bench.Smb;

internal static class SmbBench
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var files = int.Parse(args.Count > 0 ? args[0] : "20000", System.Globalization.CultureInfo.InvariantCulture);
        var listeners = !args.Contains("--off");
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-smb-");
        await using var server = await BenchServer.StartAsync(cancellationToken);
        using var times = args.Contains("--times") ? new StatementTimes() : null;
        try
        {
            SharedFiles.MakeSmall(root.FullName, files);
            for (var i = 0; i < 3; i++)
            {
                await using var room = await SyncRoom.CreateAsync(
                    server, ConnectorTypes.Folder, new { root = root.FullName }, null, new ConnectorOptions { AllowedRoots = [root.FullName] }, listeners, cancellationToken);
                times?.Print();
                var cpu = Environment.CpuUsage.TotalTime;
                var (run, seconds) = await room.SyncAsync(cancellationToken);
                Console.WriteLine($"{run.Report.Added} in {seconds:0.0} s, {run.Report.Added / seconds:0}/s, our cpu {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.0} load {Statistics.Load()}");
                times?.Print();
                (run, seconds) = await room.SyncAsync(cancellationToken);
                Console.WriteLine($"unchanged {run.Report.Listed / seconds:0}/s");
                times?.Print();
            }

            return 0;
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
