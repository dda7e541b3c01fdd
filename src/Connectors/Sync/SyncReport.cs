namespace ScaiDrive.Connectors.Sync;

/// <summary>What one pass has done so far. Files are counted, not directories, except in <see cref="Listed"/> and <see cref="Excluded"/>.</summary>
public sealed record SyncReport
{
    /// <summary>Entries of the source that were looked at, directories included.</summary>
    public long Listed { get; init; }

    /// <summary>Files that are new in the share.</summary>
    public long Added { get; init; }

    /// <summary>Files that got a new version, or were put back after somebody changed them in the share.</summary>
    public long Updated { get; init; }

    /// <summary>Files that have another path than before, those of a renamed directory one by one.</summary>
    public long Moved { get; init; }

    /// <summary>Files that are gone from the share.</summary>
    public long Deleted { get; init; }

    /// <summary>Files that are as they were, whatever their dates say.</summary>
    public long Unchanged { get; init; }

    /// <summary>Entries that cannot be mirrored by their nature, or not now: links, pipes, names that are not UTF-8, files being written.</summary>
    public long Skipped { get; init; }

    /// <summary>Entries left out by a pattern; what lies below an excluded directory is not counted.</summary>
    public long Excluded { get; init; }

    /// <summary>Entries that should have been mirrored and could not be.</summary>
    public long Errors { get; init; }

    /// <summary>Bytes of content read from the source.</summary>
    public long Bytes { get; init; }

    /// <summary>Files that are new at the source because they are in the share.</summary>
    public long SentAdded { get; init; }

    /// <summary>Files at the source that got the content of the share.</summary>
    public long SentUpdated { get; init; }

    /// <summary>Files at the source that were moved or renamed as in the share.</summary>
    public long SentMoved { get; init; }

    /// <summary>Files that were deleted at the source as in the share.</summary>
    public long SentDeleted { get; init; }

    /// <summary>Bytes of content written to the source.</summary>
    public long SentBytes { get; init; }

    /// <summary>Files that both sides had changed.</summary>
    public long Conflicts { get; init; }
}

/// <summary>Where a pass stands, told after every commit.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Phase">One of <see cref="SyncPhases"/>.</param>
/// <param name="Path">The last path that is done; null when the phase has none.</param>
/// <param name="Report">Counters so far, those of earlier attempts included.</param>
public sealed record SyncProgress(string RunId, string Phase, string? Path, SyncReport Report);

/// <summary>The steps of one pass, in order.</summary>
public static class SyncPhases
{
    /// <summary>The source is read and compared; adds, changes and moves are written.</summary>
    public const string Walk = "walk";

    /// <summary>Paths that another file took are settled, now that all files were seen.</summary>
    public const string Resolve = "resolve";

    /// <summary>What was found nowhere is deleted.</summary>
    public const string Delete = "delete";

    /// <summary>What changed in the share is written to the source.</summary>
    public const string Push = "push";

    /// <summary>Nothing is left to do.</summary>
    public const string Done = "done";
}

/// <summary>One pass over a source as stored.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="Id"><c>run_</c> and a sortable random part.</param>
/// <param name="ConnectorId">Of which connector.</param>
/// <param name="Trigger">What asked for it, for example <c>schedule</c> or <c>manual</c>.</param>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>failed</c>. A pass with errors of single items is completed.</param>
/// <param name="Phase">One of <see cref="SyncPhases"/>.</param>
/// <param name="Cursor">Path of the last entry that is done; null before the first and after the walk.</param>
/// <param name="StartedAt">When its first attempt began.</param>
/// <param name="FinishedAt">When it ended; null while it runs.</param>
/// <param name="ErrorCode">Why it failed as a whole; null otherwise.</param>
/// <param name="ErrorMessage">The same in words.</param>
/// <param name="Report">Its counters.</param>
/// <param name="ProblemCount">Problems so far, of which the first <see cref="ConnectorOptions.KeptProblems"/> are kept by name.</param>
public sealed record Run(
    string TenantId,
    string Id,
    string ConnectorId,
    string Trigger,
    string Status,
    string Phase,
    string? Cursor,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    string? ErrorCode,
    string? ErrorMessage,
    SyncReport Report,
    long ProblemCount)
{
    /// <summary>It shows what a pass would do, and does nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Deletions that a person allowed this run to make without asking again; null leaves it to the rules of the connector.</summary>
    public long? AllowedDeletes { get; init; }

    /// <summary>The parts of the source it looks at; null is all of it.</summary>
    public IReadOnlyList<SyncScope>? Scope { get; init; }

    /// <summary>Items so far, of which the first <see cref="ConnectorOptions.KeptItems"/> are kept by name; problems are kept by a limit of their own.</summary>
    public long ItemCount { get; init; }

    /// <summary>The last change of the share when sending to the source began; null before.</summary>
    internal long? DriveNumber { get; init; }
}

/// <summary>What is asked of a new run.</summary>
/// <param name="Trigger">What asked for it, for example <c>schedule</c>.</param>
public sealed record RunRequest(string Trigger)
{
    /// <inheritdoc cref="Run.IsDryRun"/>
    public bool IsDryRun { get; init; }

    /// <inheritdoc cref="Run.AllowedDeletes"/>
    public long? AllowedDeletes { get; init; }

    /// <summary>The parts of the source it looks at, beside what <see cref="ConnectorStore.AddHintsAsync"/> noted; null is all of it.</summary>
    public IReadOnlyList<SyncScope>? Scope { get; init; }
}

/// <summary>One item that a pass could not mirror, or left out on purpose.</summary>
/// <param name="Number">Rises within the run.</param>
/// <param name="Path">From the root of the source; bytes that are not UTF-8 as <c>\xNN</c>.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">What was said about it.</param>
/// <param name="IsError">False for what is left out by its nature (links) or until the next pass.</param>
/// <param name="At">When it was seen.</param>
public sealed record Problem(long Number, string Path, string Code, string Detail, bool IsError, DateTimeOffset At)
{
    /// <summary>What to do about it.</summary>
    public string Hint => ProblemCodes.HintFor(Code);

    /// <summary>One line for people: path, code, detail, hint.</summary>
    public override string ToString() => $"{Path}: {Code}: {Detail} {Hint}".TrimEnd();
}
