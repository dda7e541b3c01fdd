using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs;

/// <summary>Which file somebody does not find.</summary>
/// <param name="FileId">The file; null: see the path.</param>
/// <param name="ShareId">The share of the path.</param>
/// <param name="Path">The path inside the share.</param>
/// <param name="UserId">Who does not find it; null: who asks.</param>
public sealed record WhyQuestion(string? FileId, string? ShareId, string? Path, string? UserId);

/// <summary>One reason why a file is found, or not.</summary>
/// <param name="Code">One of <see cref="WhyCodes"/>, or of the reason codes of files.</param>
/// <param name="Message">The same for this file, in words.</param>
/// <param name="Hint">What to do.</param>
public sealed record WhyCause(string Code, string Message, string? Hint)
{
    /// <summary>Since when, as far as that is known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it ends by itself, as far as that is known.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The job it speaks of.</summary>
    public long? JobId { get; init; }

    /// <summary>The connector it speaks of.</summary>
    public string? ConnectorId { get; init; }

    /// <summary>The path to ask about instead.</summary>
    public string? Path { get; init; }

    internal static WhyCause Of(string code, string message) => new(code, message, WhyCodes.Hints.GetValueOrDefault(code));
}

/// <summary>Why a file is found, or not.</summary>
public sealed record FileExplanation
{
    /// <summary>The file, when there is a live one that the asker may know of.</summary>
    public DriveFile? File { get; init; }

    /// <summary>Whether it is found by its name.</summary>
    public bool ByName { get; init; }

    /// <summary>Whether it is found by its words.</summary>
    public bool ByWords { get; init; }

    /// <summary>Whether it is found by its meaning.</summary>
    public bool ByMeaning { get; init; }

    /// <summary>The decisive one first; never empty.</summary>
    public required IReadOnlyList<WhyCause> Causes { get; init; }

    /// <summary>What the ledger says of it.</summary>
    public FileStatus? Status { get; init; }

    /// <summary>The policy that decides about it.</summary>
    public StoredPolicy? Policy { get; init; }

    /// <summary>The connectors that mirror into its place.</summary>
    public IReadOnlyList<Connector> Connectors { get; init; } = [];
}
