using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>What the rules ask for that a file does not have yet, or has too much.</summary>
/// <param name="Exclude">Its text and vectors leave the index.</param>
/// <param name="Extract">It is read, or taken from the stored text, and indexed.</param>
/// <param name="Recognize">Its images go to OCR.</param>
/// <param name="Embed">The model it is to get vectors of; null when it needs none.</param>
/// <param name="SkipVectors">Its policy wants no vectors, and it has or awaits some.</param>
/// <param name="DropModels">Models whose vectors it has and no longer needs.</param>
public sealed record FileRework(bool Exclude, bool Extract, bool Recognize, string? Embed, bool SkipVectors, IReadOnlyList<string> DropModels)
{
    /// <summary>The file is as the rules want it.</summary>
    public static FileRework None { get; } = new(false, false, false, null, false, []);

    /// <summary>Whether there is anything to do.</summary>
    public bool IsDue => Exclude || Extract || Recognize || Embed is not null || SkipVectors || DropModels.Count > 0;

    /// <summary>Compares a file with the rules. What is on its way is left to the jobs that carry it: they ask the rules themselves.</summary>
    public static FileRework Of(IndexingRules rules, FileState file)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(file);
        var decision = rules.Decide(file.ShareId, file.Path, file.MimeType);
        if (!decision.IndexContent)
            return None with { Exclude = file.HasText || file.Models.Count > 0 || file.Status is "indexed" or "pending" };
        if (file.IsExcluded)
            return None with { Extract = true };
        var recognize = decision.Ocr && file.HasUnreadImages;
        if (!file.HasCurrentText)
            return None with { Recognize = recognize };
        if (!decision.Semantic)
            return None with { Recognize = recognize, SkipVectors = file.Models.Count > 0 || file.EmbedState is not (null or LedgerStates.Skipped), DropModels = file.Models };
        var model = decision.Provider.Model;
        var hasVectors = file.Models.Contains(model);
        return new(
            false, false, recognize,
            hasVectors || HasFailedFor(rules, model, file) ? null : model,
            false,
            hasVectors && rules.SpaceOf(model) is { IsServing: true } ? [.. file.Models.Where(other => other != model)] : Spaceless(rules, file));
    }

    /// <summary>Whether embedding was given up for this model: a failure from before the model was wanted was another one's.</summary>
    internal static bool HasFailedFor(IndexingRules rules, string model, FileState file) =>
        file.EmbedState == LedgerStates.Failed && !(rules.SpaceOf(model)?.CreatedAt > file.EmbedRecordedAt);

    private static IReadOnlyList<string> Spaceless(IndexingRules rules, FileState file) =>
        [.. file.Models.Where(model => rules.SpaceOf(model) is null && rules.WantedProviders().All(row => row.Model != model))];
}
