using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Auditing;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Search;

/// <summary>Adds this room to a host.</summary>
public static class SearchServices
{
    /// <summary>Adds the index, the ledger, the providers and the search service.</summary>
    /// <remarks>
    /// The host supplies the <see cref="Database"/>, an <see cref="ITokenCounter"/> where text is chunked, and one
    /// <see cref="IEmbeddingProviderFactory"/> per provider type, such as <see cref="LocalProviderFactory"/>.
    /// </remarks>
    public static IServiceCollection AddSearch(this IServiceCollection services, SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<NotificationListener>();
        services.AddSingleton(options);
        services.AddSingleton<SearchMetrics>();
        services.AddSingleton(provider => new TextChunker(provider.GetRequiredService<ITokenCounter>(), options.Chunks));
        services.AddSingleton<ExtractedTextStore>();
        services.AddSingleton<OutdatedTexts>();
        services.AddSingleton<IndexWriter>();
        services.AddSingleton(provider => new FileLedger(provider.GetRequiredService<Database>(), options.Hints));
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<FileStates>();
        services.AddSingleton<ReworkEstimator>();
        services.AddSingleton<VectorSpaceProgress>();
        services.AddSingleton<FilesToRedo>();
        services.AddSingleton<IndexAudit>();
        if (options.Weaviate is { } weaviate)
            services.AddWeaviate(options, weaviate);
        else
            services.AddLocalIndex(options);
        services.AddEmbeddingProviders(options.ProviderHosts);
        services.AddSingleton<QueryFeedback>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<ContextService>();
        services.AddSingleton<SearchHealth>();
        services.AddSingleton<SearchStats>();
        services.AddSingleton<SearchUpkeep>();
        if (options.Upkeep)
            services.AddHostedService(provider => provider.GetRequiredService<SearchUpkeep>());
        services.AddHostedService<ProviderSampling>();
        return services;
    }

    /// <summary>Adds the providers of embeddings and every type that is reached over the network; the host adds <see cref="LocalProviderFactory"/>
    /// and the <see cref="SecretProtector"/> of their keys.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="listed">Hosts that providers may be reached at over http and at private addresses, as <see cref="ProviderHosts"/> says.</param>
    public static IServiceCollection AddEmbeddingProviders(this IServiceCollection services, IReadOnlyList<string> listed)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(new ProviderHosts(listed));
        services.AddKeyedSingleton<HttpClient>(typeof(RemoteProviderFactory), (provider, _) => RemoteProviderFactory.NewClient(provider.GetRequiredService<ProviderHosts>()));
        foreach (var type in ProviderTypes.Remote)
        {
            services.AddSingleton<IEmbeddingProviderFactory>(provider => new RemoteProviderFactory(
                type,
                provider.GetRequiredService<SecretProtector>(),
                provider.GetRequiredService<ProviderHosts>(),
                provider.GetRequiredKeyedService<HttpClient>(typeof(RemoteProviderFactory)),
                provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<ProviderWatch>();
        services.AddSingleton<ProviderHealth>();
        services.AddSingleton<ProviderStore>();
        services.AddSingleton<EmbeddingProviders>();
        return services;
    }

    private static void AddLocalIndex(this IServiceCollection services, SearchOptions options)
    {
        services.AddSingleton(provider => Local(provider, options));
        services.AddSingleton<ISearchEngine>(provider => provider.GetRequiredService<LocalIndex>());
        if (options.Follow)
            services.AddHostedService<LocalIndexFollower>();
    }

    // Whoever answers searches also keeps the words by itself, in a folder of its own, for the time when the server is away.
    private static void AddWeaviate(this IServiceCollection services, SearchOptions options, WeaviateOptions weaviate)
    {
        services.AddLocalIndex(options with { DataDirectory = Path.Combine(options.DataDirectory, "words"), LocalVectors = false });
        services.AddSingleton(provider => new WeaviateClient(weaviate, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WeaviateServer>();
        services.AddSingleton<WeaviateState>();
        services.AddSingleton<IndexFeed>();
        services.AddSingleton<TextAnalysis>();
        services.AddSingleton<HitLoader>();
        services.AddSingleton(provider => new WeaviateIndex(
            provider.GetRequiredService<IndexFeed>(), provider.GetRequiredService<TextAnalysis>(), provider.GetRequiredService<WeaviateState>(),
            provider.GetRequiredService<WeaviateServer>(), weaviate, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WeaviateIndex>>()));
        services.AddSingleton<ISearchEngine>(provider => new WeaviateEngine(
            provider.GetRequiredService<WeaviateServer>(), provider.GetRequiredService<WeaviateState>(), provider.GetRequiredService<IndexFeed>(),
            provider.GetRequiredService<TextAnalysis>(), provider.GetRequiredService<HitLoader>(), provider.GetRequiredService<LocalIndex>(), weaviate, provider.GetRequiredService<TimeProvider>()));
        if (options.Follow || options.Upkeep)
            services.AddHostedService<WeaviateFollower>();
    }

    private static LocalIndex Local(IServiceProvider provider, SearchOptions options) => new(
        provider.GetRequiredService<Database>(), options, provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<LocalIndex>>());
}
