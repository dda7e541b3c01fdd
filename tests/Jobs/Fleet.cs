using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Jobs.Tests;

/// <summary>All rooms put together as the host does, around a fresh database; only the embedding model is a small stand-in
/// that can be switched off.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    internal const string Tenant = DriveStore.LocalTenantId;

    private readonly TestDatabase database;
    private readonly ServiceProvider services;
    private readonly DirectoryInfo directory;
    private readonly List<IHostedService> running = [];

    private Fleet(TestDatabase database, ServiceProvider services, DirectoryInfo directory, StandInModel model)
    {
        this.database = database;
        this.services = services;
        this.directory = directory;
        Model = model;
    }

    internal StandInModel Model { get; }

    internal Share Share { get; private set; } = null!;

    internal Database DataSource => database.DataSource;

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    internal static async Task<Fleet> CreateAsync(string? connectorRoot = null, Action<IServiceCollection>? more = null)
    {
        var database = await TestDatabase.CreateAsync(DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations);
        var directory = Directory.CreateTempSubdirectory("scaidrive-jobs-");
        var model = new StandInModel();
        var registrations = new ServiceCollection();
        registrations.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        registrations.AddMetrics();
        registrations.AddSingleton(database.DataSource);
        registrations.AddDrive(new ContentStoreOptions { Root = Path.Combine(directory.FullName, "content") });
        registrations.AddConnectors(new ConnectorOptions { AllowedRoots = connectorRoot is null ? [] : [connectorRoot] });
        registrations.AddSingleton(new SecretProtector([new byte[32]]));
        registrations.AddSingleton<ITokenCounter>(model);
        registrations.AddSingleton<IEmbeddingProviderFactory>(new LocalProviderFactory(() => model));
        registrations.AddSearch(new SearchOptions { DataDirectory = Path.Combine(directory.FullName, "index"), Hints = ReasonCodes.Hints });
        registrations.AddScaiDriveJobs(new JobsOptions
        {
            LookForWatchedEvery = TimeSpan.FromMilliseconds(100),
            GatherHintsFor = TimeSpan.FromMilliseconds(100),
            WatchStandsAfter = TimeSpan.FromMilliseconds(200),
            WatchAgainAfter = TimeSpan.FromMilliseconds(100),
        });
        registrations.AddScaiDriveJobHandlers();
        registrations.AddSingleton(provider => new ExtractionPool(
            new ExtractionOptions { Children = 1 }, provider.GetRequiredService<TimeProvider>(), NullLogger<ExtractionPool>.Instance));
        registrations.AddJobWorker(new QueueOptions
        {
            Slots = 4,
            RetryBase = TimeSpan.FromMilliseconds(20),
            RetryLimit = TimeSpan.FromMilliseconds(40),
            PollInterval = TimeSpan.FromMilliseconds(50),
            DrainTimeout = TimeSpan.FromSeconds(2),
        });
        more?.Invoke(registrations);
        var fleet = new Fleet(database, registrations.BuildServiceProvider(), directory, model);
        await fleet.Get<DriveStore>().EnsureLocalTenantAsync(CancellationToken.None);
        fleet.Share = await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.EnsureShareAsync("Team", CancellationToken.None));
        return fleet;
    }

    /// <summary>Starts workers, upkeep and the follower of the local index.</summary>
    internal async Task StartAsync()
    {
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
            running.Add(service);
        }
    }

    /// <summary>Stops them; what is enqueued then waits.</summary>
    internal async Task StopAsync()
    {
        foreach (var service in Enumerable.Reverse(running))
            await service.StopAsync(CancellationToken.None);
        running.Clear();
    }

    /// <summary>What a connector to a folder needs.</summary>
    internal NewConnector FolderAt(string root) => new()
    {
        Type = ConnectorTypes.Folder,
        Name = "Folder",
        Settings = JsonSerializer.SerializeToElement(new { root }),
        TargetShareId = Share.Id,
        OwnerId = DriveStore.LocalUserId,
    };

    /// <summary>Sets a connector up.</summary>
    internal Task<Connector> ConnectAsync(NewConnector wanted) =>
        InConnectorsAsync((store, transaction) => store.CreateAsync(transaction, Tenant, wanted, CancellationToken.None));

    /// <summary>Changes connectors in one transaction.</summary>
    internal async Task<T> InConnectorsAsync<T>(Func<ConnectorStore, NpgsqlTransaction, Task<T>> change)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await change(Get<ConnectorStore>(), transaction);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>Enqueues a job about a file as if somebody had asked for it.</summary>
    internal async Task EnqueueAsync<T>(T args, DriveFile file)
        where T : IJobArgs
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Get<JobQueue>().EnqueueAsync(
            transaction, args, FileJobs.Options(T.Kind, Tenant, file.Id, file.ChecksumSha256, QueueNames.Low, connector: null), CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Waits until something holds.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    internal async Task<T> WriteAsync<T>(ChangeOrigin origin, Func<DriveWriter, Task<T>> write)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var writer = Get<DriveStore>().Write(transaction, Tenant, DriveStore.LocalUserId, origin);
        var result = await write(writer);
        await writer.CompleteAsync(CancellationToken.None);
        await transaction.CommitAsync();
        return result;
    }

    internal Task<DriveFile> AddAsync(string name, string text, ChangeOrigin? origin = null) => AddAsync(name, Encoding.UTF8.GetBytes(text), origin);

    internal async Task<DriveFile> AddAsync(string name, byte[] content, ChangeOrigin? origin = null)
    {
        var stored = await Get<ContentStore>().WriteAsync(Tenant, new MemoryStream(content), null, CancellationToken.None);
        return await WriteAsync(origin ?? ChangeOrigin.Interactive(), writer => writer.CreateFileAsync(
            new NewFile(Share.Id, null, name, stored, "application/octet-stream", DateTimeOffset.UnixEpoch), CancellationToken.None));
    }

    internal async Task<DriveFile> ReplaceAsync(string fileId, string text)
    {
        var stored = await Get<ContentStore>().WriteAsync(Tenant, new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None);
        return await WriteAsync(ChangeOrigin.Interactive(), writer => writer.AddVersionAsync(fileId, stored, "text/plain", DateTimeOffset.UnixEpoch, CancellationToken.None));
    }

    /// <summary>Ends the wait for providers, as a change of one of them does.</summary>
    internal async Task WakeEmbeddingAsync()
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Get<ProviderLanes>().WakeAsync(transaction, await Get<EmbeddingProviders>().ListAsync(Tenant, CancellationToken.None), CancellationToken.None);
        await transaction.CommitAsync();
    }

    internal async Task SqlAsync(string sql)
    {
        // More than one statement may stand in it.
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    internal async Task<List<string>> ColumnAsync(string sql)
    {
        var values = new List<string>();
        await using var command = DataSource.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            values.Add(rows.GetString(0));
        return values;
    }

    /// <summary>Waits until no job waits or runs, and the local index has what was committed.</summary>
    internal async Task SettleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await ColumnAsync("SELECT kind FROM queue.job WHERE state IN ('available', 'scheduled', 'running', 'retryable')")).Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        await Get<LocalIndex>().CatchUpAsync(Tenant, limit.Token);
    }

    internal async Task<FileStatus> StatusAsync(string fileId) =>
        await Get<FileLedger>().FindAsync(Tenant, fileId, CancellationToken.None) ?? throw new InvalidOperationException($"The ledger does not know {fileId}.");

    internal async Task<List<string>> FindAsync(string query, bool byMeaning = false)
    {
        var request = new SearchRequest { TenantId = Tenant, Query = query };
        var search = Get<SearchService>();
        var answer = byMeaning
            ? await search.SemanticAsync(request, CancellationToken.None)
            : await search.KeywordAsync(request, CancellationToken.None);
        return [.. answer.Hits.Select(hit => hit.FileName)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(running))
            await service.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        await database.DisposeAsync();
        directory.Delete(recursive: true);
    }
}

/// <summary>Counts letters: enough meaning to tell texts apart, and it fails when told to.</summary>
internal sealed class StandInModel : IEmbeddingGenerator<string, Embedding<float>>, ITokenCounter
{
    internal bool IsDown { get; set; }

    internal int Embedded { get; private set; }

    /// <summary>A text it refuses for good.</summary>
    internal string? Refuses { get; set; }

    public int MaxTokens => 128;

    public int Count(ReadOnlySpan<char> text) => (text.Length / 4) + 1;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (IsDown)
            throw new HttpRequestException("The model is away.");
        var vectors = values.Select(text =>
        {
            if (Refuses is not null && text.Contains(Refuses, StringComparison.Ordinal))
                throw new ArgumentException("The model takes no such text.");
            Embedded++;
            var vector = new float[512];
            foreach (var letter in text)
                vector[letter % 512]++;
            var length = MathF.Sqrt(vector.Sum(x => x * x));
            return new Embedding<float>(vector.Select(x => x / length).ToArray());
        });
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>([.. vectors]));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
