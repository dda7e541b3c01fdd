using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Outdated;

/// <summary>Texts that newer readers would read differently: how many, and reading them again.</summary>
internal static class OutdatedEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapOutdatedTexts()
        {
            var extraction = routes.MapGroup("/admin/extraction").WithTags("Extraction").RequireScope(Scope.TenantAdmin);
            extraction.MapGet("/outdated", EstimateAsync).WithName("EstimateRedo")
                .WithSummary("Which texts were read by readers that have changed since, and what reading them again costs");
            extraction.MapPost("/redo", RedoAsync).WithName("RedoExtraction").WithSummary("Read exactly these texts again, in low")
                .WithDescription("Answers with the job that enqueues them. Search answers from the old texts until the new ones are indexed; one that comes out "
                    + "the same changes nothing. May be repeated: what is queued is not queued twice.");
        }
    }

    internal static async Task<Results<Ok<OutdatedAnswer>, ErrorResult>> EstimateAsync(
        Caller caller, ExtractionRedo redo, CancellationToken cancellationToken) =>
        caller.IsAdmin
            ? TypedResults.Ok(OutdatedAnswer.From(await redo.EstimateAsync(caller.TenantId, cancellationToken)))
            : (ErrorResult)AdminsOnly();

    internal static async Task<Results<Accepted<RedoAnswer>, Ok<RedoAnswer>, ErrorResult>> RedoAsync(
        Caller caller, ExtractionRedo redo, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return (ErrorResult)AdminsOnly();
        var answer = RedoAnswer.From(await redo.StartAsync(caller.TenantId, cancellationToken));
        return answer.JobId is { } job ? TypedResults.Accepted($"/api/v1/admin/jobs/{job}", answer) : TypedResults.Ok(answer);
    }

    private static ApiError AdminsOnly() => ApiError.Denied("Only an admin may see and read outdated texts again.");
}
