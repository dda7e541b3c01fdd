using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Auditing;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Support;

/// <summary>The API on a loopback port of its own, over a fresh database and a fresh content directory. No worker runs.</summary>
public sealed class RunningApi : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("scaidrive-api-");
    private TestDatabase _database = null!;
    private WebApplication _app = null!;

    public static CancellationToken Stop => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    /// <summary>Sends no header of its own, follows no redirect.</summary>
    public HttpClient Client { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public Database Database => _database.DataSource;

    public string ContentRoot => Path.Combine(_directory.FullName, "content");

    /// <summary>Where folder connectors may read.</summary>
    public string SourceRoot => Path.Combine(_directory.FullName, "sources");

    /// <summary>Answers searches as a test says.</summary>
    public ScriptedEngine Engine { get; } = new();

    public SwitchableEmbedding Embedding { get; } = new();

    /// <summary>Every line of the access log.</summary>
    public ConcurrentQueue<string> AccessLog { get; } = new();

    /// <summary>A share every test may put files into.</summary>
    public Share Share { get; private set; } = null!;

    /// <summary>Set before <see cref="InitializeAsync"/>: a data source other than the fresh database, to see the API without one.</summary>
    public Func<Database, Database>? ReplaceDatabase { get; init; }

    /// <summary>Set before <see cref="InitializeAsync"/>: who vouches for callers. Null: everybody is the local admin.</summary>
    public IdentityOptions? Identity { get; init; }

    /// <summary>Set before <see cref="InitializeAsync"/>: how people sign in.</summary>
    public SignInOptions SignIn { get; init; } = new();

    /// <summary>Set before <see cref="InitializeAsync"/>: how much callers may ask for.</summary>
    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>Set before <see cref="InitializeAsync"/>: the clock of the API.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations);
        Directory.CreateDirectory(SourceRoot);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new AccessLogCapture(AccessLog));

        builder.Services.AddSingleton(ReplaceDatabase?.Invoke(_database.DataSource) ?? _database.DataSource);
        builder.Services.AddSingleton(Time);
        builder.Services.AddDrive(new ContentStoreOptions { Root = ContentRoot });
        builder.Services.AddJobQueue();
        builder.Services.AddSingleton<SearchMetrics>();
        builder.Services.AddSingleton<IEmbeddingProviderFactory>(new LocalProviderFactory(() => Embedding));
        builder.Services.AddSingleton(new SecretProtector([new byte[32]]));
        builder.Services.AddEmbeddingProviders(ProviderHosts.Default);
        builder.Services.AddSingleton<ProviderLanes>();
        builder.Services.AddSingleton<ProviderRules>();
        builder.Services.AddSingleton<ProviderAdmin>();
        builder.Services.AddSingleton<ISearchEngine>(Engine);
        builder.Services.AddSingleton<QueryFeedback>();
        builder.Services.AddSingleton<SearchService>();
        builder.Services.AddSingleton<ITokenCounter, WordTokens>();
        builder.Services.AddSingleton<ContextService>();
        builder.Services.AddSingleton<SearchHealth>();
        builder.Services.AddSingleton<IndexWriter>();
        builder.Services.AddSingleton(services => new FileLedger(services.GetRequiredService<Database>(), ReasonCodes.Hints));
        builder.Services.AddSingleton<ExtractedTextStore>();
        builder.Services.AddSingleton<OutdatedTexts>();
        builder.Services.AddSingleton<OcrSwitch>();
        builder.Services.AddSingleton<ExtractionRedo>();
        builder.Services.AddSingleton<PolicyStore>();
        builder.Services.AddSingleton<FileStates>();
        builder.Services.AddSingleton<ReworkEstimator>();
        builder.Services.AddSingleton<VectorSpaceProgress>();
        builder.Services.AddSingleton<PolicyChanges>();
        builder.Services.AddSingleton<FilesToRedo>();
        builder.Services.AddSingleton<Reindexing>();
        builder.Services.AddSingleton<IndexAudit>();
        builder.Services.AddSingleton<IndexChecks>();
        builder.Services.AddSingleton<FileExplainer>();
        builder.Services.AddSingleton<IndexedFileExplainer>();
        builder.Services.AddSingleton<AbsentFileExplainer>();
        builder.Services.AddSingleton<ConnectorExplainer>();
        builder.Services.AddConnectors(new ConnectorOptions { AllowedRoots = [SourceRoot] });
        builder.Services.AddSingleton<ConnectorRuns>();
        builder.Services.AddSingleton<ConnectorAdmin>();
        builder.Services.AddScaiDriveApi(new ApiOptions { RefreshEvery = TimeSpan.FromMilliseconds(50), Identity = Identity, SignIn = SignIn, RateLimits = RateLimits });

        _app = builder.Build();
        _app.MapScaiDriveApi();
        _app.MapGet("/test/throws", () => { throw new InvalidOperationException("secret detail at /some/path"); }).ExcludeFromDescription().RequireScope(Scope.SignedIn);
        _app.MapGet("/test/disk-full", () => { throw new IOException("No space left on device", 28); }).ExcludeFromDescription().RequireScope(Scope.SignedIn);
        _app.MapGet("/test/undeclared", () => "text").ExcludeFromDescription();
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = NewClient();
        if (ReplaceDatabase is null)
        {
            await Drive.EnsureLocalTenantAsync(Stop);
            Share = await WriteAsync(writer => writer.EnsureShareAsync("Library", Stop));
        }
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    public DriveStore Drive => Services.GetRequiredService<DriveStore>();

    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { BaseAddress = Address };

    /// <summary>Writes to Drive in one transaction.</summary>
    public async Task<T> WriteAsync<T>(Func<DriveWriter, Task<T>> write)
    {
        await using var connection = await Database.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        var writer = Drive.Write(transaction, DriveStore.LocalTenantId, DriveStore.LocalUserId, ChangeOrigin.Interactive());
        var result = await write(writer);
        await writer.CompleteAsync(Stop);
        await transaction.CommitAsync(Stop);
        return result;
    }

    /// <summary>Puts a file into the share without HTTP.</summary>
    public async Task<DriveFile> AddFileAsync(string name, string text = "text", string mimeType = "text/plain")
    {
        var content = await Services.GetRequiredService<ContentStore>().WriteAsync(
            DriveStore.LocalTenantId, new MemoryStream(Encoding.UTF8.GetBytes(text)), null, Stop);
        return await WriteAsync(writer => writer.CreateFileAsync(new NewFile(Share.Id, null, name, content, mimeType, DateTimeOffset.UnixEpoch), Stop));
    }

    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = await Database.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>A job as a worker left it after its last attempt.</summary>
    public Task<long> AddDiscardedJobAsync(string message, string? subjectId = null, string kind = "extract-text", string tenant = DriveStore.LocalTenantId) => AddJobAsync(
        """
        WITH new AS MATERIALIZED (SELECT nextval('queue.job_id') AS id, queue.lane_of($4, 'low', $1, NULL, NULL) AS lane),
        counted AS (INSERT INTO queue.tally_change (lane, discarded) SELECT lane, 1 FROM new)
        INSERT INTO queue.job (tenant_id, id, lane, kind, state, args, subject_id, attempt, max_attempts, started_at, discarded_at, worker_id, error_code, error_message)
        SELECT $4, id, lane, $1, 'discarded', '{"file_id":"fil_x"}', $2, 3, 3, now(), now(), NULL, 'extractor_crashed', $3 FROM new
        RETURNING id
        """,
        kind, subjectId, message, tenant);

    /// <summary>A job that waits for a worker.</summary>
    public Task<long> AddWaitingJobAsync(string kind = "extract-text", string? connector = null, string queue = "low", string? subjectId = null) => AddJobAsync(
        """
        WITH new AS MATERIALIZED (SELECT nextval('queue.job_id') AS id, queue.lane_of('tnt_local', $2, $1, $3, NULL) AS lane),
        counted AS (INSERT INTO queue.tally_change (lane, available) SELECT lane, 1 FROM new)
        INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, args, subject_id, max_attempts)
        SELECT 'tnt_local', id, lane, $1, 'available', id, '{}', $4, 3 FROM new
        RETURNING id
        """,
        kind, queue, connector, subjectId);

    /// <summary>A job that a worker holds, with progress.</summary>
    public Task<long> AddRunningJobAsync(string kind, long done, long total, string? subjectId = null) => AddJobAsync(
        """
        WITH new AS MATERIALIZED (
            SELECT nextval('queue.job_id') AS id, nextval('queue.lease_number') AS lease, queue.lane_of('tnt_local', 'high', $1, NULL, NULL) AS lane),
        counted AS (INSERT INTO queue.tally_change (lane, running) SELECT lane, 1 FROM new),
        worker AS (INSERT INTO queue.worker (id, name, slots, kinds, lease_time) VALUES ('w', 'w', 4, ARRAY['extract-text'], interval '1 hour') ON CONFLICT DO NOTHING),
        held AS (INSERT INTO queue.claim (lease, worker_id, tenant_ids, job_ids) SELECT lease, 'w', ARRAY['tnt_local'], ARRAY[id] FROM new),
        job AS (
            INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, args, subject_id, attempt, max_attempts, started_at, worker_id, lease)
            SELECT 'tnt_local', id, lane, $1, 'running', id, '{}', $2, 1, 3, now() - interval '95 seconds', 'w', lease FROM new)
        INSERT INTO queue.job_progress (tenant_id, job_id, done, total, message)
        SELECT 'tnt_local', id, $3::bigint, $4::bigint, 'page ' || $3 FROM new
        RETURNING job_id
        """,
        kind, subjectId, $"{done}", $"{total}");

    private async Task<long> AddJobAsync(string sql, params string?[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private sealed class AccessLogCapture(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        private bool _wanted;

        public ILogger CreateLogger(string categoryName) => new AccessLogCapture(lines) { _wanted = categoryName == "ScaiDrive.Access" };

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_wanted)
                lines.Enqueue(formatter(state, exception));
            if (Environment.GetEnvironmentVariable("SCAIDRIVE_TEST_LOG") is not null && logLevel >= LogLevel.Warning)
                Console.WriteLine($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}

/// <summary>Reading answers.</summary>
internal static class Answers
{
    extension(HttpResponseMessage response)
    {
        internal async Task<JsonElement> JsonAsync()
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(RunningApi.Stop));
            return document.RootElement.Clone();
        }

        internal string RequestId => Assert.Single(response.Headers.GetValues("X-Request-Id"));

        /// <summary>The whole contract of a failure, then its body for what is special to the case.</summary>
        internal async Task<JsonElement> ErrorAsync(HttpStatusCode status, string code)
        {
            var text = await response.Content.ReadAsStringAsync(RunningApi.Stop);
            Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            var body = JsonDocument.Parse(text).RootElement;
            Assert.Equal("error", body.GetProperty("status").GetString());
            var error = body.GetProperty("error");
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
            Assert.Equal(JsonValueKind.Object, error.GetProperty("details").ValueKind);
            Assert.Equal(status == HttpStatusCode.UnprocessableEntity ? JsonValueKind.Array : JsonValueKind.String, body.GetProperty("detail").ValueKind);
            Assert.Equal(response.RequestId, body.GetProperty("meta").GetProperty("request_id").GetString());
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
            return body;
        }
    }
}
