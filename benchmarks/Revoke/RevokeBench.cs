using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Bench.Smb;
using ScaiDrive.Connectors;
using ScaiDrive.Jobs;

namespace ScaiDrive.Bench.Revoke;

/// <summary>
/// How long somebody still finds what was taken away: seconds from a delete, and from an ACL that denies them, on the share, until a search of theirs
/// no longer has the file. Once with the server telling of changes, once by the schedule alone. Everything in between is that of the product.
/// </summary>
internal static class RevokeBench
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PatienceForAll = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PatienceForOne = TimeSpan.FromMinutes(3);

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("revoke", args, ("told", 20, 60), ("scheduled", 6, 20), ("others", 500, 5_000)) is not { } arguments)
            return 2;
        var load = Statistics.Load();
        var told = await MeasureAsync(arguments["told"], arguments["others"], isTold: true, cancellationToken);
        var scheduled = await MeasureAsync(arguments["scheduled"], arguments["others"], isTold: false, cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "revoke",
            delete_p95_s = told.DeleteP95,
            acl_p95_s = told.AclP95,
            acl_told = told.AclP95 is null ? "this server does not tell of ACLs; the figure of the schedule counts" : "yes",
            scheduled_delete_p95_s = scheduled.DeleteP95,
            scheduled_acl_p95_s = scheduled.AclP95,
            told,
            scheduled,
            files = arguments["others"] + (2 * arguments["told"]),
            schedule_minutes = 1,
            acl_by_schedule = "with the full reading of permissions due at the next run; the connector sets how often it is (permission_sweep_hours, 1 to 8,760)",
            caller = "no admin, found by SID through the identity mapping",
            machine = Statistics.Machine(load),
        }));
        return 0;
    }

    private static async Task<Measured> MeasureAsync(int times, int others, bool isTold, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-revoke-");
        try
        {
            var folder = Path.Combine(root.FullName, "files");
            MakeFiles(folder, times, others);
            // From a file: other users of the machine can read command lines.
            var login = Path.Combine(root.FullName, "login");
            await File.WriteAllTextAsync(login, $"username = {MeasuredShare.User.Name}\npassword = {MeasuredShare.User.Password}\n", cancellationToken);
            await using var share = await MeasuredShare.StartAsync(("files", folder));
            await using var server = await BenchServer.StartAsync(cancellationToken);
            await using var room = await RevokeRoom.StartAsync(server, Path.Combine(root.FullName, "data"), cancellationToken);
            var rules = new SyncRules { SyncPermissions = true, WatchForChanges = isTold, MassDeletePercent = 100 };
            var connector = await room.ConnectAsync(
                (shareId, ownerId) => share.Connector("files", rules)(shareId, ownerId) with { SyncIntervalMinutes = isTold ? 60 : 1 },
                await share.Server.SidOfAsync(MeasuredShare.User.Name),
                cancellationToken);
            await room.Get<ConnectorRuns>().StartAsync(connector, ConnectorRuns.Manual, cancellationToken);
            await AwaitAsync(room, [.. Names("delete", times), .. Names("deny", times)], areFound: true, cancellationToken);
            await Console.Error.WriteLineAsync("all files are found");

            var deletes = await TimesAsync(room, Names("delete", times), name => DeleteAsync(share, name), cancellationToken);
            var denials = await DenialsAsync(room, share, login, times, isTold, cancellationToken);
            return new Measured(times, P95(deletes), denials.Count == 0 ? null : P95(denials), Rounded(deletes), Rounded(denials));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    /// <summary>None when the server does not tell of ACLs (Samba may not): then the full reading of permissions is what sees them, told or not.</summary>
    private static async Task<List<double>> DenialsAsync(
        RevokeRoom room, MeasuredShare share, string login, int times, bool isTold, CancellationToken cancellationToken)
    {
        try
        {
            return await TimesAsync(
                room,
                Names("deny", times),
                async name =>
                {
                    await DenyAsync(share, login, name);
                    if (!isTold)
                        await room.MakeSweepDueAsync(cancellationToken);
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (isTold && !cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("the server did not tell of the ACL");
            return [];
        }
    }

    private static void MakeFiles(string folder, int times, int others)
    {
        foreach (var name in Names("delete", times).Concat(Names("deny", times)).Concat(Names("other", others)))
        {
            var parent = Directory.CreateDirectory(Path.Combine(folder, name[..^2])).FullName;
            File.WriteAllText(Path.Combine(parent, $"{name}.txt"), $"The word of this file is {name}.\n");
        }
    }

    private static IEnumerable<string> Names(string kind, int count) =>
        Enumerable.Range(0, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{kind}{number:D5}"));

    private static string PathOf(string name) => $"{name[..^2]}/{name}.txt";

    // Over the network, as other users of the share do it.
    private static Task<string> DeleteAsync(MeasuredShare share, string name) => share.Server.SmbClientAsync(MeasuredShare.User, "files", $"del {PathOf(name).Replace('/', '\\')}");

    private static Task<string> DenyAsync(MeasuredShare share, string login, string name) => share.Server.RunAsync(
        "smbcacls", ["-A", login, $"//{share.Server.Host}/files", PathOf(name), "-a", $"ACL:{MeasuredShare.User.Name}:DENIED/0x0/FULL"], "");

    /// <summary>One file after the other, spread over the interval of the schedule.</summary>
    private static async Task<List<double>> TimesAsync(RevokeRoom room, IEnumerable<string> names, Func<string, Task> revoke, CancellationToken cancellationToken)
    {
        var seconds = new List<double>();
        foreach (var name in names)
        {
            var began = Stopwatch.GetTimestamp();
            await revoke(name);
            await AwaitAsync(room, [name], areFound: false, cancellationToken);
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {seconds[^1]:0.0} s"));
        }

        return seconds;
    }

    private static async Task AwaitAsync(RevokeRoom room, IReadOnlyList<string> names, bool areFound, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(areFound ? PatienceForAll : PatienceForOne);
        foreach (var name in names)
        {
            while (await room.FindsAsync(name, patience.Token) != areFound)
                await Task.Delay(Look, TimeProvider.System, patience.Token);
        }
    }

    private static double P95(List<double> seconds) => Math.Round(Statistics.Percentile(seconds, 0.95), 1);

    private static IReadOnlyList<double> Rounded(List<double> seconds) => [.. seconds.Select(each => Math.Round(each, 1))];

    internal sealed record Measured(int Times, double DeleteP95, double? AclP95, IReadOnlyList<double> DeleteSeconds, IReadOnlyList<double> AclSeconds);
}
