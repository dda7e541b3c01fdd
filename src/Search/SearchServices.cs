using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Auditing;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;
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
        services.AddSingleton<EmbeddingProviders>();
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<FileStates>();
        services.AddSingleton<ReworkEstimator>();
        services.AddSingleton<VectorSpaceProgress>();
        services.AddSingleton<FilesToRedo>();
        services.AddSingleton<IndexAudit>();
        services.AddSingleton<LocalIndex>();
        services.AddSingleton<ISearchEngine>(provider => provider.GetRequiredService<LocalIndex>());
        services.AddSingleton<QueryFeedback>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<ContextService>();
        services.AddSingleton<SearchHealth>();
        services.AddSingleton<SearchStats>();
        services.AddSingleton<SearchUpkeep>();
        if (options.Follow)
            services.AddHostedService<LocalIndexFollower>();
        if (options.Upkeep)
            services.AddHostedService(provider => provider.GetRequiredService<SearchUpkeep>());
        return services;
    }
}
