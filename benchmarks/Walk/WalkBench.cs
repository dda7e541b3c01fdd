using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Walk;

/// <summary>
/// What comparing a source with its snapshot costs when nothing differs, and how much memory it takes: first a tenth of the files, then all of
/// them. The source is synthetic and answers at once, so the figures are those of the algorithm and of PostgreSQL; a real share adds its listing.
/// The long form compares ten million files. Memory is constant when the larger pass needs no more than the smaller one.
/// </summary>
internal static class WalkBench
{
    private const int FilesPerStatement = 500_000;
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(200);

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        if (BenchArguments.Parse("walk", args, ("files", 1_000_000, 10_000_000)) is not { } arguments)
            return 2;
        var load = Statistics.Load();
        await using var server = await BenchServer.StartAsync(cancellationToken);
        var contents = Directory.CreateTempSubdirectory("scaidrive-bench-walk-");
        try
        {
            var tenth = await MeasureAsync(server, contents.FullName, Math.Max(1, arguments["files"] / 10), cancellationToken);
            var full = await MeasureAsync(server, contents.FullName, arguments["files"], cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                unchanged_per_s = full.PerSecond,
                heap_peak_mb = full.HeapPeakMb,
                heap_growth = Math.Round(full.HeapPeakMb / tenth.HeapPeakMb, 2),
                process_peak_mb = full.ProcessPeakMb,
                full,
                tenth,
                source = "synthetic, answers at once",
                machine = Statistics.Machine(load),
            }));
            return 0;
        }
        finally
        {
            contents.Delete(recursive: true);
        }
    }

    private static async Task<Measured> MeasureAsync(BenchServer server, string contentRoot, int files, CancellationToken cancellationToken)
    {
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        await new Migrator(database.Source).MigrateAsync([DriveSchema.Migrations, ConnectorsSchema.Migrations], cancellationToken);
        var source = new SyntheticSource(files);
        var secrets = new ConnectorSecrets(database.Source, new SecretProtector([new byte[32]]));
        var connectors = new ConnectorStore(database.Source, secrets, []);
        var contents = new ContentStore(new ContentStoreOptions { Root = contentRoot });
        var drive = new DriveStore(database.Source, contents, [], TimeProvider.System);
        var options = Options.Create(new ConnectorOptions());
        var acls = new SourceAcls(database.Source);
        var sweeps = new PermissionSweeps(
            database.Source, acls, new IdentityMappings(database.Source, acls, new GroupStore(database.Source)), TimeProvider.System);
        var sync = new ConnectorSync(
            database.Source, connectors, new ConnectorSources([source], secrets), drive, contents, new ConflictStore(database.Source), sweeps, options, TimeProvider.System);

        var began = Stopwatch.GetTimestamp();
        var connector = await FillAsync(database, source, drive, connectors, files, cancellationToken);
        await Console.Error.WriteLineAsync($"{files:N0} files filled in {Stopwatch.GetElapsedTime(began).TotalSeconds:N0} s");

        GC.Collect();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sampled = SampleAsync(stop.Token);
        began = Stopwatch.GetTimestamp();
        var run = await sync.RunAsync(
            connector.TenantId, connector.Id, new RunRequest("bench"), async token => await BenchTransaction.BeginAsync(database.Source, token), null, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await stop.CancelAsync();
        var (heap, process) = await sampled;
        if (run.Report.Unchanged != files || run.Report.Errors > 0)
            throw new InvalidOperationException($"The pass found {run.Report.Unchanged} unchanged files of {files}, and {run.Report.Errors} errors.");
        var measured = new Measured(files, run.Report.Listed, Math.Round(seconds, 1), Math.Round(run.Report.Listed / seconds), heap, process);
        await Console.Error.WriteLineAsync(JsonSerializer.Serialize(measured));
        return measured;
    }

    private static async Task<Connector> FillAsync(
        BenchDatabase database, SyntheticSource source, DriveStore drive, ConnectorStore connectors, int files, CancellationToken cancellationToken)
    {
        var caller = await drive.EnsureLocalTenantAsync(cancellationToken);
        Connector connector;
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive());
            var share = await writer.EnsureShareAsync("walked", cancellationToken);
            await writer.CompleteAsync(cancellationToken);
            connector = await connectors.CreateAsync(
                transaction,
                caller.TenantId,
                new NewConnector { Type = source.Name, Name = "walked", Settings = JsonSerializer.SerializeToElement(new { }), TargetShareId = share.Id, OwnerId = caller.UserId },
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await ExecuteAsync(WalkBenchSql.FillFolders, caller.TenantId, connector.TargetShareId, caller.UserId, source.Directories);
        await ExecuteAsync(WalkBenchSql.FillDirectoryRows, caller.TenantId, connector.Id, source.Directories, SyntheticSource.ModifiedNs);
        for (long first = 0; first < files; first += FilesPerStatement)
        {
            var count = Math.Min(FilesPerStatement, files - first);
            await ExecuteAsync(
                WalkBenchSql.FillFiles, caller.TenantId, connector.TargetShareId, caller.UserId, first, (long)SyntheticSource.FilesPerDirectory, count);
            await ExecuteAsync(
                WalkBenchSql.FillFileRows, caller.TenantId, connector.Id, first, SyntheticSource.ModifiedNs, (long)SyntheticSource.FilesPerDirectory, count);
        }

        await ExecuteAsync(WalkBenchSql.Settle);
        return connector;

        async Task ExecuteAsync(string sql, params object[] parameters)
        {
            await using var command = database.Source.CreateCommand(sql);
            command.CommandTimeout = 0;
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = parameter });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<(double HeapMb, long ProcessMb)> SampleAsync(CancellationToken cancellationToken)
    {
        long heap = 0, process = 0;
        using var timer = new PeriodicTimer(Sampling, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                (heap, process) = (Math.Max(heap, GC.GetTotalMemory(forceFullCollection: false)), Math.Max(process, Environment.WorkingSet));
        }
        catch (OperationCanceledException)
        {
            // The pass is over.
        }

        return (Math.Round(heap / 1048576.0, 1), process >> 20);
    }

    internal sealed record Measured(long Files, long Entries, double Seconds, double PerSecond, double HeapPeakMb, long ProcessPeakMb);
}
