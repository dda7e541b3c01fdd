using System.Net;
using Microsoft.Extensions.Logging.Console;
using ScaiDrive.Api.Minimal;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;
using ScaiDrive.Workers.Host.Configuration;
using ScaiDrive.Workers.Host.Upping;

namespace ScaiDrive.Workers.Host;

/// <summary>Which parts a role consists of.</summary>
internal sealed record HostParts
{
    /// <summary>HTTP API, pages, and the local index that answers searches.</summary>
    public bool Api { get; init; }

    /// <summary>Job slots, sandboxed children, upkeep.</summary>
    public bool Worker { get; init; }

    /// <summary>How long a stop waits for running jobs before it hands them back. Default 20 seconds, as a rolling
    /// deployment allows; <c>up</c> is short, because a person waits for their prompt.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>Puts the rooms together: the only place that knows them all.</summary>
internal static class Composition
{
    internal static WebApplication BuildWebHost(HostSettings settings, Database dataSource, HostParts parts)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // The operator's variables are read and checked in one place; no other file or variable has a say.
        builder.Configuration.Sources.Clear();
        AddLogging(builder.Logging, settings.LogLevel);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Parse(settings.BindAddress), settings.Port);
        });
        // Longer than the drain of the workers, so that they hand their jobs back themselves.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(40));

        AddRooms(builder.Services, settings, dataSource, parts);
        if (parts.Api)
            builder.Services.AddScaiDriveApi(new ApiOptions { Identity = settings.Identity, SignIn = settings.SignIn, RateLimits = settings.RateLimits });
        else
            builder.Services.AddScaiDriveMetrics();

        var app = builder.Build();
        // Loaded now: a model that cannot be loaded has to stop the host, not every file's job.
        app.Services.GetRequiredService<LocalEmbeddingGenerator>();
        foreach (var warning in settings.Warnings)
            app.Logger.LogWarning("{Warning}", warning);
        if (parts.Api)
            app.MapScaiDriveApi();
        else
            app.MapScaiDriveMetrics();
        return app;
    }

    private static void AddRooms(IServiceCollection services, HostSettings settings, Database dataSource, HostParts parts)
    {
        Directory.CreateDirectory(settings.DataDirectory);
        services.AddSingleton(dataSource);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NotificationListener>();
        services.AddSingleton(new SecretProtector(settings.SecretKeys.Count > 0 ? settings.SecretKeys : [SecretKeyFile.ReadOrMake(settings.DataDirectory)]));

        services.AddDrive(new ContentStoreOptions { Root = Path.Combine(settings.DataDirectory, "content") });
        services.AddJobQueue();
        services.AddConnectors(new ConnectorOptions
        {
            AllowedRoots = settings.ConnectorRoots,
            ExcludedDirectories = [settings.DataDirectory],
            TicketCacheDirectories = settings.KerberosCaches,
        });
        services.AddSingleton(_ => LocalEmbeddingGenerator.Load(RequireWeights(settings)));
        services.AddSingleton<ITokenCounter>(provider => provider.GetRequiredService<LocalEmbeddingGenerator>());
        services.AddSingleton<IEmbeddingProviderFactory>(provider => new LocalProviderFactory(provider.GetRequiredService<LocalEmbeddingGenerator>));
        services.AddSearch(new SearchOptions
        {
            DataDirectory = settings.IndexDirectory,
            Follow = parts.Api,
            Upkeep = parts.Worker,
            Weaviate = settings.Weaviate,
            Hints = ReasonCodes.Hints,
            ProviderHosts = settings.ProviderHosts,
        });
        services.AddScaiDriveJobs(new JobsOptions { OcrLanguages = settings.OcrLanguages });
        services.AddSingleton<FolderMirror>();
        services.AddSingleton<IndexingProgress>();

        if (!parts.Worker)
            return;
        services.AddSingleton(provider => new ExtractionPool(
            settings.Extraction with { TemporaryDirectory = Path.Combine(settings.DataDirectory, "tmp") },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ExtractionPool>>()));
        services.AddScaiDriveJobHandlers();
        services.AddJobWorker(new QueueOptions { Slots = settings.WorkerSlots, DrainTimeout = parts.Drain });
    }

    /// <exception cref="BadSettingsException">They are not there.</exception>
    internal static string RequireWeights(HostSettings settings) =>
        settings.WeightsDirectory ?? throw new BadSettingsException(
            ["SCAIDRIVE_WEIGHTS_DIR: The local embedding model is not configured. Start through ./run, which installs it, or name the directory that holds its model.json."]);

    private static void AddLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", level < LogLevel.Warning && level > LogLevel.Debug ? LogLevel.Warning : level);
        // Standard output belongs to what a command answers; the log goes beside it, in UTC.
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
