using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Revoke;

/// <summary>All rooms as the host puts them together, workers and index included, and a user who is no admin.</summary>
internal sealed class RevokeRoom : IAsyncDisposable
{
    private const string User = "usr_alice";
    private readonly BenchDatabase database;
    private readonly ServiceProvider services;
    private readonly List<IHostedService> running = [];

    private RevokeRoom(BenchDatabase database, ServiceProvider services) => (this.database, this.services) = (database, services);

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    internal static async Task<RevokeRoom> StartAsync(BenchServer server, string directory, CancellationToken cancellationToken)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var source = PostgresDataSource.Create(database.ConnectionString, "scaidrive-bench");
        await new Migrator(source).MigrateAsync([DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations], cancellationToken);
        var registrations = new ServiceCollection();
        registrations.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        registrations.AddMetrics();
        registrations.AddSingleton(source);
        registrations.AddSingleton(TimeProvider.System);
        registrations.AddSingleton(new SecretProtector([new byte[32]]));
        registrations.AddDrive(new ContentStoreOptions { Root = Path.Combine(directory, "content") });
        registrations.AddConnectors(new ConnectorOptions());
        registrations.AddSingleton(_ => LocalEmbeddingGenerator.Load(
            Environment.GetEnvironmentVariable("SCAIDRIVE_WEIGHTS_DIR") ?? RepositoryPaths.Weights, new LocalEmbeddingOptions()));
        registrations.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<LocalEmbeddingGenerator>());
        registrations.AddSingleton<IEmbeddingProviderFactory>(provider => new LocalProviderFactory(provider.GetRequiredService<LocalEmbeddingGenerator>));
        registrations.AddSearch(new SearchOptions { DataDirectory = Path.Combine(directory, "index") });
        registrations.AddScaiDriveJobs(new JobsOptions());
        registrations.AddScaiDriveJobHandlers();
        registrations.AddSingleton(provider => new ExtractionPool(
            new ExtractionOptions { Children = 1 }, provider.GetRequiredService<TimeProvider>(), NullLogger<ExtractionPool>.Instance));
        registrations.AddJobWorker(new QueueOptions { Slots = 4 });
        var room = new RevokeRoom(database, registrations.BuildServiceProvider());
        await room.Get<DriveStore>().EnsureLocalTenantAsync(cancellationToken);
        await database.ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ($1, $2, 'Alice')", cancellationToken, DriveStore.LocalTenantId, User);
        foreach (var service in room.services.GetServices<IHostedService>())
        {
            await service.StartAsync(cancellationToken);
            room.running.Add(service);
        }

        return room;
    }

    /// <summary>Sets a connector up whose files everybody may find who may read them at the source. Whose SID is given is Alice here too.</summary>
    internal async Task<Connector> ConnectAsync(Func<string, string, NewConnector> wanted, string sid, CancellationToken cancellationToken)
    {
        await using var connection = await Get<Database>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = Get<DriveStore>().Write(transaction, DriveStore.LocalTenantId, DriveStore.LocalUserId, ChangeOrigin.Interactive());
        var share = await writer.EnsureShareAsync("Mirrored", cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        var connector = await Get<ConnectorStore>().CreateAsync(
            transaction, DriveStore.LocalTenantId, wanted(share.Id, DriveStore.LocalUserId), cancellationToken);
        var upload = await Get<ScaiDrive.Connectors.Permissions.IdentityMappings>().UploadAsync(
            transaction, connector.TenantId, connector.Id, $"smb-sid,scaidrive-user\n{sid},{User}\n", cancellationToken);
        if (upload.Faults.Count > 0)
            throw new InvalidOperationException(upload.Faults[0].Message);
        await transaction.CommitAsync(cancellationToken);
        await database.ExecuteAsync("UPDATE shares SET is_public = true", cancellationToken);
        return connector;
    }

    /// <summary>Whether Alice finds a file by a word that only it has.</summary>
    internal async Task<bool> FindsAsync(string word, CancellationToken cancellationToken)
    {
        var scope = await Get<AccessControl>().ScopeOfAsync(new Caller(DriveStore.LocalTenantId, User, IsAdmin: false), cancellationToken);
        var request = new SearchRequest
        {
            TenantId = DriveStore.LocalTenantId,
            Query = word,
            AllowedShares = scope.Shares,
            AllowedAcls = scope.SourceAcls,
        };
        return (await Get<SearchService>().KeywordAsync(request, cancellationToken)).Hits.Count > 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(running))
            await service.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}
