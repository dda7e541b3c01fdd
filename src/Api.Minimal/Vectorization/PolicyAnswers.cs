using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>The policies of a tenant.</summary>
internal sealed record PoliciesAnswer : Answer
{
    /// <summary>In the order in which they are asked; the first that matches a file decides.</summary>
    public required IReadOnlyList<PolicyAnswer> Policies { get; init; }

    public required long Total { get; init; }
}

/// <summary>Which files are indexed how.</summary>
internal sealed record PolicyAnswer : Answer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where it stands, from 1.</summary>
    public required int Position { get; init; }

    /// <summary>Whether it is the one that matches every file and stands last.</summary>
    public required bool IsDefault { get; init; }

    public required string? ShareId { get; init; }

    public required string? PathPrefix { get; init; }

    public required string? MimePattern { get; init; }

    /// <summary><c>none</c>, <c>keyword</c> or <c>both</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Null: as the provider says.</summary>
    public required bool? Ocr { get; init; }

    /// <summary>Null: the default provider.</summary>
    public required string? ProviderId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static PolicyAnswer From(PolicyList list, StoredPolicy policy) => new()
    {
        Id = policy.Rule.Id,
        Name = policy.Name,
        Position = list.PositionOf(policy),
        IsDefault = policy.IsDefault,
        ShareId = policy.Rule.ShareId,
        PathPrefix = policy.Rule.PathPrefix,
        MimePattern = policy.Rule.MimePattern,
        Mode = PolicyModes.Of(policy.Rule),
        Ocr = policy.Rule.Ocr,
        ProviderId = policy.Rule.ProviderId,
        CreatedAt = policy.CreatedAt,
        UpdatedAt = policy.UpdatedAt,
    };
}

/// <summary>A change of policies, and what it comes to.</summary>
internal sealed record PolicyChangeAnswer : Answer
{
    /// <summary>The policy with the change; null when it was taken away.</summary>
    public required PolicyAnswer? Policy { get; init; }

    /// <summary>Whether nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>What it causes; null when the change was made, but reckoning took too long.</summary>
    public required ReworkItem? Estimate { get; init; }

    /// <summary>The job that lets the files follow; null after a dry run.</summary>
    public required long? JobId { get; init; }

    internal static PolicyChangeAnswer From(PolicyChange change, string? policyId, bool dryRun) => new()
    {
        Policy = policyId is null ? null : PolicyAnswer.From(change.Policies, change.Policies.Find(policyId)),
        DryRun = dryRun,
        Estimate = change.Estimate is { } estimate ? ReworkItem.From(estimate) : null,
        JobId = change.JobId,
    };
}

/// <summary>What a change causes.</summary>
internal sealed record ReworkItem
{
    /// <summary>Files with anything to do.</summary>
    public required long Files { get; init; }

    /// <summary>Files by what is to be done: <c>exclude</c>, <c>extract</c>, <c>index</c> (from the stored text), <c>recognize</c>, <c>embed</c>, <c>drop_vectors</c>.</summary>
    public required IReadOnlyDictionary<string, long> ByAction { get; init; }

    /// <summary>Pages that go to OCR.</summary>
    public required long OcrPages { get; init; }

    /// <summary>Texts to embed, each once; one that has its vector already is not among them.</summary>
    public required long Texts { get; init; }

    /// <summary>Their tokens, as the local model counts.</summary>
    public required long Tokens { get; init; }

    /// <summary>What the providers take for them; null when one does not say.</summary>
    public required decimal? Cost { get; init; }

    /// <summary>Files whose tokens are not known before they are read.</summary>
    public required long UncountedFiles { get; init; }

    public required IReadOnlyList<EmbeddingItem> Embeddings { get; init; }

    internal static ReworkItem From(ReworkEstimate estimate)
    {
        EmbeddingItem[] items = [.. estimate.Embeddings.Select(one => new EmbeddingItem(one.Model, one.Provider.Id, one.Texts, one.Tokens, CostOf(one)))];
        return new()
        {
            Files = estimate.Files,
            ByAction = estimate.Actions,
            OcrPages = estimate.OcrPages,
            Texts = items.Sum(item => item.Texts),
            Tokens = items.Sum(item => item.Tokens),
            Cost = items.All(item => item.Cost is not null) ? items.Sum(item => item.Cost) : null,
            UncountedFiles = estimate.UncountedFiles,
            Embeddings = items,
        };
    }

    // What has nothing to embed costs nothing, whatever the provider takes.
    private static decimal? CostOf(ModelEstimate one) =>
        one.Tokens == 0 || one.Provider.Type == ProviderTypes.Local ? 0 : one.Provider.CostPerMillionTokens * one.Tokens / 1_000_000m;
}

/// <summary>What one model has to embed.</summary>
internal sealed record EmbeddingItem(string Model, string ProviderId, long Texts, long Tokens, decimal? Cost);

/// <summary>The vector indexes of a tenant.</summary>
internal sealed record VectorIndexesAnswer : Answer
{
    /// <summary>Those that answer searches first.</summary>
    public required IReadOnlyList<VectorIndexItem> Indexes { get; init; }
}

/// <summary>The vectors of one model.</summary>
internal sealed record VectorIndexItem
{
    public required string Model { get; init; }

    /// <summary>Who embeds the queries.</summary>
    public required string? ProviderId { get; init; }

    /// <summary><c>serving</c>: it answers searches; <c>building</c>: it takes the place of those nobody wants any more as soon as it is complete.</summary>
    public required string State { get; init; }

    /// <summary>Whether a policy wants it.</summary>
    public required bool IsWanted { get; init; }

    /// <summary>Files with vectors of it.</summary>
    public required long FilesDone { get; init; }

    /// <summary>Files with text whose policy wants vectors of it.</summary>
    public required long FilesWanted { get; init; }

    /// <summary>Those of them whose embedding failed for good; they do not hold it up.</summary>
    public required long FilesFailed { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
