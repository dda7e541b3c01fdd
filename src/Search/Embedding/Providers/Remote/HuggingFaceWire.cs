using System.Text.Json;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Hugging Face's feature extraction: the Inference router, or an endpoint of one's own (Text Embeddings Inference).</summary>
/// <param name="endpoint">Null: the router. Otherwise the address that takes the request, as it is.</param>
/// <param name="model">Which model of the router.</param>
internal sealed class HuggingFaceWire(Uri? endpoint, string model) : IEmbeddingWire
{
    internal static readonly Uri Router = new("https://router.huggingface.co/hf-inference");

    // A model's name is OWNER/NAME: its slash belongs to the path.
    private readonly Uri _address = endpoint is null || endpoint == Router
        ? WireJson.Behind(Router, $"/models/{string.Join('/', model.Split('/').Select(Uri.EscapeDataString))}/pipeline/feature-extraction")
        : endpoint;

    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) => WireJson.Post(_address, new Request(texts), WireJson.Snake);

    public void Authorize(HttpRequestMessage request, string key) => WireJson.Bearer(request, key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return new(await WireJson.ReadAsync<float[][]>(body, WireJson.Snake, cancellationToken), null);
        }
        catch (JsonException fault) when (fault.Path is { } path && path.StartsWith("$[0][0]", StringComparison.Ordinal))
        {
            throw new JsonException("The model answers a vector for each token, not for each text. Choose a sentence-transformers model.", fault);
        }
    }

    private sealed record Request(IReadOnlyList<string> Inputs);
}
