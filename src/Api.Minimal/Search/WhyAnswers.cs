using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Vectorization;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Why a file is found, or not.</summary>
internal sealed record WhyFoundAnswer : Answer
{
    /// <summary>Whether there is such a file in the drive.</summary>
    public required bool Found { get; init; }

    public required SearchableItem SearchableBy { get; init; }

    public required WhyFileItem? File { get; init; }

    /// <summary>The decisive one first; never empty.</summary>
    public required IReadOnlyList<WhyCauseItem> Causes { get; init; }

    /// <summary>The ledger of the file, stage by stage.</summary>
    public required IReadOnlyList<StageItem> Stages { get; init; }

    /// <summary>The policy that decides about it.</summary>
    public required WhyPolicyItem? Policy { get; init; }

    /// <summary>The connectors that mirror into its place; only for a file that is not there.</summary>
    public required IReadOnlyList<WhyConnectorItem> Connectors { get; init; }

    internal static WhyFoundAnswer From(FileExplanation why) => new()
    {
        Found = why.File is not null,
        SearchableBy = new SearchableItem(why.ByName, why.ByWords, why.ByMeaning),
        File = why.File is { } file ? new WhyFileItem(file.Id, file.Name, file.ShareId, file.Path, file.MimeType, file.SizeBytes, file.ModifiedAt, why.Status?.Status) : null,
        Causes = [.. why.Causes.Select(cause => new WhyCauseItem(
            cause.Code, cause.Message, cause.Hint, cause.Since, cause.Until, cause.JobId, cause.JobId is { } job ? $"/api/v1/admin/jobs/{job}/why" : null,
            cause.ConnectorId, cause.Path))],
        Stages = [.. (why.Status?.Stages ?? []).Select(s => new StageItem(
            s.Stage, s.State, s.ReasonCode, s.Hint, s.Detail, s.Engine, s.EngineVersion, s.Pages, s.Bytes, s.Duration?.TotalSeconds, s.Attempt, s.RecordedAt))],
        Policy = why.Policy is { } policy ? new WhyPolicyItem(policy.Rule.Id, policy.Name, PolicyModes.Of(policy.Rule)) : null,
        Connectors = [.. why.Connectors.Select(connector => new WhyConnectorItem(
            connector.Id, connector.Name, connector.Type, connector.Status, connector.StatusMessage, connector.LastSyncAt))],
    };
}

/// <summary>By what a file is found now.</summary>
internal sealed record SearchableItem(bool Name, bool Words, bool Meaning);

/// <summary>The file asked about.</summary>
internal sealed record WhyFileItem(
    string Id, string Name, string ShareId, string Path, string MimeType, long Size, DateTimeOffset ModifiedAt, string? IndexStatus);

/// <summary>One reason.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Message">The same for this file, in words.</param>
/// <param name="Hint">What to do.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself, or when that is looked at next.</param>
/// <param name="JobId">The job it speaks of.</param>
/// <param name="JobWhy">Where that job says why it waits.</param>
/// <param name="ConnectorId">The connector it speaks of.</param>
/// <param name="Path">The path to ask about instead.</param>
internal sealed record WhyCauseItem(
    string Code, string Message, string? Hint, DateTimeOffset? Since, DateTimeOffset? Until, long? JobId, string? JobWhy, string? ConnectorId, string? Path);

/// <summary>The policy that decides about a file.</summary>
internal sealed record WhyPolicyItem(string Id, string Name, string Mode);

/// <summary>A connector that mirrors into a place.</summary>
internal sealed record WhyConnectorItem(string Id, string Name, string Type, string Status, string? StatusMessage, DateTimeOffset? LastSyncAt);
