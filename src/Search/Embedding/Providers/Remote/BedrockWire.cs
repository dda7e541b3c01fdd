using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Amazon Bedrock's <c>POST /model/ID/invoke</c> with a Bedrock API key: Titan takes one text a request, Cohere several.</summary>
internal sealed class BedrockWire(Uri endpoint, string model, int? dimensions) : IEmbeddingWire
{
    private readonly Uri _address = WireJson.Behind(endpoint, $"/model/{Uri.EscapeDataString(model)}/invoke");

    internal static bool IsCohere(string model) => model.Contains("cohere.", StringComparison.Ordinal);

    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) => IsCohere(model)
        ? WireJson.Post(_address, new CohereRequest(texts, CohereWire.InputType(isQuery), "NONE"), WireJson.Snake)
        : WireJson.Post(_address, new TitanRequest(texts.Single(), dimensions), WireJson.Camel);

    public void Authorize(HttpRequestMessage request, string key) => WireJson.Bearer(request, key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        if (!IsCohere(model))
        {
            var titan = await WireJson.ReadAsync<TitanResponse>(body, WireJson.Camel, cancellationToken);
            return new([titan.Embedding ?? throw new JsonException("The answer has no 'embedding'.")], titan.InputTextTokenCount);
        }

        // Version 3 answers a list, version 4 one list for each type of number.
        var cohere = await WireJson.ReadAsync<CohereResponse>(body, WireJson.Snake, cancellationToken);
        var vectors = cohere.Embeddings.ValueKind == JsonValueKind.Object && cohere.Embeddings.TryGetProperty("float", out var floats) ? floats : cohere.Embeddings;
        return new(vectors.Deserialize<float[][]>() ?? throw new JsonException("The answer has no 'embeddings'."), null);
    }

    private sealed record TitanRequest(string InputText, int? Dimensions);

    private sealed record TitanResponse(float[]? Embedding, long? InputTextTokenCount);

    private sealed record CohereRequest(IReadOnlyList<string> Texts, string InputType, string Truncate);

    private sealed record CohereResponse([property: JsonRequired] JsonElement Embeddings);
}
