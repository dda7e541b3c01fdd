using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Not found, and why.</summary>
internal static class WhyEndpoints
{
    extension(IEndpointRouteBuilder search)
    {
        internal void MapWhy() =>
            search.MapGet("/why", WhyAsync).WithName("ExplainFile").WithSummary("Why a file is found or not, also one that nobody has heard of")
                .WithDescription("Names the file by file_id, or by share_id and path. The causes come with the decisive one first. An admin may ask for another user with user_id.");
    }

    internal static async Task<Results<Ok<WhyFoundAnswer>, ErrorResult>> WhyAsync(
        [FromQuery(Name = "file_id")] string? fileId,
        [FromQuery(Name = "share_id")] string? shareId,
        [StringLength(32768)] string? path,
        [FromQuery(Name = "user_id")] string? userId,
        Caller caller, FileExplainer explainer, CancellationToken cancellationToken)
    {
        if (fileId is null && (shareId is null || path is null))
            return (ErrorResult)ApiError.Invalid(new FieldFault(["query", fileId is null && shareId is null ? "file_id" : "path"], "Name the file by file_id, or by share_id and path.", "missing"));
        if (userId is not null && userId != caller.UserId && !caller.IsAdmin)
            return (ErrorResult)ApiError.Denied("Only an admin may ask for another user.");
        return TypedResults.Ok(WhyFoundAnswer.From(await explainer.ExplainAsync(caller, new WhyQuestion(fileId, shareId, path, userId), cancellationToken)));
    }
}
