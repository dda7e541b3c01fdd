namespace ScaiDrive.Connectors.Conflicts;

/// <summary>A file that both sides had changed since the last pass, or a name that both could not have.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="Id"><c>cfl_</c> and a sortable random part.</param>
/// <param name="ConnectorId">Of which connector.</param>
/// <param name="RunId">The run that met it first.</param>
/// <param name="Path">From the root of the source.</param>
/// <param name="FileId">The file in the share; null when it has none any more.</param>
/// <param name="Kind">One of <see cref="ConflictKinds"/>.</param>
/// <param name="Resolution">The rule that was in force.</param>
/// <param name="State"><c>open</c> until it is settled, then <c>resolved</c>.</param>
/// <param name="Decision">What a person decided, to be done by the next pass; null when nobody was asked, or has not answered.</param>
/// <param name="Outcome">What was done, in words; null while it is open.</param>
/// <param name="CopyPath">Where the other content went on, from the root of the source; null when no copy was made.</param>
/// <param name="Server">What ScaiDrive had; null when it was deleted there.</param>
/// <param name="Client">What the source had; null when it was deleted there.</param>
/// <param name="CreatedAt">When it was met first.</param>
/// <param name="ResolvedAt">When it was settled.</param>
public sealed record Conflict(
    string TenantId,
    string Id,
    string ConnectorId,
    string RunId,
    string Path,
    string? FileId,
    string Kind,
    ConflictResolution Resolution,
    string State,
    ConflictDecision? Decision,
    string? Outcome,
    string? CopyPath,
    ConflictSide? Server,
    ConflictSide? Client,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ResolvedAt)
{
    /// <summary>It waits for a person.</summary>
    public const string Open = "open";

    /// <summary>It is settled.</summary>
    public const string Resolved = "resolved";
}

/// <summary>What one side had.</summary>
/// <param name="Sha256">Of its content, lower-case hex; null when it was not read.</param>
/// <param name="SizeBytes">Length.</param>
/// <param name="ModifiedAt">When it was last changed, as that side says.</param>
public sealed record ConflictSide(string? Sha256, long SizeBytes, DateTimeOffset ModifiedAt);

/// <summary>What a person decides about an open conflict. The server is ScaiDrive, the client is the source.</summary>
public enum ConflictDecision
{
    /// <summary>What ScaiDrive has; the other content stays as an older version, or in the trash.</summary>
    Server,

    /// <summary>What the source has; the other content stays as an older version, or in the trash.</summary>
    Client,

    /// <summary>The source keeps the name, the content of ScaiDrive goes on as a copy beside it.</summary>
    Both,
}

/// <summary>How the two sides met.</summary>
public static class ConflictKinds
{
    /// <summary>Both changed the content.</summary>
    public const string Content = "content";

    /// <summary>Both made a file of this name.</summary>
    public const string Added = "added";

    /// <summary>Deleted in ScaiDrive, changed at the source.</summary>
    public const string DeletedInShare = "deleted_in_share";

    /// <summary>Deleted at the source, changed in ScaiDrive.</summary>
    public const string DeletedAtSource = "deleted_at_source";

    /// <summary>Both gave it another place.</summary>
    public const string Moved = "moved";

    /// <summary>Each put something else at the same place.</summary>
    public const string Name = "name";

    /// <summary>Two names that differ only in case, which the source takes for one.</summary>
    public const string Case = "case";
}
