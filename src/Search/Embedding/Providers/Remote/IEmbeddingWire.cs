namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>How one kind of service is spoken to: the shape of its requests and of its answers.</summary>
internal interface IEmbeddingWire
{
    /// <summary>The request for some texts, without the key.</summary>
    HttpRequestMessage Ask(IReadOnlyList<string> texts, bool isQuery);

    /// <summary>Names the key in a request.</summary>
    void Authorize(HttpRequestMessage request, string key);

    /// <summary>Reads an answer; one vector for each text, in their order.</summary>
    /// <exception cref="System.Text.Json.JsonException">It has another shape.</exception>
    ValueTask<WireAnswer> ReadAsync(Stream body, CancellationToken cancellationToken);
}

/// <summary>What a service answered.</summary>
/// <param name="Vectors">In the order of the texts.</param>
/// <param name="Tokens">Tokens it says it has read; null when it does not.</param>
internal sealed record WireAnswer(IReadOnlyList<float[]> Vectors, long? Tokens);
