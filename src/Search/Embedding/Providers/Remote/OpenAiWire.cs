using System.Text.Json;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>The shape of OpenAI's <c>POST /v1/embeddings</c>, which many services speak.</summary>
/// <param name="address">The whole address.</param>
/// <param name="model">Named in each request.</param>
/// <param name="dimensions">Asked for, where the model can be shortened; null: as the model gives.</param>
internal sealed class OpenAiWire(Uri address, string model, int? dimensions) : IEmbeddingWire
{
    private const string Path = "/embeddings";

    /// <summary>Below an endpoint such as <c>https://api.openai.com/v1</c>; without any path, below <c>/v1</c>. A full address is taken as it is.</summary>
    internal static OpenAiWire At(Uri endpoint, string model, int? dimensions) =>
        new(Full(endpoint) ? endpoint : WireJson.Behind(endpoint, endpoint.AbsolutePath == "/" ? "/v1" + Path : Path), model, dimensions);

    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) =>
        WireJson.Post(address, new Request(model, texts, "float", dimensions), WireJson.Snake);

    public void Authorize(HttpRequestMessage request, string key) => WireJson.Bearer(request, key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken) =>
        (await WireJson.ReadAsync<Response>(body, WireJson.Snake, cancellationToken)).ToAnswer();

    internal static bool Full(Uri endpoint) => endpoint.AbsolutePath.TrimEnd('/').EndsWith(Path, StringComparison.Ordinal);

    internal sealed record Request(string? Model, IReadOnlyList<string> Input, string EncodingFormat, int? Dimensions);

    internal sealed record Response(IReadOnlyList<Item>? Data, Usage? Usage)
    {
        // The order is told by index; services that leave it out answer in order.
        internal WireAnswer ToAnswer() => Data is null
            ? throw new JsonException("The answer has no 'data'.")
            : new([.. Data.OrderBy(item => item.Index).Select(item => item.Embedding ?? throw new JsonException("An item has no 'embedding'."))], Usage?.PromptTokens ?? Usage?.TotalTokens);
    }

    internal sealed record Item(int Index, float[]? Embedding);

    internal sealed record Usage(long? PromptTokens, long? TotalTokens);
}
