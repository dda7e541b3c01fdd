using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>A tenant's providers and policies as they stood at one moment.</summary>
/// <param name="providers">The default one first, then in the order they stand in for it; at least one.</param>
/// <param name="policies">In the order in which they are asked.</param>
public sealed class IndexingRules(IReadOnlyList<ProviderRow> providers, IReadOnlyList<PolicyRow> policies)
{
    /// <summary>The default one first, then in the order they stand in for it.</summary>
    public IReadOnlyList<ProviderRow> Providers { get; } = providers;

    /// <summary>In the order in which they are asked; the first that matches decides.</summary>
    public IReadOnlyList<PolicyRow> Policies { get; } = policies;

    /// <summary>What they say about one file.</summary>
    /// <param name="shareId">The file's share.</param>
    /// <param name="path">Its path inside the share.</param>
    /// <param name="mimeType">Its type.</param>
    public PolicyDecision Decide(string shareId, string path, string mimeType)
    {
        var policy = Policies.FirstOrDefault(candidate => Matches(candidate, shareId, path, mimeType));
        if (policy is null)
            return new(null, IndexContent: false, Semantic: false, Ocr: false, Providers[0]);
        var provider = Providers.FirstOrDefault(row => row.Id == policy.ProviderId) ?? Providers[0];
        return new(policy.Id, policy.IndexContent, policy.IndexContent && policy.Semantic, policy.Ocr ?? provider.Ocr, provider);
    }

    /// <summary>Whether every file is treated alike by both.</summary>
    public bool Equal(IndexingRules other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Providers.SequenceEqual(other.Providers) && Policies.SequenceEqual(other.Policies);
    }

    private static bool Matches(PolicyRow policy, string shareId, string path, string mimeType) =>
        (policy.ShareId is null || policy.ShareId == shareId)
        && (policy.PathPrefix is null || path.StartsWith(policy.PathPrefix, StringComparison.Ordinal))
        && (policy.MimePattern is null || MimePattern.Matches(policy.MimePattern, mimeType));
}
