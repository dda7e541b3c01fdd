using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors.Conflicts;

namespace ScaiDrive.Api.Minimal.Connectors.Answers;

/// <summary>Conflicts of a connector.</summary>
internal sealed record ConflictsAnswer : Answer
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<ConflictAnswer> Conflicts { get; init; }

    /// <summary>For <c>before_id</c> of the next page; null on the last.</summary>
    public required string? NextBeforeId { get; init; }
}

/// <summary>A file that both sides had changed, or a name that both could not have.</summary>
internal sealed record ConflictAnswer : Answer
{
    public required string Id { get; init; }

    /// <summary>The run that met it first.</summary>
    public required string RunId { get; init; }

    /// <summary>From the root of the source.</summary>
    public required string Path { get; init; }

    public required string? FileId { get; init; }

    /// <summary>How the two sides met: <c>content</c>, <c>added</c>, <c>deleted_in_share</c>, <c>deleted_at_source</c>, <c>moved</c>, <c>name</c>, <c>case</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The strategy that was in force.</summary>
    public required string ConflictResolution { get; init; }

    /// <summary><c>open</c> until it is settled, then <c>resolved</c>.</summary>
    public required string State { get; init; }

    /// <summary>What a person decided: <c>server</c>, <c>client</c> or <c>both</c>; null when nobody did.</summary>
    public required string? Keep { get; init; }

    /// <summary>What was done; null while it is open.</summary>
    public required string? Outcome { get; init; }

    /// <summary>Where the other content went on, from the root of the source; null when no copy was made.</summary>
    public required string? CopyPath { get; init; }

    /// <summary>What ScaiDrive had; null when it was deleted there.</summary>
    public required ConflictSide? Server { get; init; }

    /// <summary>What the source had; null when it was deleted there.</summary>
    public required ConflictSide? Client { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? ResolvedAt { get; init; }

    internal static ConflictAnswer From(Conflict conflict) => new()
    {
        Id = conflict.Id,
        RunId = conflict.RunId,
        Path = conflict.Path,
        FileId = conflict.FileId,
        Kind = conflict.Kind,
        ConflictResolution = ResolutionNames.Of(conflict.Resolution),
        State = conflict.State,
        Keep = conflict.Decision switch
        {
            null => null,
            ConflictDecision.Server => "server",
            ConflictDecision.Client => "client",
            _ => "both",
        },
        Outcome = conflict.Outcome,
        CopyPath = conflict.CopyPath,
        Server = conflict.Server,
        Client = conflict.Client,
        CreatedAt = conflict.CreatedAt,
        ResolvedAt = conflict.ResolvedAt,
    };
}
