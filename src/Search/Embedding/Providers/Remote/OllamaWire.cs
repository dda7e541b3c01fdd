using System.Text.Json;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Ollama's <c>POST /api/embed</c>.</summary>
internal sealed class OllamaWire(Uri endpoint, string model) : IEmbeddingWire
{
    private readonly Uri _address = endpoint.AbsolutePath.TrimEnd('/').EndsWith("/api/embed", StringComparison.Ordinal)
        ? endpoint
        : WireJson.Behind(endpoint, "/api/embed");

    // Not truncated in silence: what is too long is refused, and cut here with a note.
    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) =>
        WireJson.Post(_address, new Request(model, texts, Truncate: false), WireJson.Snake);

    public void Authorize(HttpRequestMessage request, string key) => WireJson.Bearer(request, key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var answer = await WireJson.ReadAsync<Response>(body, WireJson.Snake, cancellationToken);
        return new(answer.Embeddings ?? throw new JsonException("The answer has no 'embeddings'."), answer.PromptEvalCount);
    }

    private sealed record Request(string Model, IReadOnlyList<string> Input, bool Truncate);

    private sealed record Response(float[][]? Embeddings, long? PromptEvalCount);
}
