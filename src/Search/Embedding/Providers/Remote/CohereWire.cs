using System.Text.Json;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Cohere's <c>POST /v2/embed</c>: documents and queries are told apart.</summary>
internal sealed class CohereWire(Uri endpoint, string model, int? dimensions) : IEmbeddingWire
{
    private readonly Uri _address = endpoint.AbsolutePath.TrimEnd('/').EndsWith("/embed", StringComparison.Ordinal)
        ? endpoint
        : WireJson.Behind(endpoint, endpoint.AbsolutePath == "/" ? "/v2/embed" : "/embed");

    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) =>
        WireJson.Post(_address, new Request(model, texts, InputType(isQuery), ["float"], "NONE", dimensions), WireJson.Snake);

    public void Authorize(HttpRequestMessage request, string key) => WireJson.Bearer(request, key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var answer = await WireJson.ReadAsync<Response>(body, WireJson.Snake, cancellationToken);
        return new(answer.Embeddings?.Float ?? throw new JsonException("The answer has no 'embeddings.float'."), answer.Meta?.BilledUnits?.InputTokens);
    }

    internal static string InputType(bool isQuery) => isQuery ? "search_query" : "search_document";

    private sealed record Request(
        string Model, IReadOnlyList<string> Texts, string InputType, string[] EmbeddingTypes, string Truncate, int? OutputDimension);

    private sealed record Response(ByType? Embeddings, MetaPart? Meta);

    private sealed record ByType(float[][]? Float);

    private sealed record MetaPart(BilledPart? BilledUnits);

    private sealed record BilledPart(long? InputTokens);
}
