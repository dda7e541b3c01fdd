using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Bench.Walk;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Smb;

/// <summary>The rooms that a pass of a connector needs, around a database and a content store of their own. What is mirrored goes through Drive and,
/// where asked, its listeners (index rows and extraction jobs); no worker takes those jobs.</summary>
internal sealed class SyncRoom : IAsyncDisposable
{
    private readonly BenchDatabase database;
    private readonly ServiceProvider services;
    private readonly DirectoryInfo content;

    private SyncRoom(BenchDatabase database, ServiceProvider services, DirectoryInfo content, Connector connector) =>
        (this.database, this.services, this.content, Connector) = (database, services, content, connector);

    internal Connector Connector { get; }

    internal BenchDatabase Database => database;

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    internal static async Task<SyncRoom> CreateAsync(
        BenchServer server, string type, object settings, string? secret, ConnectorOptions options, bool listeners, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var source = PostgresDataSource.Create(database.ConnectionString, "scaidrive-bench");
        await new Migrator(source).MigrateAsync([DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations], cancellationToken);
        var content = Directory.CreateTempSubdirectory("scaidrive-bench-content-");
        var registrations = new ServiceCollection();
        registrations.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        registrations.AddMetrics();
        registrations.AddSingleton(source);
        registrations.AddSingleton(new SecretProtector([new byte[32]]));
        registrations.AddDrive(new ContentStoreOptions { Root = content.FullName });
        registrations.AddConnectors(options);
        registrations.AddJobQueue();
        if (listeners)
        {
            registrations.AddSearch(new SearchOptions { DataDirectory = content.FullName, Follow = false, Upkeep = false });
            registrations.AddScaiDriveJobs(new JobsOptions());
        }

        var services = registrations.BuildServiceProvider();
        var connector = await SetUpAsync(services, type, settings, secret, cancellationToken);
        return new SyncRoom(database, services, content, connector);
    }

    /// <summary>One pass over the source.</summary>
    /// <returns>What it did, and in how many seconds.</returns>
    internal async Task<(Run Run, double Seconds)> SyncAsync(CancellationToken cancellationToken)
    {
        var source = Get<Npgsql.NpgsqlDataSource>();
        var began = Stopwatch.GetTimestamp();
        var run = await Get<ConnectorSync>().RunAsync(
            Connector.TenantId, Connector.Id, new RunRequest("bench"), async token => await BenchTransaction.BeginAsync(source, token), null, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (run.Report.Errors > 0 || run.Report.Skipped > 0)
            throw new InvalidOperationException($"The pass had {run.Report.Errors} errors and skipped {run.Report.Skipped} entries.");
        return (run, seconds);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
        content.Delete(recursive: true);
    }

    private static async Task<Connector> SetUpAsync(ServiceProvider services, string type, object settings, string? secret, CancellationToken cancellationToken)
    {
        var drive = services.GetRequiredService<DriveStore>();
        var caller = await drive.EnsureLocalTenantAsync(cancellationToken);
        await using var connection = await services.GetRequiredService<Npgsql.NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive());
        var share = await writer.EnsureShareAsync("Mirrored", cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        var connector = await services.GetRequiredService<ConnectorStore>().CreateAsync(
            transaction,
            caller.TenantId,
            new NewConnector
            {
                Type = type,
                Name = "measured",
                Settings = JsonSerializer.SerializeToElement(settings),
                Secret = secret,
                TargetShareId = share.Id,
                OwnerId = caller.UserId,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return connector;
    }
}
