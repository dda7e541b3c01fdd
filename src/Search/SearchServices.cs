using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Search;

/// <summary>Adds this room to a host.</summary>
public static class SearchServices
{
    /// <summary>Adds the index, the ledger, the providers and the search service.</summary>
    /// <remarks>
    /// The host supplies the <see cref="NpgsqlDataSource"/>, an <see cref="ITokenCounter"/> where text is chunked, and one
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
        services.AddSingleton(provider => new FileLedger(provider.GetRequiredService<NpgsqlDataSource>(), options.Hints));
        services.AddEmbeddingProviders(options.ProviderHosts);
        services.AddSingleton<LocalIndex>();
        services.AddSingleton<ISearchEngine>(provider => provider.GetRequiredService<LocalIndex>());
        services.AddSingleton<SearchService>();
        services.AddSingleton<SearchHealth>();
        services.AddSingleton<SearchStats>();
        services.AddSingleton<SearchUpkeep>();
        if (options.Follow)
            services.AddHostedService<LocalIndexFollower>();
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
}
