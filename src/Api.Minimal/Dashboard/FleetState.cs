using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>Everything the panels show, read at one moment.</summary>
public sealed record FleetState
{
    /// <summary>Both queues, <c>high</c> first; empty when nothing could be read.</summary>
    public required IReadOnlyList<QueueDepth> Queues { get; init; }

    /// <summary>The tenant's files by where they stand.</summary>
    public required FileTotals Files { get; init; }

    /// <summary>Why files are not indexed, the most frequent first.</summary>
    public required IReadOnlyList<ReasonCount> Reasons { get; init; }

    /// <summary>Some of the jobs that run, newest first.</summary>
    public required IReadOnlyList<JobLine> Running { get; init; }

    /// <summary>Some of the jobs that failed, newest first: discarded ones, and those that will run again.</summary>
    public required IReadOnlyList<JobLine> Failures { get; init; }

    /// <summary>What keeps this page from being complete, for people; null when all is well.</summary>
    public string? Trouble { get; init; }

    /// <summary>All jobs that run.</summary>
    public long RunningTotal => Queues.Sum(q => q.Running);

    /// <summary>All jobs that failed for good.</summary>
    public long FailedTotal => Queues.Sum(q => q.Discarded);

    /// <summary>What is shown when nothing can be read.</summary>
    public static FleetState Unreadable { get; } = new()
    {
        Queues = [],
        Files = new FileTotals(0, 0, 0, 0, 0),
        Reasons = [],
        Running = [],
        Failures = [],
        Trouble = "The database does not answer, so there are no figures. This page tries again by itself.",
    };
}

/// <summary>The tenant's files by where they stand.</summary>
/// <param name="Files">All of them.</param>
/// <param name="Indexed">Found by their content.</param>
/// <param name="Pending">Under way.</param>
/// <param name="Skipped">Without searchable content, for a reason that lies in the file or the settings.</param>
/// <param name="Failed">Ended with an error.</param>
public sealed record FileTotals(long Files, long Indexed, long Pending, long Skipped, long Failed);

/// <summary>One reason why files are not indexed.</summary>
/// <param name="Code">Stable reason code.</param>
/// <param name="Outcome"><c>skipped</c> or <c>failed</c>.</param>
/// <param name="Files">How many.</param>
/// <param name="Hint">What can be done about it.</param>
public sealed record ReasonCount(string Code, string Outcome, long Files, string Hint);

/// <summary>A job as the page shows it.</summary>
/// <param name="Row">The job.</param>
/// <param name="Subject">What it works on: the file's path where that is known, else the subject id or the connector.</param>
/// <param name="Seconds">Since its newest attempt began.</param>
public sealed record JobLine(JobRow Row, string Subject, double Seconds);
