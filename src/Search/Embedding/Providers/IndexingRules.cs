using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>A tenant's providers and policies as they stood at one moment.</summary>
/// <param name="providers">The default one first, then in the order they stand in for it; at least one.</param>
/// <param name="policies">In the order in which they are asked.</param>
/// <param name="spaces">The models there may be vectors of.</param>
public sealed class IndexingRules(IReadOnlyList<ProviderRow> providers, IReadOnlyList<PolicyRow> policies, IReadOnlyList<VectorSpace> spaces)
{
    /// <summary>The default one first, then in the order they stand in for it.</summary>
    public IReadOnlyList<ProviderRow> Providers { get; } = providers;

    /// <summary>In the order in which they are asked; the first that matches decides.</summary>
    public IReadOnlyList<PolicyRow> Policies { get; } = policies;

    /// <summary>The models there may be vectors of, those that serve first.</summary>
    public IReadOnlyList<VectorSpace> Spaces { get; } = spaces;

    /// <summary>The space of a model, or null.</summary>
    public VectorSpace? SpaceOf(string model) => Spaces.FirstOrDefault(space => space.Model == model);

    /// <summary>Whether it matters to some policy in which share a file is, at which path, or of which type.</summary>
    public bool DependOnPlace => Policies.Any(policy => policy is not { ShareId: null, PathPrefix: null, MimePattern: null });

    /// <summary>Who embeds the queries of a space: one whose model policies want, so that pointing them at another provider of the
    /// same model holds at once; else the one it was built with.</summary>
    public ProviderRow? ProviderOf(VectorSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        return WantedProviders().FirstOrDefault(row => row.Model == space.Model) ?? Providers.FirstOrDefault(row => row.Id == space.ProviderId);
    }

    /// <summary>Who gives a file its vectors: the provider its policy names; and while that one's model is still being built, also
    /// those whose models serve until then and that no policy names any more, so that new files are found meanwhile.</summary>
    public IReadOnlyList<ProviderRow> EmbeddersOf(PolicyDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (!decision.Semantic)
            return [];
        if (Spaces.FirstOrDefault(space => space.Model == decision.Provider.Model) is not { IsServing: false })
            return [decision.Provider];
        var wanted = WantedProviders().Select(row => row.Model).ToHashSet(StringComparer.Ordinal);
        return [decision.Provider, .. Spaces.Where(space => space.IsServing && !wanted.Contains(space.Model)).Select(ProviderOf).OfType<ProviderRow>()];
    }

    /// <summary>The providers that policies want vectors of, each once.</summary>
    public IReadOnlyList<ProviderRow> WantedProviders() =>
        [.. Policies.Where(policy => policy is { IndexContent: true, Semantic: true }).Select(ProviderFor).DistinctBy(row => row.Id)];

    /// <summary>What they say about one file.</summary>
    /// <param name="shareId">The file's share.</param>
    /// <param name="path">Its path inside the share.</param>
    /// <param name="mimeType">Its type.</param>
    public PolicyDecision Decide(string shareId, string path, string mimeType)
    {
        var policy = Policies.FirstOrDefault(candidate => Matches(candidate, shareId, path, mimeType));
        if (policy is null)
            return new(null, IndexContent: false, Semantic: false, Ocr: false, Providers[0]);
        var provider = ProviderFor(policy);
        return new(policy.Id, policy.IndexContent, policy.IndexContent && policy.Semantic, policy.Ocr ?? provider.Ocr, provider);
    }

    /// <summary>Whether every file is treated alike by both.</summary>
    public bool Equal(IndexingRules other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Providers.SequenceEqual(other.Providers) && Policies.SequenceEqual(other.Policies);
    }

    private ProviderRow ProviderFor(PolicyRow policy) => Providers.FirstOrDefault(row => row.Id == policy.ProviderId) ?? Providers[0];

    private static bool Matches(PolicyRow policy, string shareId, string path, string mimeType) =>
        (policy.ShareId is null || policy.ShareId == shareId)
        && (policy.PathPrefix is null || path.StartsWith(policy.PathPrefix, StringComparison.Ordinal))
        && (policy.MimePattern is null || MimePattern.Matches(policy.MimePattern, mimeType));
}
