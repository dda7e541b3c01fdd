using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.Connectors.Answers;

/// <summary>What came of opening a source.</summary>
internal sealed record TestAnswer : Answer
{
    public required bool Success { get; init; }

    /// <summary>For people.</summary>
    public required string Message { get; init; }

    /// <summary>Null when it worked.</summary>
    public required TestError? Error { get; init; }

    /// <summary>What was seen; null when nothing was.</summary>
    public required SeenSource? Seen { get; init; }

    public required long DurationMs { get; init; }
}

/// <summary>Why a source could not be opened.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Message">What the source said.</param>
/// <param name="Hint">What to do.</param>
internal sealed record TestError(string Code, string Message, string Hint);

/// <summary>What was seen of a source.</summary>
/// <param name="Server">Server and share, or the folder.</param>
/// <param name="RootId">Identity of the root; another one later means that something else is there.</param>
/// <param name="Entries">The first entries of the root, by name.</param>
/// <param name="Session">How the server is spoken to; null for what is no server.</param>
internal sealed record SeenSource(string Server, string RootId, IReadOnlyList<SeenEntry> Entries, SeenSession? Session);

/// <summary>How the server is spoken to.</summary>
/// <param name="Protocol">As exact as it can be told, such as <c>SMB 3.1.1</c>; null when it cannot.</param>
/// <param name="Protection"><c>encryption</c>, <c>signing</c> or <c>none</c>.</param>
internal sealed record SeenSession(string? Protocol, string Protection);

/// <summary>One entry of the root.</summary>
/// <param name="Name">As the source has it.</param>
/// <param name="Kind"><c>file</c>, <c>directory</c>, or what else it is.</param>
/// <param name="SizeBytes">Of a file.</param>
/// <param name="ModifiedAt">Last change.</param>
internal sealed record SeenEntry(string Name, string Kind, long SizeBytes, DateTimeOffset ModifiedAt);
