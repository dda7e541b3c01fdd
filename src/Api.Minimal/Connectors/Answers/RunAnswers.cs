using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Api.Minimal.Connectors.Answers;

/// <summary>A run was asked for.</summary>
internal sealed record StartedAnswer : Answer
{
    public required string ConnectorId { get; init; }

    /// <summary>The job that makes the run: its state, log and why it waits are at <c>/api/v1/admin/jobs/{job_id}</c>.</summary>
    public required long JobId { get; init; }

    /// <summary>Always <c>queued</c>.</summary>
    public string Status { get; init; } = "queued";

    public required bool DryRun { get; init; }
}

/// <summary>Runs of a connector.</summary>
internal sealed record RunsAnswer : Answer
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<RunAnswer> Jobs { get; init; }

    /// <summary>For <c>before_id</c> of the next page; null on the last.</summary>
    public required string? NextBeforeId { get; init; }
}

/// <summary>One run.</summary>
internal sealed record RunAnswer : Answer
{
    public required string Id { get; init; }

    public required string ConnectorId { get; init; }

    /// <summary><c>running</c>, <c>completed</c> or <c>failed</c>. A run with errors of single items is completed.</summary>
    public required string Status { get; init; }

    /// <summary><c>schedule</c>, <c>manual</c>, <c>change</c> (the source told of one) or <c>up</c>.</summary>
    public required string Trigger { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Items that should have been brought in step and could not be.</summary>
    public required long ErrorCount { get; init; }

    /// <summary>One line for each item that failed: its path, what the source said, what to do. The first line says why the run failed, if it did.</summary>
    public required string Stderr { get; init; }

    /// <summary>Why the run failed as a whole; null otherwise.</summary>
    public required string? ErrorCode { get; init; }

    public required string? ErrorMessage { get; init; }

    /// <summary>Where it is while it runs; null afterwards.</summary>
    public required RunProgress? Progress { get; init; }

    public required bool DryRun { get; init; }

    /// <summary>Deletions that somebody allowed it to make.</summary>
    public required long? AllowedDeletes { get; init; }

    /// <summary>The directories it looks at, those that end in a slash with all below; null: everything.</summary>
    public required IReadOnlyList<string>? Scope { get; init; }

    /// <summary>Items left out, or named for other reasons, and those that failed.</summary>
    public required long ProblemCount { get; init; }

    public required SyncReport Report { get; init; }

    public required long Listed { get; init; }

    public required long Added { get; init; }

    public required long Updated { get; init; }

    public required long Moved { get; init; }

    public required long Deleted { get; init; }

    public required long Unchanged { get; init; }

    public required long Skipped { get; init; }

    public required long Excluded { get; init; }

    public required long Bytes { get; init; }

    public required long SentAdded { get; init; }

    public required long SentUpdated { get; init; }

    public required long SentMoved { get; init; }

    public required long SentDeleted { get; init; }

    public required long SentBytes { get; init; }

    public required long Conflicts { get; init; }

    internal static RunAnswer From(Run run, string stderr) => new()
    {
        Id = run.Id,
        ConnectorId = run.ConnectorId,
        Status = run.Status,
        Trigger = run.Trigger,
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        ErrorCount = run.Report.Errors,
        Stderr = stderr,
        ErrorCode = run.ErrorCode,
        ErrorMessage = run.ErrorMessage,
        Progress = run.FinishedAt is null ? new RunProgress(run.Phase, run.Cursor, run.Report.Listed) : null,
        DryRun = run.IsDryRun,
        AllowedDeletes = run.AllowedDeletes,
        Scope = run.Scope?.Select(part => part.ToString()).ToList(),
        ProblemCount = run.ProblemCount,
        Report = run.Report,
        Listed = run.Report.Listed,
        Added = run.Report.Added,
        Updated = run.Report.Updated,
        Moved = run.Report.Moved,
        Deleted = run.Report.Deleted,
        Unchanged = run.Report.Unchanged,
        Skipped = run.Report.Skipped,
        Excluded = run.Report.Excluded,
        Bytes = run.Report.Bytes,
        SentAdded = run.Report.SentAdded,
        SentUpdated = run.Report.SentUpdated,
        SentMoved = run.Report.SentMoved,
        SentDeleted = run.Report.SentDeleted,
        SentBytes = run.Report.SentBytes,
        Conflicts = run.Report.Conflicts,
    };
}

/// <summary>Where a run is.</summary>
/// <param name="Phase">Its step.</param>
/// <param name="Path">The last path that is done; null when the step has none.</param>
/// <param name="Listed">Entries looked at so far.</param>
internal sealed record RunProgress(string Phase, string? Path, long Listed);

/// <summary>Problems of a run.</summary>
internal sealed record ProblemsAnswer : Answer
{
    public required IReadOnlyList<ProblemItem> Problems { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last.</summary>
    public required long? NextAfter { get; init; }

    /// <summary>All problems of the run; only the first are kept by name.</summary>
    public required long Total { get; init; }
}

/// <summary>One item that was not mirrored.</summary>
internal sealed record ProblemItem(long Number, string Path, string Code, string Detail, string Hint, bool IsError, DateTimeOffset At)
{
    internal static ProblemItem From(Problem problem) =>
        new(problem.Number, problem.Path, problem.Code, problem.Detail, problem.Hint, problem.IsError, problem.At);
}
