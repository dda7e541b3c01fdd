using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
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

    private SyncRoom(BenchDatabase database, ServiceProvider services, Connector connector) =>
        (this.database, this.services, Connector) = (database, services, connector);

    internal Connector Connector { get; }

    internal BenchDatabase Database => database;

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <param name="server">Gives the database.</param>
    /// <param name="content">Where the content store goes; left to the caller to delete, when nothing is measured any more.</param>
    /// <param name="wanted">The source; the room adds the share it goes to.</param>
    /// <param name="listeners">Whether changes become index rows and jobs.</param>
    /// <param name="cancellationToken">Stops.</param>
    internal static async Task<SyncRoom> CreateAsync(
        BenchServer server, string content, Func<string, string, NewConnector> wanted, bool listeners, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var source = PostgresDataSource.Create(database.ConnectionString, "scaidrive-bench");
        await new Migrator(source).MigrateAsync([DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations], cancellationToken);
        var registrations = new ServiceCollection();
        registrations.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        registrations.AddMetrics();
        registrations.AddSingleton(source);
        registrations.AddSingleton(new SecretProtector([new byte[32]]));
        registrations.AddDrive(new ContentStoreOptions { Root = content });
        registrations.AddConnectors(new ConnectorOptions());
        registrations.AddJobQueue();
        if (listeners)
        {
            registrations.AddSearch(new SearchOptions { DataDirectory = content, Follow = false, Upkeep = false });
            registrations.AddScaiDriveJobs(new JobsOptions());
        }

        var services = registrations.BuildServiceProvider();
        return new SyncRoom(database, services, await SetUpAsync(services, wanted, cancellationToken));
    }

    /// <summary>One pass over the source.</summary>
    /// <returns>What it did, and in how many seconds.</returns>
    internal async Task<(Run Run, double Seconds)> SyncAsync(CancellationToken cancellationToken)
    {
        var source = Get<Database>();
        var began = Stopwatch.GetTimestamp();
        var run = await Get<ConnectorSync>().RunAsync(
            Connector.TenantId, Connector.Id, new RunRequest("bench"), async token => await BenchTransaction.BeginAsync(source, token), null, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (run.Report.Errors > 0 || run.Report.Skipped > 0)
        {
            var problems = await Get<ConnectorStore>().ListProblemsAsync(Connector.TenantId, run.Id, 0, 3, cancellationToken);
            throw new InvalidOperationException(
                $"The pass had {run.Report.Errors} errors and skipped {run.Report.Skipped} entries, first {string.Join("; ", problems)}.");
        }

        return (run, seconds);
    }

    /// <summary>Switches permissions on, as an admin does later.</summary>
    internal async Task ReadPermissionsFromNowOnAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Get<Database>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Get<ConnectorStore>().UpdateAsync(transaction, Connector with { Rules = Connector.Rules with { SyncPermissions = true } }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }

    private static async Task<Connector> SetUpAsync(
        ServiceProvider services, Func<string, string, NewConnector> wanted, CancellationToken cancellationToken)
    {
        var drive = services.GetRequiredService<DriveStore>();
        var caller = await drive.EnsureLocalTenantAsync(cancellationToken);
        await using var connection = await services.GetRequiredService<Database>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = drive.Write(transaction, caller.TenantId, caller.UserId, ChangeOrigin.Interactive());
        var share = await writer.EnsureShareAsync("Mirrored", cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        var connector = await services.GetRequiredService<ConnectorStore>().CreateAsync(
            transaction, caller.TenantId, wanted(share.Id, caller.UserId), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return connector;
    }
}
