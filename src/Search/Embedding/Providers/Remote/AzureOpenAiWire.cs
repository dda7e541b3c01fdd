namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>OpenAI's shape at an address of Azure: the deployment stands in the path, the key in <c>api-key</c>.</summary>
/// <remarks>The endpoint is the resource (<c>https://NAME.openai.azure.com</c>; the deployment is then named as the model), a deployment
/// (<c>…/openai/deployments/NAME</c>), or the newer <c>…/openai/v1</c>.</remarks>
internal sealed class AzureOpenAiWire(Uri endpoint, string model, int? dimensions) : IEmbeddingWire
{
    // The newest stable version of the data plane's REST interface; another stands in the endpoint's query.
    private const string ApiVersion = "2024-10-21";

    private readonly Uri _address = AddressOf(endpoint, model);

    private bool IsV1 => endpoint.AbsolutePath.TrimEnd('/').EndsWith("/openai/v1", StringComparison.Ordinal);

    public HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery) =>
        WireJson.Post(_address, new OpenAiWire.Request(IsV1 ? model : null, texts, "float", dimensions), WireJson.Snake);

    public void Authorize(HttpRequestMessage request, string key) => request.Headers.Add("api-key", key);

    public async ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken) =>
        (await WireJson.ReadAsync<OpenAiWire.Response>(body, WireJson.Snake, cancellationToken)).ToAnswer();

    private static Uri AddressOf(Uri endpoint, string model)
    {
        var path = endpoint.AbsolutePath.TrimEnd('/');
        if (path.EndsWith("/openai/v1", StringComparison.Ordinal))
            return WireJson.Behind(endpoint, "/embeddings");
        var address = OpenAiWire.Full(endpoint) ? endpoint
            : WireJson.Behind(endpoint, path.Contains("/deployments/", StringComparison.Ordinal) ? "/embeddings" : $"/openai/deployments/{Uri.EscapeDataString(model)}/embeddings");
        return address.Query.Length > 1 ? address : new UriBuilder(address) { Query = $"api-version={ApiVersion}" }.Uri;
    }
}
