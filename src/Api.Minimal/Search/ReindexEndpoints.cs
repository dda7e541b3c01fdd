using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Drive;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Index;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>What is to go through the index again.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ReindexBody
{
    /// <summary>One file.</summary>
    public string? FileId { get; init; }

    /// <summary>All files of a share. Neither: all files of the tenant.</summary>
    public string? ShareId { get; init; }

    /// <summary>From which stage on: <c>extract</c> reads the bytes again, <c>index</c> (default) cuts the stored text again, <c>embed</c> embeds
    /// the texts again, those that have vectors too.</summary>
    [RegularExpression("extract|index|embed", ErrorMessage = "stage must be one of extract|index|embed.")]
    public string? Stage { get; init; }

    /// <summary>Only files with a stage that ended with this code, such as <c>timed_out</c>.</summary>
    [RegularExpression("[a-z_]{1,100}", ErrorMessage = "reason_code is a code such as timed_out.")]
    public string? ReasonCode { get; init; }
}

/// <summary>What was set going.</summary>
internal sealed record ReindexAnswer : Answer
{
    /// <summary>The job of the file, or the one that enqueues the files; null when there is nothing to do.</summary>
    public required long? JobId { get; init; }

    /// <summary>How many files go through again.</summary>
    public required long Files { get; init; }
}

/// <summary>Lets files go through the index again.</summary>
internal static class ReindexEndpoints
{
    extension(IEndpointRouteBuilder search)
    {
        internal void MapReindex() =>
            search.MapPost("/reindex", ReindexAsync).RequireScope(Scope.FilesWrite).WithName("Reindex").WithSummary("Index a file, a share or the whole tenant again, whether or not anything changed")
                .WithDescription("A file goes first (high), a share or the tenant by one job in low. The old text stays searchable until the new one is there. "
                    + "It takes WRITE on the file, MANAGE_PERMISSIONS on the share, or an admin for the tenant.");
    }

    internal static async Task<Results<Accepted<ReindexAnswer>, ErrorResult>> ReindexAsync(
        [FromBody] ReindexBody body, Caller caller, ResourceGate gate, Reindexing reindexing, CancellationToken cancellationToken)
    {
        if (body is { FileId: not null, ShareId: not null })
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body", "share_id"], "Name a file or a share, not both.", "value_error"));
        if (await RefusalAsync(body, caller, gate, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        var started = await reindexing.StartAsync(
            new RedoFilter(caller.TenantId, body.FileId, body.ShareId, body.ReasonCode), body.Stage ?? "index", cancellationToken);
        return TypedResults.Accepted(
            started.JobId is { } job ? $"/api/v1/admin/jobs/{job}" : null, new ReindexAnswer { JobId = started.JobId, Files = started.Files });
    }

    private static async Task<ApiError?> RefusalAsync(ReindexBody body, Caller caller, ResourceGate gate, CancellationToken cancellationToken)
    {
        if (body.FileId is { } fileId)
            return (await gate.FileAsync(caller, fileId, Rights.Write, cancellationToken)).Error;
        if (body.ShareId is { } shareId)
            return (await gate.ShareAsync(caller, shareId, Rights.ManagePermissions, cancellationToken)).Error;
        return caller.IsAdmin ? null : ApiError.Denied("Only an admin may have a whole tenant indexed again.");
    }
}
