using System.Collections.Frozen;
using ScaiDrive.Search.Embedding.Providers.Remote;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>The types a provider may have, and what is known of each.</summary>
public static class ProviderTypes
{
    /// <summary>The embedded model: no network, no key.</summary>
    public const string Local = "local";

    /// <summary>The one model of that type.</summary>
    public const string LocalModel = "use-lite-en";

    // Published limits: OpenAI and Azure take 2,048 texts and 300,000 tokens a request, 8,191 tokens a text; Cohere 96 texts; Titan one text
    // of 8,192 tokens; Text Embeddings Inference 32 texts and 16,384 tokens unless it is started otherwise. Where nothing is published a
    // size that servers take, halved when one does not.
    private static readonly FrozenDictionary<string, RemoteType> Known = new RemoteType[]
    {
        new("openai", new("https://api.openai.com/v1"), NeedsKey: true, _ => new(2048, 300_000, 8191, 4),
            (row, at) => OpenAiWire.At(at!, row.Model, Shortened(row))),
        new("openai_compatible", null, NeedsKey: false, _ => new(128, 100_000, 8191, 4),
            (row, at) => OpenAiWire.At(at!, row.Model, Shortened(row))),
        new("scaigrid", null, NeedsKey: true, _ => new(128, 100_000, 8191, 4),
            (row, at) => OpenAiWire.At(at!, row.Model, Shortened(row))),
        new("azure_openai", null, NeedsKey: true, _ => new(2048, 300_000, 8191, 4),
            (row, at) => new AzureOpenAiWire(at!, row.Model, Shortened(row))),
        new("cohere", new("https://api.cohere.com"), NeedsKey: true, model => new(96, 100_000, IsShort(model) ? 512 : 100_000, 4),
            (row, at) => new CohereWire(at!, row.Model, IsShort(row.Model) || row.Dimensions == 0 ? null : row.Dimensions)),
        new("hugging_face", HuggingFaceWire.Router, NeedsKey: false, _ => new(32, 16_384, 512, 4),
            (row, at) => new HuggingFaceWire(at, row.Model)),
        new("ollama", new("http://127.0.0.1:11434"), NeedsKey: false, _ => new(64, 100_000, 2048, 2),
            (row, at) => new OllamaWire(at!, row.Model)),
        new("bedrock", null, NeedsKey: true, model => BedrockWire.IsCohere(model) ? new(96, 100_000, 512, 4) : new(1, 8192, 8192, 8),
            (row, at) => new BedrockWire(at!, row.Model, row.Model.Contains("embed-text-v2", StringComparison.Ordinal) && row.Dimensions > 0 ? row.Dimensions : null)),
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>Every name, <see cref="Local"/> first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Local, .. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether a provider of this type cannot do without a key.</summary>
    public static bool NeedsKey(string type) => Known.TryGetValue(type, out var remote) && remote.NeedsKey;

    /// <summary>Whether a provider of this type must say where it is.</summary>
    public static bool NeedsEndpoint(string type) => Known.TryGetValue(type, out var remote) && remote.Endpoint is null;

    /// <summary>Where requests go when the provider does not say; null: it must, or needs no network.</summary>
    public static Uri? DefaultEndpoint(string type) => Known.GetValueOrDefault(type)?.Endpoint;

    internal static IEnumerable<RemoteType> Remote => Known.Values;

    // The third generation of OpenAI's models can be asked for shorter vectors; others refuse the member.
    private static int? Shortened(ProviderRow row) =>
        row.Dimensions > 0 && row.Model.Contains("text-embedding-3", StringComparison.Ordinal) ? row.Dimensions : null;

    // Cohere's models before version 4 read 512 tokens and have one length.
    private static bool IsShort(string model) => !model.Contains("v4", StringComparison.Ordinal);
}

/// <summary>A type that is reached over the network.</summary>
/// <param name="Name">As in a provider's row.</param>
/// <param name="Endpoint">Where it is, unless the row says otherwise.</param>
/// <param name="NeedsKey">Whether it answers nobody without a key.</param>
/// <param name="Limits">What one request may hold, by model.</param>
/// <param name="Wire">How it is spoken to.</param>
internal sealed record RemoteType(
    string Name, Uri? Endpoint, bool NeedsKey, Func<string, ProviderLimits> Limits, Func<ProviderRow, Uri?, IEmbeddingWire> Wire);
