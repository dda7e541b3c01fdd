using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Jobs;

/// <summary>The operator's view of single jobs: list, look at, ask why, retry, cancel. Many at once: <see cref="BulkEndpoints"/>.</summary>
internal static class JobEndpoints
{
    internal const string StatesPattern = "available|scheduled|running|retryable|completed|cancelled|discarded";
    internal const string QueuesPattern = QueueNames.High + "|" + QueueNames.Low;

    /// <summary>Longer than any kind, connector, subject or code.</summary>
    internal const int WordLength = 500;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapJobs()
        {
            var jobs = routes.MapGroup("/admin/jobs").WithTags("Jobs").RequireScope(Scope.TenantAdmin);
            jobs.MapGet("", ListAsync).WithName("ListJobs").WithSummary("Jobs, newest first, page by page")
                .WithDescription("Pages by key: pass next_after_id of one page as after_id of the next. Null means that there is no further page. "
                    + "A page may hold fewer jobs than limit, even none, when the filter fits few of very many jobs; go on while next_after_id is not null. "
                    + "text is looked for in error messages and subjects, whatever the case.");
            jobs.MapGet("/{id:long}", GetAsync).WithName("GetJob").WithSummary("One job and its last error");
            jobs.MapGet("/{id:long}/why", WhyAsync).WithName("ExplainJob").WithSummary("Why a job is not running: one answer, and all that it rests on")
                .WithDescription("reason is a stable code; causes holds every reason that holds now, the decisive one first.");
            jobs.MapGet("/{id:long}/logs", LogsAsync).WithName("GetJobLogs").WithSummary("What a job has logged, oldest first, also while it runs")
                .WithDescription("Pass next_after of one answer as after of the next.");
            jobs.MapPost("/{id:long}/retry", RetryAsync).WithName("RetryJob").WithSummary("Run a finished job again, or a waiting one at once");
            jobs.MapPost("/{id:long}/cancel", CancelAsync).WithName("CancelJob").WithSummary("Cancel a job; a running one is asked to end");
        }
    }

    internal static async Task<Ok<JobsAnswer>> ListAsync(
        [RegularExpression(StatesPattern, ErrorMessage = "state must be one of " + StatesPattern + ".")] string? state,
        [RegularExpression(QueuesPattern, ErrorMessage = "queue must be one of " + QueuesPattern + ".")] string? queue,
        [StringLength(WordLength)] string? kind,
        [FromQuery(Name = "subject_id"), StringLength(WordLength)] string? subjectId,
        [StringLength(WordLength)] string? connector,
        [FromQuery(Name = "error_code"), StringLength(WordLength)] string? errorCode,
        [StringLength(WordLength, MinimumLength = 1)] string? text,
        [FromQuery(Name = "after_id"), Range(1, long.MaxValue)] long? afterId,
        Caller caller, QueueReader queues, CancellationToken cancellationToken,
        [Range(1, 500)] int limit = 50)
    {
        var page = await queues.ListAsync(
            new JobFilter
            {
                TenantId = caller.TenantId,
                State = state,
                Queue = queue,
                Kind = kind,
                SubjectId = subjectId,
                Connector = connector,
                ErrorCode = errorCode,
                Text = text,
                AfterId = afterId,
                Limit = limit,
            },
            cancellationToken);
        return TypedResults.Ok(new JobsAnswer { Jobs = [.. page.Jobs.Select(JobAnswer.From)], NextAfterId = page.NextAfterId });
    }

    internal static async Task<Results<Ok<JobAnswer>, ErrorResult>> GetAsync(long id, Caller caller, QueueReader queues, CancellationToken cancellationToken) =>
        await queues.FindAsync(caller.TenantId, id, cancellationToken) is { } job
            ? TypedResults.Ok(JobAnswer.From(job))
            : (ErrorResult)NoSuchJob(id);

    internal static async Task<Results<Ok<WhyAnswer>, ErrorResult>> WhyAsync(long id, Caller caller, JobExplainer explainer, CancellationToken cancellationToken) =>
        await explainer.ExplainAsync(caller.TenantId, id, cancellationToken) is { } explanation
            ? TypedResults.Ok(WhyAnswer.From(explanation))
            : (ErrorResult)NoSuchJob(id);

    internal static async Task<Results<Ok<JobLogsAnswer>, ErrorResult>> LogsAsync(
        long id, Caller caller, QueueReader queues, CancellationToken cancellationToken,
        [Range(0, long.MaxValue)] long after = 0,
        [Range(1, 5000)] int limit = 500)
    {
        if (await queues.FindAsync(caller.TenantId, id, cancellationToken) is null)
            return (ErrorResult)NoSuchJob(id);
        var lines = await queues.LogsAsync(caller.TenantId, id, after, limit, cancellationToken);
        return TypedResults.Ok(new JobLogsAnswer
        {
            JobId = id,
            Lines = [.. lines.Select(l => new JobLogItem(l.Seq, l.At, l.Level, l.Attempt, l.Message))],
            NextAfter = lines.Count == 0 ? after : lines[^1].Seq,
        });
    }

    internal static async Task<Results<Accepted<JobAnswer>, ErrorResult>> RetryAsync(
        long id, Caller caller, JobControl control, QueueReader queues, CancellationToken cancellationToken) =>
        await TryRetryAsync(id, caller, control, cancellationToken) is { } error
            ? new ErrorResult(error)
            : await NowAsync(id, caller, queues, cancellationToken);

    internal static async Task<Results<Accepted<JobAnswer>, ErrorResult>> CancelAsync(
        long id,
        [StringLength(500)] string? reason,
        Caller caller, JobControl control, QueueReader queues, CancellationToken cancellationToken) =>
        await control.CancelAsync(caller.TenantId, id, reason ?? $"Cancelled by {caller.UserId}.", cancellationToken) switch
        {
            CancelResult.Cancelled or CancelResult.Requested => await NowAsync(id, caller, queues, cancellationToken),
            CancelResult.AlreadyFinished => (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"Job {id} has already finished."),
            _ => (ErrorResult)NoSuchJob(id),
        };

    /// <summary>Null when the job waits for a worker now.</summary>
    internal static async Task<ApiError?> TryRetryAsync(long id, Caller caller, JobControl control, CancellationToken cancellationToken) =>
        await control.RetryAsync(caller.TenantId, id, cancellationToken) switch
        {
            RetryResult.Requeued => null,
            RetryResult.StillRunning => new ApiError(409, ErrorCodes.Conflict, $"Job {id} is still running."),
            RetryResult.EqualJobWaits => new ApiError(409, ErrorCodes.Conflict, $"An equal job waits already; job {id} was left as it is."),
            _ => NoSuchJob(id),
        };

    private static async Task<Results<Accepted<JobAnswer>, ErrorResult>> NowAsync(long id, Caller caller, QueueReader queues, CancellationToken cancellationToken) =>
        await queues.FindAsync(caller.TenantId, id, cancellationToken) is { } job
            ? TypedResults.Accepted($"/api/v1/admin/jobs/{id}", JobAnswer.From(job))
            : (ErrorResult)NoSuchJob(id);

    private static ApiError NoSuchJob(long id) => ApiError.NotFound("job", id.ToString(CultureInfo.InvariantCulture));
}
