using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Files;

/// <summary>What a folder holds, page by page.</summary>
internal static class FolderEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapFolders() =>
            routes.MapGet("/folders/{folder_id}/children", ChildrenAsync).RequireScope(Scope.FilesRead).WithTags("Folders").WithName("ListChildren")
                .WithSummary("Folders and files of one folder")
                .WithDescription("The special id root is the root of the share. What the caller may not read is left out and not counted.");
    }

    internal static async Task<Results<Ok<ChildrenAnswer>, ErrorResult>> ChildrenAsync(
        [FromRoute(Name = "folder_id")] string folderId,
        [FromQuery(Name = "share_id"), Required] string? shareId,
        [FromQuery(Name = "include_deleted")] bool? includeDeleted,
        Caller caller, DriveStore drive, ResourceGate gate, AccessControl access, CancellationToken cancellationToken,
        [Range(1, 1000)] int limit = 100,
        [Range(0, int.MaxValue)] int offset = 0)
    {
        var (folder, error) = await PlaceAsync(gate, caller, shareId!, folderId, includeDeleted is true, cancellationToken);
        if (error is not null)
            return (ErrorResult)error;
        var filter = await access.ChildrenOfAsync(caller, folder is null ? Resource.Share(shareId!) : Resource.Folder(folder.Id), cancellationToken);
        var page = await drive.ListChildrenAsync(caller.TenantId, shareId!, folder?.Id, includeDeleted is true, filter, limit, offset, cancellationToken);
        return TypedResults.Ok(new ChildrenAnswer { Items = [.. page.Items.Select(ChildEntry.From)], Path = page.Path, Total = page.Total });
    }

    // A folder may be readable in a share that is not.
    private static async Task<(DriveFolder? Folder, ApiError? Error)> PlaceAsync(
        ResourceGate gate, Caller caller, string shareId, string folderId, bool alsoTrashed, CancellationToken cancellationToken)
    {
        if (folderId == "root")
            return (null, (await gate.ShareAsync(caller, shareId, Rights.Read, cancellationToken)).Error);
        var (folder, error) = await gate.FolderAsync(caller, folderId, Rights.Read, cancellationToken, alsoTrashed);
        return error is not null ? (null, error) : folder!.ShareId == shareId ? (folder, null) : (null, ApiError.NotFound("folder", folderId));
    }
}
