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

    // One begins whatever became of those before, so that they meet runs at every moment: about to begin, under way, over.
    private static readonly TimeSpan ToldStep = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("revoke", args, ("told", 20, 60), ("scheduled", 20, 60), ("others", 500, 5_000)) is not { } arguments)
            return 2;
        var load = Statistics.Load();
        var told = await MeasureAsync(arguments["told"], arguments["others"], isTold: true, cancellationToken);
        var scheduled = await MeasureAsync(arguments["scheduled"], arguments["others"], isTold: false, cancellationToken);
        var figures = new
        {
            bench = "revoke",
            delete_p95_s = told.DeleteP95,
            acl_p95_s = told.AclP95,
            scheduled_delete_p95_s = scheduled.DeleteP95,
            scheduled_acl_p95_s = scheduled.AclP95,
            told,
            scheduled,
            files = arguments["others"] + (2 * arguments["told"]),
            schedule_minutes = Interval.TotalMinutes,
            acl_told = "of files directly in the watched folder: Samba tells of no ACL below it, the schedule sees those",
            caller = "no admin, found by SID through the identity mapping",
            machine = Statistics.Machine(load),
        };
        Console.WriteLine(JsonSerializer.Serialize(figures, Names));
        return 0;
    }

    private static async Task<Measured> MeasureAsync(int times, int others, bool isTold, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("scaidrive-bench-revoke-");
        try
        {
            var folder = Path.Combine(root.FullName, "files");
            IReadOnlyList<SharedFile> toDelete = [.. Files("delete", times, isBelow: true)], toDeny = [.. Files("deny", times, isBelow: !isTold)];
            foreach (var file in toDelete.Concat(toDeny).Concat(Files("other", others, isBelow: true)))
                file.WriteTo(folder);
            // From a file: other users of the machine can read command lines.
            var login = Path.Combine(root.FullName, "login");
            await File.WriteAllTextAsync(login, $"username = {MeasuredShare.User.Name}\npassword = {MeasuredShare.User.Password}\n", cancellationToken);
            await using var share = await MeasuredShare.StartAsync(("files", folder));
            await using var server = await BenchServer.StartAsync(cancellationToken);
            await using var room = await RevokeRoom.StartAsync(server, Path.Combine(root.FullName, "data"), cancellationToken);
            await ConnectAsync(room, share, isTold, cancellationToken);
            foreach (var file in toDelete.Concat(toDeny))
                await AwaitAsync(room, file, isFound: true, PatienceForAll, cancellationToken);
            await Console.Error.WriteLineAsync("all files are found");

            var step = isTold ? ToldStep : Interval / times;
            var deletes = TimesAsync(room, toDelete, step, file => DeleteAsync(share, file), cancellationToken);
            // What tells of a delete must not be what makes somebody look at an ACL. The schedule looks at everything anyway.
            if (isTold)
                await deletes;
            var denials = TimesAsync(room, toDeny, step, file => DenyAsync(share, login, file), cancellationToken);
            return Measured.Of(await deletes, await denials);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static async Task ConnectAsync(RevokeRoom room, MeasuredShare share, bool isTold, CancellationToken cancellationToken)
    {
        var rules = new SyncRules { SyncPermissions = true, WatchForChanges = isTold, MassDeletePercent = 100 };
        var minutes = isTold ? 60 : (int)Interval.TotalMinutes;
        var connector = await room.ConnectAsync(
            (shareId, ownerId) => share.Connector("files", rules)(shareId, ownerId) with { SyncIntervalMinutes = minutes },
            await share.Server.SidOfAsync(MeasuredShare.User.Name),
            cancellationToken);
        await room.Get<ConnectorRuns>().StartAsync(connector, ConnectorRuns.Manual, cancellationToken);
    }

    private static IEnumerable<SharedFile> Files(string kind, int count, bool isBelow) =>
        from number in Enumerable.Range(0, count)
        let word = string.Create(CultureInfo.InvariantCulture, $"{kind}{number:D5}")
        select new SharedFile(word, isBelow ? $"{word[..^2]}/{word}.txt" : $"{word}.txt");

    // Over the network, as other users of the share do it.
    private static Task<string> DeleteAsync(MeasuredShare share, SharedFile file) =>
        share.Server.SmbClientAsync(MeasuredShare.User, "files", $"del {file.Path.Replace('/', '\\')}");

    private static Task<string> DenyAsync(MeasuredShare share, string login, SharedFile file) => share.Server.RunAsync(
        "smbcacls", ["-A", login, $"//{share.Server.Host}/files", file.Path, "-a", $"ACL:{MeasuredShare.User.Name}:DENIED/0x0/FULL"], "");

    /// <summary>Seconds until each was gone; null when it was not in the time of <see cref="PatienceForOne"/>.</summary>
    private static async Task<double?[]> TimesAsync(
        RevokeRoom room, IReadOnlyList<SharedFile> files, TimeSpan step, Func<SharedFile, Task> revoke, CancellationToken cancellationToken)
    {
        var underWay = new List<Task<double?>>();
        using var timer = new PeriodicTimer(step, TimeProvider.System);
        foreach (var file in files)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            underWay.Add(TimeAsync(room, file, revoke, cancellationToken));
        }

        return await Task.WhenAll(underWay);
    }

    private static async Task<double?> TimeAsync(RevokeRoom room, SharedFile file, Func<SharedFile, Task> revoke, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await revoke(file);
        if (!await AwaitAsync(room, file, isFound: false, PatienceForOne, cancellationToken))
        {
            await Console.Error.WriteLineAsync($"{file.Word}: still found");
            return null;
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{file.Word}: {seconds:0.0} s"));
        return seconds;
    }

    private static async Task<bool> AwaitAsync(RevokeRoom room, SharedFile file, bool isFound, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < patience;)
        {
            if (await room.FindsAsync(file.Word, cancellationToken) == isFound)
                return true;
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        return isFound ? throw new TimeoutException($"{file.Path} was not found within {patience}.") : false;
    }

    /// <param name="Word">Stands in no other file.</param>
    /// <param name="Path">In the share.</param>
    private sealed record SharedFile(string Word, string Path)
    {
        internal void WriteTo(string folder)
        {
            var place = System.IO.Path.Combine(folder, Path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(place)!);
            File.WriteAllText(place, $"The word of this file is {Word}.\n");
        }
    }

    /// <param name="DeleteP95">Null when more than one in twenty was not gone at all.</param>
    /// <param name="AclP95">The same.</param>
    private sealed record Measured(double? DeleteP95, double? AclP95, IReadOnlyList<double?> DeleteSeconds, IReadOnlyList<double?> AclSeconds)
    {
        internal static Measured Of(double?[] deletes, double?[] denials) => new(P95(deletes), P95(denials), Rounded(deletes), Rounded(denials));

        private static double? P95(double?[] seconds) =>
            Statistics.Percentile(seconds.Select(each => each ?? double.PositiveInfinity), 0.95) is var p95 && double.IsFinite(p95) ? Math.Round(p95, 1) : null;

        private static IReadOnlyList<double?> Rounded(double?[] seconds) => [.. seconds.Select(each => each is { } known ? Math.Round(known, 1) : each)];
    }
}
