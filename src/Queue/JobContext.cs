using Microsoft.Extensions.Logging;

namespace ScaiDrive.Queue;

/// <summary>What a handler knows of its attempt, and the only ways it writes in the job's name.</summary>
public abstract class JobContext
{
    /// <summary>The job's number, unique over all tenants.</summary>
    public abstract long JobId { get; }

    /// <summary>This attempt, counted from 1. Drained and snoozed attempts are not counted.</summary>
    public abstract int Attempt { get; }

    /// <summary>Attempts before the job is discarded.</summary>
    public abstract int MaxAttempts { get; }

    /// <summary>Whose job it is.</summary>
    public abstract string TenantId { get; }

    /// <summary>The queue it came from.</summary>
    public abstract string Queue { get; }

    /// <summary>The connector that caused it, if one did.</summary>
    public abstract string? Connector { get; }

    /// <summary>The shared resource it is limited by, if the producer named one.</summary>
    public abstract string? LimitKey { get; }

    /// <summary>What it is about, if the producer said so.</summary>
    public abstract string? SubjectId { get; }

    /// <summary>Adds a line to the job's log, readable while it runs. Buffered: written within half a second, in order,
    /// and before the attempt's outcome.</summary>
    /// <remarks>Never fails an attempt. An attempt keeps its first 10,000 lines; of a message the first 8,000 characters.</remarks>
    public abstract ValueTask LogAsync(LogLevel level, string message, CancellationToken cancellationToken);

    /// <summary>Says how far the work is. Buffered like the log; only the newest value is written.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="total">All units, or null while unknown.</param>
    /// <param name="message">What is being done now, if worth saying.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public abstract ValueTask ProgressAsync(long done, long? total, string? message, CancellationToken cancellationToken);

    /// <summary>Opens a transaction that commits only while this attempt holds the newest lease.</summary>
    /// <exception cref="LeaseLostException">The lease is known to be lost already.</exception>
    public abstract Task<FencedTransaction> BeginAsync(CancellationToken cancellationToken);
}
