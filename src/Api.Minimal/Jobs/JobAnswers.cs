using System.Text.Json;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Jobs;

/// <summary>A page of jobs.</summary>
internal sealed record JobsAnswer : Answer
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<JobAnswer> Jobs { get; init; }

    /// <summary>For <c>after_id</c> of the next page; null on the last.</summary>
    public required long? NextAfterId { get; init; }
}

/// <summary>A job.</summary>
internal sealed record JobAnswer : Answer
{
    public required long Id { get; init; }

    public required string TenantId { get; init; }

    public required string Queue { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public required JsonElement Args { get; init; }

    /// <summary>What the job is about, a file id for example.</summary>
    public required string? SubjectId { get; init; }

    public required string? Connector { get; init; }

    /// <summary>What the job shares a limit with.</summary>
    public required string? LimitKey { get; init; }

    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    public required DateTimeOffset RunAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    public required string? ErrorCode { get; init; }

    public required string? ErrorMessage { get; init; }

    /// <summary>What a job that waits for its time waits for.</summary>
    public required string? WaitReason { get; init; }

    public required bool CancelRequested { get; init; }

    public required string? Worker { get; init; }

    /// <summary>Null when the job has said nothing about its progress.</summary>
    public required JobProgress? Progress { get; init; }

    internal static JobAnswer From(JobRow job)
    {
        using var args = JsonDocument.Parse(job.Args);
        return new JobAnswer
        {
            Id = job.Id,
            TenantId = job.TenantId,
            Queue = job.Queue,
            Kind = job.Kind,
            State = job.State,
            Args = args.RootElement.Clone(),
            SubjectId = job.SubjectId,
            Connector = job.Connector,
            LimitKey = job.LimitKey,
            Attempt = job.Attempt,
            MaxAttempts = job.MaxAttempts,
            RunAt = job.RunAt,
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
            ErrorCode = job.ErrorCode,
            ErrorMessage = job.ErrorMessage,
            WaitReason = job.WaitReason,
            CancelRequested = job.IsCancelRequested,
            Worker = job.Worker,
            Progress = JobProgress.From(job),
        };
    }
}

/// <summary>How far a job is.</summary>
internal sealed record JobProgress(long? Done, long? Total, string? Message)
{
    /// <summary>Null when the job has said nothing.</summary>
    internal static JobProgress? From(JobRow job) =>
        job.ProgressDone is null && job.ProgressMessage is null ? null : new(job.ProgressDone, job.ProgressTotal, job.ProgressMessage);
}

/// <summary>A stretch of a job's log.</summary>
internal sealed record JobLogsAnswer : Answer
{
    public required long JobId { get; init; }

    public required IReadOnlyList<JobLogItem> Lines { get; init; }

    /// <summary>For <c>after</c> of the next call.</summary>
    public required long NextAfter { get; init; }
}

/// <summary>One line of a job's log.</summary>
internal sealed record JobLogItem(long Seq, DateTimeOffset At, string Level, int Attempt, string Message);
