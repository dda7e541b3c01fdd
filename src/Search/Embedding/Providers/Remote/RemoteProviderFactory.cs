using System.Net;
using Microsoft.Extensions.AI;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Opens providers of one type that is reached over the network.</summary>
internal sealed class RemoteProviderFactory(RemoteType type, SecretProtector secrets, ProviderHosts hosts, HttpClient http, TimeProvider time) : IEmbeddingProviderFactory
{
    // The largest request of all types: 2,048 vectors of 3,072 numbers, which take 13 (80 MB) to 21 characters (132 MB) each in JSON.
    private const int LargestAnswer = 128 * 1024 * 1024;

    public string Type => type.Name;

    /// <summary>One client for all providers of a process: no redirects, because the key would go with them, and no proxy, because the
    /// address that is checked must be the one that is connected to.</summary>
    internal static HttpClient NewClient(ProviderHosts hosts) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = hosts.ConnectAsync,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
        DefaultRequestHeaders = { { "User-Agent", "ScaiDrive" }, { "Accept", "application/json" } },
    };

    public IEmbeddingGenerator<string, Embedding<float>> Open(ProviderRow row)
    {
        var endpoint = row.Endpoint is null ? type.Endpoint : new Uri(row.Endpoint);
        if ((endpoint is null || endpoint != type.Endpoint) && hosts.Refusal(endpoint?.AbsoluteUri) is { } refusal)
            throw new ForbiddenHostException(refusal);
        var key = row.ProtectedApiKey is null ? null : secrets.Unprotect(row.ProtectedApiKey, ProviderRow.SecretContext(row.TenantId, row.Id));
        return new RemoteGenerator(row, type.Wire(row, endpoint), type.Limits(row.Model).Within(row.MaxTokensPerRequest), key, http, time);
    }
}
