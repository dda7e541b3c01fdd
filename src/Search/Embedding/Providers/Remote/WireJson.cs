using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>What the shapes share: JSON with snake_case names, bearer keys, and paths put behind an endpoint.</summary>
internal static class WireJson
{
    internal static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static readonly JsonSerializerOptions Camel = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static HttpRequestMessage Post<T>(Uri address, T body, JsonSerializerOptions options) =>
        new(HttpMethod.Post, address) { Content = JsonContent.Create(body, options: options) };

    internal static void Bearer(HttpRequestMessage request, string key) =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

    internal static async ValueTask<T> ReadAsync<T>(Stream body, JsonSerializerOptions options, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync<T>(body, options, cancellationToken) ?? throw new JsonException("The answer is null.");

    /// <summary>The endpoint with a path behind its own. Its query stays.</summary>
    internal static Uri Behind(Uri endpoint, string path) =>
        new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') + path }.Uri;
}
