using Npgsql;

namespace ScaiDrive.Queue;

/// <summary>One job as readers see it. Times are UTC.</summary>
public sealed record JobRow
{
    /// <summary>The job's number, unique over all tenants; a higher one was enqueued later.</summary>
    public required long Id { get; init; }

    /// <summary>Whose job it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>See <see cref="QueueNames"/>.</summary>
    public required string Queue { get; init; }

    /// <summary>See <see cref="IJobArgs.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>See <see cref="JobStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The arguments as JSON.</summary>
    public required string Args { get; init; }

    /// <summary>What the job is about, if the producer said so.</summary>
    public string? SubjectId { get; init; }

    /// <summary>The connector that caused it, if one did.</summary>
    public string? Connector { get; init; }

    /// <summary>What the job shares a limit with; see <see cref="JobOptions"/>.</summary>
    public string? LimitKey { get; init; }

    /// <summary>Attempts counted so far, the running one included.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts before the job is discarded.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>When it may run, or might have.</summary>
    public required DateTimeOffset RunAt { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the newest attempt was claimed.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was completed, cancelled or discarded.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Code of the last failure, or of the cancellation.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What went wrong, for a person.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What a snoozed job waits for.</summary>
    public string? WaitReason { get; init; }

    /// <summary>Somebody asked to cancel it; true also for a running job whose handler has not ended yet.</summary>
    public bool IsCancelRequested { get; init; }

    /// <summary>Who runs it, or ran it last; null while it waits.</summary>
    public string? Worker { get; init; }

    /// <summary>Units done, if the handler said so.</summary>
    public long? ProgressDone { get; init; }

    /// <summary>All units, if known.</summary>
    public long? ProgressTotal { get; init; }

    /// <summary>What is being done, if the handler said so.</summary>
    public string? ProgressMessage { get; init; }

    /// <summary>Reads one row of the view <c>queue.job_row</c>, whatever stands beside it.</summary>
    internal static JobRow Read(NpgsqlDataReader row)
    {
        return new JobRow
        {
            TenantId = row.GetString(row.GetOrdinal("tenant_id")),
            Id = row.GetInt64(row.GetOrdinal("id")),
            Queue = row.GetString(row.GetOrdinal("queue")),
            Kind = row.GetString(row.GetOrdinal("kind")),
            State = row.GetString(row.GetOrdinal("state")),
            Args = row.GetString(row.GetOrdinal("args")),
            SubjectId = Text("subject_id"),
            Connector = Text("connector"),
            LimitKey = Text("limit_key"),
            Attempt = row.GetInt32(row.GetOrdinal("attempt")),
            MaxAttempts = row.GetInt32(row.GetOrdinal("max_attempts")),
            RunAt = row.GetDateTime(row.GetOrdinal("run_at")),
            CreatedAt = row.GetDateTime(row.GetOrdinal("created_at")),
            StartedAt = Time("started_at"),
            FinishedAt = Time("finished_at"),
            ErrorCode = Text("error_code"),
            ErrorMessage = Text("error_message"),
            WaitReason = Text("wait_reason"),
            IsCancelRequested = Text("cancel_code") is not null,
            Worker = Text("worker_id"),
            ProgressDone = Number("progress_done"),
            ProgressTotal = Number("progress_total"),
            ProgressMessage = Text("progress_message"),
        };

        string? Text(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetString(at);
        long? Number(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetInt64(at);
        DateTimeOffset? Time(string column) => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? null : row.GetDateTime(at);
    }
}

/// <summary>One line of a job's log.</summary>
/// <param name="Seq">Position; pass the last one seen to read on.</param>
/// <param name="At">When the handler said it, UTC, by its own machine's clock.</param>
/// <param name="Level">Lower-case name of the log level, such as <c>information</c>.</param>
/// <param name="Attempt">The attempt that said it.</param>
/// <param name="Message">The text.</param>
public sealed record JobLogLine(long Seq, DateTimeOffset At, string Level, int Attempt, string Message);

/// <summary>Which jobs to list; null members do not restrict.</summary>
public sealed record JobFilter
{
    /// <summary>Whose jobs. Required.</summary>
    public required string TenantId { get; init; }

    /// <summary>See <see cref="JobStates"/>.</summary>
    public string? State { get; init; }

    /// <summary>See <see cref="QueueNames"/>.</summary>
    public string? Queue { get; init; }

    /// <summary>See <see cref="IJobArgs.Kind"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>What the jobs are about.</summary>
    public string? SubjectId { get; init; }

    /// <summary>The connector that caused them.</summary>
    public string? Connector { get; init; }

    /// <summary>Code of the last failure or the cancellation.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Part of the error message or of what the job is about, whatever the case of its letters.</summary>
    public string? Text { get; init; }

    /// <summary>Continue after this job, that is with older ones: <see cref="JobPage.NextAfterId"/> of the page before.</summary>
    public long? AfterId { get; init; }

    /// <summary>Jobs on a page, 1 to 500; other values are brought into that range. Default 50.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>One page of jobs, newest first.</summary>
/// <remarks>A page costs a bounded look. A filter that fits few of very many jobs gives pages with fewer jobs than asked
/// for, or none; the next page goes on where this one stopped looking.</remarks>
/// <param name="Jobs">The jobs.</param>
/// <param name="NextAfterId">For <see cref="JobFilter.AfterId"/> of the next page; null on the last one.</param>
public sealed record JobPage(IReadOnlyList<JobRow> Jobs, long? NextAfterId);
