using Microsoft.Extensions.AI;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>A configured source of embeddings.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Id">Key of the row.</param>
/// <param name="Name">What the admin calls it.</param>
/// <param name="Type">Which factory makes it; <c>local</c> by default.</param>
/// <param name="Endpoint">Base address of a remote provider.</param>
/// <param name="ProtectedApiKey">Its key as stored, encrypted.</param>
/// <param name="Model">The model; part of the key of every vector.</param>
/// <param name="Dimensions">Length of its vectors.</param>
/// <param name="MaxTokensPerRequest">Limit of one request; null: none known.</param>
/// <param name="Ocr">Whether pages without text are recognized, when the policy does not say.</param>
/// <param name="IsDefault">Whether policies without a provider use this one.</param>
/// <param name="UpdatedAt">Last change; a changed row is opened anew.</param>
public sealed record ProviderRow(
    string TenantId, string Id, string Name, string Type, string? Endpoint, string? ProtectedApiKey, string Model,
    int Dimensions, int? MaxTokensPerRequest, bool Ocr, bool IsDefault, DateTimeOffset UpdatedAt)
{
    /// <summary>Its place among those that stand in for a failing provider of the same model, lowest first; null: it never does.</summary>
    public int? FallbackOrder { get; init; }

    /// <summary>What a million tokens cost, in whatever currency the admin thinks; null: not known.</summary>
    public decimal? CostPerMillionTokens { get; init; }

    /// <summary>What its key is encrypted for: in another row it does not open.</summary>
    public static string SecretContext(string tenantId, string id) => $"provider {tenantId} {id}";
}

/// <summary>A rule for some files. The first that matches decides.</summary>
/// <param name="Id">Key of the row.</param>
/// <param name="ShareId">Only this share; null: all.</param>
/// <param name="PathPrefix">Only paths that begin so; null: all.</param>
/// <param name="MimePattern">Only this type or pattern such as <c>image/*</c>; null: all.</param>
/// <param name="IndexContent">Whether content is indexed at all; names always are.</param>
/// <param name="Semantic">Whether content gets vectors.</param>
/// <param name="Ocr">Whether pages without text are recognized; null: as the provider says.</param>
/// <param name="ProviderId">Which provider; null: the default one.</param>
public sealed record PolicyRow(
    string Id, string? ShareId, string? PathPrefix, string? MimePattern, bool IndexContent, bool Semantic, bool? Ocr, string? ProviderId);

/// <summary>The vectors of one model. Vectors of different models cannot be compared, so each model is searched apart.</summary>
/// <param name="Model">The model.</param>
/// <param name="ProviderId">Who embeds the queries.</param>
/// <param name="IsServing">Whether it answers searches; false while it is being built beside the one it will replace.</param>
/// <param name="CreatedAt">Since when its model is wanted.</param>
public sealed record VectorSpace(string Model, string ProviderId, bool IsServing, DateTimeOffset CreatedAt);

/// <summary>What the policies say about one file.</summary>
/// <param name="PolicyId">The policy that decided; null when none matched, then only the name is indexed.</param>
/// <param name="IndexContent">Whether content is indexed.</param>
/// <param name="Semantic">Whether content gets vectors.</param>
/// <param name="Ocr">Whether pages without text are recognized.</param>
/// <param name="Provider">Who embeds.</param>
public sealed record PolicyDecision(string? PolicyId, bool IndexContent, bool Semantic, bool Ocr, ProviderRow Provider);

/// <summary>Opens providers of one type.</summary>
public interface IEmbeddingProviderFactory
{
    /// <summary>The type in <see cref="ProviderRow.Type"/> this factory serves.</summary>
    string Type { get; }

    /// <summary>Makes the generator of a row. Called once per row and change; its faults count as provider faults.</summary>
    IEmbeddingGenerator<string, Embedding<float>> Open(ProviderRow row);
}

/// <summary>The embedded provider of type <c>local</c>: no network, no key.</summary>
/// <param name="load">Loads the encoder; called when the first text is to be embedded, and again after a fault.</param>
public sealed class LocalProviderFactory(Func<IEmbeddingGenerator<string, Embedding<float>>> load) : IEmbeddingProviderFactory
{
    /// <inheritdoc />
    public string Type => "local";

    /// <inheritdoc />
    public IEmbeddingGenerator<string, Embedding<float>> Open(ProviderRow row) => load();
}
