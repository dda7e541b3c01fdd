using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Running;

/// <summary>One attempt in this process: the claim, the handler's token, and what the handler said so far.</summary>
internal sealed class JobRun(ClaimedJob job, Database dataSource, JobJournal journal, TimeProvider time) : JobContext, IDisposable
{
    /// <summary>Lines kept per attempt, and lines that may wait for a database that does not answer.</summary>
    internal const int MaxLines = 10_000;

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly long startedAt = time.GetTimestamp();
    private List<LogEntry> lines = [];
    private Progress? progress;
    private int lineCount;
    private bool hasProgress;

    internal ClaimedJob Job { get; } = job;

    internal JobJournal Journal { get; } = journal;

    internal CancellationToken Token => stop.Token;

    internal StopCause StopCause { get; private set; }

    /// <summary>Code and reason of a requested cancellation.</summary>
    internal (string Code, string Reason) Cancellation { get; private set; } = (JobErrorCodes.CancelledByRequest, "");

    /// <summary>The handler is committing its own completion.</summary>
    internal volatile bool EndsInTransaction;

    /// <summary>The handler has committed its own completion.</summary>
    internal volatile bool IsCompleted;

    /// <summary>The handler has returned.</summary>
    internal volatile bool HasEnded;

    public override long JobId => Job.Id;

    public override int Attempt => Job.Attempt;

    public override int MaxAttempts => Job.MaxAttempts;

    public override string TenantId => Job.TenantId;

    public override string Queue => Job.Queue;

    public override string? Connector => Job.Connector;

    public override string? LimitKey => Job.LimitKey;

    public override string? SubjectId => Job.SubjectId;

    /// <summary>How long the handler has run.</summary>
    internal TimeSpan Ran => time.GetElapsedTime(startedAt);

    public override ValueTask LogAsync(LogLevel level, string message, CancellationToken cancellationToken)
    {
        Note(level, message);
        return ValueTask.CompletedTask;
    }

    /// <summary>Adds a line to the job's log.</summary>
    internal void Note(LogLevel level, string message)
    {
        lock (gate)
        {
            if (++lineCount < MaxLines)
                lines.Add(new LogEntry(time.GetUtcNow(), level, TextColumn.Fit(message, TextColumn.MessageLength)));
            else if (lineCount == MaxLines)
                lines.Add(new LogEntry(time.GetUtcNow(), LogLevel.Warning, $"The attempt wrote more than {MaxLines} lines; the rest is not kept."));
        }
    }

    public override ValueTask ProgressAsync(long done, long? total, string? message, CancellationToken cancellationToken)
    {
        lock (gate)
            (progress, hasProgress) = (new Progress(done, total, message), true);
        return ValueTask.CompletedTask;
    }

    public override Task<FencedTransaction> BeginAsync(CancellationToken cancellationToken) =>
        FencedTransaction.BeginAsync(this, dataSource, cancellationToken);

    public void Dispose() => stop.Dispose();

    /// <summary>Cancels the handler's token. The weightier cause stands, in the order of <see cref="Running.StopCause"/>.</summary>
    /// <returns>True when this cause is new.</returns>
    internal bool Stop(StopCause cause, (string Code, string Reason)? cancellation = null)
    {
        lock (gate)
        {
            if (cause <= StopCause)
                return false;
            StopCause = cause;
            if (cancellation is { } given)
                Cancellation = given;
        }

        // On another thread: what a handler hangs on its token must not hold up the heartbeat.
        _ = Task.Run(() =>
        {
            try
            {
                stop.Cancel();
            }
            catch (Exception fault) when (fault is ObjectDisposedException or AggregateException)
            {
                // The attempt has just ended, or a callback of the handler failed: its own affair.
            }
        });
        return true;
    }

    /// <summary>The attempt has said something, written or not.</summary>
    internal bool HasSaidSomething
    {
        get
        {
            lock (gate)
                return lineCount > 0 || hasProgress;
        }
    }

    /// <summary>Takes what the handler said since the last call.</summary>
    internal (IReadOnlyList<LogEntry> Lines, Progress? Progress) TakeJournal()
    {
        lock (gate)
        {
            if (lines.Count == 0 && progress is null)
                return ([], null);
            var taken = (lines, progress);
            (lines, progress) = ([], null);
            return taken;
        }
    }

    /// <summary>Puts back what could not be written.</summary>
    internal void ReturnJournal(IReadOnlyList<LogEntry> untold, Progress? unseen)
    {
        lock (gate)
        {
            lines = [.. untold, .. lines];
            progress ??= unseen;
        }
    }
}

/// <summary>One line of a job's log, not written yet.</summary>
internal readonly record struct LogEntry(DateTimeOffset At, LogLevel Level, string Message);

/// <summary>How far a job is, not written yet.</summary>
internal sealed record Progress(long Done, long? Total, string? Message);
