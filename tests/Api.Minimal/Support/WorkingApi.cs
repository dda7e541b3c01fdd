using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Support;

/// <summary>The whole product in one process, as the host puts it together: API, workers, index. Only the embedding model is a stand-in.</summary>
public sealed class WorkingApi : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("scaidrive-working-");
    private readonly TestDatabase database;
    private readonly WebApplication app;

    private WorkingApi(TestDatabase database)
    {
        this.database = database;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        AddRooms(builder.Services);
        app = builder.Build();
        app.MapScaiDriveApi();
    }

    public HttpClient Client { get; private set; } = null!;

    public Share Share { get; private set; } = null!;

    public string SourceRoot => Path.Combine(directory.FullName, "sources");

    public static async Task<WorkingApi> StartAsync()
    {
        var api = new WorkingApi(await TestDatabase.CreateAsync(DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations));
        await api.StartHostAsync();
        return api;
    }

    /// <summary>Sends JSON and expects a status.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected == answer.StatusCode, $"{method} {path}: {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, HttpStatusCode.OK);

    /// <summary>Starts a run of a connector, waits for its end, and gives back what the API says about it.</summary>
    public async Task<JsonElement> SyncAsync(string connector, string? json = null)
    {
        var before = (await GetAsync($"{connector}/jobs?limit=1")).GetProperty("jobs") is { } runs && runs.GetArrayLength() > 0 ? runs[0].GetProperty("id").GetString() : null;
        await UntilAsync(async () =>
        {
            // A run that the source or the schedule asked for may be going on.
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{connector}/sync");
            if (json is not null)
                request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
            using var answer = await Client.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.Accepted;
        });
        JsonElement newest = default;
        await UntilAsync(async () =>
        {
            newest = (await GetAsync($"{connector}/jobs?limit=5")).GetProperty("jobs").EnumerateArray()
                .FirstOrDefault(run => run.GetProperty("trigger").GetString() == "manual");
            return newest.ValueKind == JsonValueKind.Object && newest.GetProperty("id").GetString() != before && newest.GetProperty("status").GetString() != "running";
        });
        return newest;
    }

    /// <summary>Names of the files that a word finds.</summary>
    public async Task<List<string>> FindAsync(string word) =>
        [.. (await GetAsync($"/api/v1/search?q={Uri.EscapeDataString(word)}")).GetProperty("results").EnumerateArray().Select(hit => hit.GetProperty("name").GetString()!)];

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private void AddRooms(IServiceCollection services)
    {
        Directory.CreateDirectory(SourceRoot);
        services.AddSingleton(database.DataSource);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NotificationListener>();
        services.AddSingleton(new SecretProtector([new byte[32]]));
        services.AddDrive(new ContentStoreOptions { Root = Path.Combine(directory.FullName, "content") });
        services.AddJobQueue();
        services.AddConnectors(new ConnectorOptions { AllowedRoots = [SourceRoot] });
        services.AddSingleton<ITokenCounter, WordTokens>();
        services.AddSingleton<IEmbeddingProviderFactory>(new LocalProviderFactory(() => new SwitchableEmbedding()));
        services.AddSearch(new SearchOptions { DataDirectory = Path.Combine(directory.FullName, "index"), Hints = ReasonCodes.Hints });
        services.AddScaiDriveJobs(new JobsOptions { LookForWatchedEvery = TimeSpan.FromMilliseconds(200), GatherHintsFor = TimeSpan.FromMilliseconds(200) });
        services.AddScaiDriveJobHandlers();
        services.AddSingleton(provider => new ExtractionPool(
            new ExtractionOptions { Children = 1 }, provider.GetRequiredService<TimeProvider>(), NullLogger<ExtractionPool>.Instance));
        services.AddJobWorker(new QueueOptions
        {
            Slots = 4,
            RetryBase = TimeSpan.FromMilliseconds(20),
            RetryLimit = TimeSpan.FromMilliseconds(40),
            PollInterval = TimeSpan.FromMilliseconds(50),
            DrainTimeout = TimeSpan.FromSeconds(2),
        });
        services.AddScaiDriveApi(new ApiOptions());
    }

    private async Task StartHostAsync()
    {
        var drive = app.Services.GetRequiredService<DriveStore>();
        await drive.EnsureLocalTenantAsync(CancellationToken.None);
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var writer = drive.Write(transaction, DriveStore.LocalTenantId, DriveStore.LocalUserId, ChangeOrigin.Interactive());
            Share = await writer.EnsureShareAsync("Team", CancellationToken.None);
            await writer.CompleteAsync(CancellationToken.None);
            await transaction.CommitAsync();
        }

        await app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }
}
