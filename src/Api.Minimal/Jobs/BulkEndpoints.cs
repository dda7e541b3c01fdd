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

/// <summary>One wish about many jobs of the caller's tenant.</summary>
internal static class BulkEndpoints
{
    private const string HowItGoes =
        " Say which by ids or by filter (as in the list), never both. dry_run only counts. Works in small steps and stops at a bound: "
        + "while continue_after_id is not null, send the same again with it as filter.after_id.";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapBulkJobs()
        {
            var jobs = routes.MapGroup("/admin/jobs").WithTags("Jobs").RequireScope(Scope.TenantAdmin);
            jobs.MapPost("/retry", RetryAsync).WithName("RetryJobs").WithSummary("Run many jobs again")
                .WithDescription("A filter without a state means discarded jobs." + HowItGoes);
            jobs.MapPost("/cancel", CancelAsync).WithName("CancelJobs").WithSummary("Cancel many jobs; running ones are asked to end")
                .WithDescription("A filter without a state means all that have not ended." + HowItGoes);
            jobs.MapPost("/move", MoveAsync).WithName("MoveJobs").WithSummary("Move many waiting jobs to the other queue")
                .WithDescription("A filter without a state means all that wait." + HowItGoes);
        }
    }

    internal static Task<Results<Ok<BulkAnswer>, ErrorResult>> RetryAsync(
        [FromBody] BulkBody body, Caller caller, JobControl control, CancellationToken cancellationToken) =>
        RunAsync(
            body, caller,
            selection => control.CountForRetryAsync(selection, cancellationToken),
            selection => control.RetryAsync(selection, cancellationToken));

    internal static Task<Results<Ok<BulkAnswer>, ErrorResult>> CancelAsync(
        [FromBody] BulkCancelBody body, Caller caller, JobControl control, CancellationToken cancellationToken) =>
        RunAsync(
            body, caller,
            selection => control.CountForCancelAsync(selection, cancellationToken),
            selection => control.CancelAsync(selection, body.Reason ?? $"Cancelled by {caller.UserId}.", cancellationToken));

    internal static Task<Results<Ok<BulkAnswer>, ErrorResult>> MoveAsync(
        [FromBody] BulkMoveBody body, Caller caller, JobControl control, CancellationToken cancellationToken) =>
        RunAsync(
            body, caller,
            selection => control.CountForMoveAsync(selection, cancellationToken),
            selection => control.MoveAsync(selection, body.Queue!, cancellationToken));

    private static async Task<Results<Ok<BulkAnswer>, ErrorResult>> RunAsync(
        BulkBody body, Caller caller, Func<JobSelection, Task<BulkCount>> count, Func<JobSelection, Task<BulkResult>> change)
    {
        if (body.Ids is null == body.Filter is null)
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body"], "Say which jobs, by ids or by filter, and not by both.", "value_error"));
        if (body.Filter is not null && RequestValidation.Faults(body.Filter, "body", "filter") is { Count: > 0 } faults)
            return (ErrorResult)ApiError.Invalid(faults);
        try
        {
            var selection = Selection(body, caller);
            return TypedResults.Ok(body.DryRun ? BulkAnswer.From(await count(selection)) : BulkAnswer.From(await change(selection)));
        }
        catch (ArgumentException refusal)
        {
            return (ErrorResult)ApiError.Invalid(refusal, "body", body.Ids is null ? "filter" : "ids");
        }
    }

    private static JobSelection Selection(BulkBody body, Caller caller) => new()
    {
        TenantId = caller.TenantId,
        Ids = body.Ids,
        Filter = body.Filter is { } filter
            ? new JobFilter
            {
                TenantId = caller.TenantId,
                State = filter.State,
                Queue = filter.Queue,
                Kind = filter.Kind,
                SubjectId = filter.SubjectId,
                Connector = filter.Connector,
                ErrorCode = filter.ErrorCode,
                Text = filter.Text,
                AfterId = filter.AfterId,
            }
            : null,
    };
}
