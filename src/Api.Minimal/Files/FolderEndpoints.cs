using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Files;

/// <summary>What a folder holds, page by page, and the shares.</summary>
internal static class FolderEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapFolders()
        {
            routes.MapGet("/folders/{folder_id}/children", ChildrenAsync).RequireScope(Scope.FilesRead).WithTags("Folders").WithName("ListChildren")
                .WithSummary("Folders and files of one folder")
                .WithDescription("The special id root is the root of the share. Files that the caller may not read are left out, so a page may be shorter than limit.");
            routes.MapGet("/shares", SharesAsync).RequireScope(Scope.FilesRead).WithTags("Shares").WithName("ListShares").WithSummary("The shares the caller can see");
        }
    }

    internal static async Task<Results<Ok<ChildrenAnswer>, ErrorResult>> ChildrenAsync(
        [FromRoute(Name = "folder_id")] string folderId,
        [FromQuery(Name = "share_id"), Required] string? shareId,
        [FromQuery(Name = "include_deleted")] bool? includeDeleted,
        Caller caller, DriveStore drive, ReadAccess access, CancellationToken cancellationToken,
        [Range(1, 1000)] int limit = 100,
        [Range(0, int.MaxValue)] int offset = 0)
    {
        if (await ShareErrorAsync(drive, caller, shareId!, cancellationToken) is { } error)
            return (ErrorResult)error;
        var path = "/";
        var isRoot = folderId == "root";
        if (!isRoot)
        {
            var folder = await drive.FindFolderAsync(caller.TenantId, folderId, cancellationToken);
            if (folder is null || folder.ShareId != shareId)
                return (ErrorResult)ApiError.NotFound("folder", folderId);
            if (folder.IsDeleted && includeDeleted is not true)
                return (ErrorResult)ApiError.Gone("folder", folderId);
            path = folder.Path;
        }

        var page = await drive.ListChildrenAsync(caller.TenantId, shareId!, isRoot ? null : folderId, includeDeleted is true, limit, offset, cancellationToken);
        var shown = await ReadableAsync(drive, access, caller, page.Items, cancellationToken);
        return TypedResults.Ok(new ChildrenAnswer
        {
            Items = [.. shown.Select(ChildEntry.From)],
            Path = path,
            Total = page.Total - (page.Items.Count - shown.Count),
        });
    }

    /// <summary>Folders, and those of the files that the caller may read.</summary>
    private static async Task<IReadOnlyList<ChildItem>> ReadableAsync(
        DriveStore drive, ReadAccess access, Caller caller, IReadOnlyList<ChildItem> items, CancellationToken cancellationToken)
    {
        if (caller.IsAdmin)
            return items;
        // Files before rights: a list of permissions is there before a file refers to it.
        List<DriveFile> files =
            [.. await drive.FindFilesAsync(caller.TenantId, [.. items.Where(item => item is { Kind: ItemKind.File, IsDeleted: false }).Select(item => item.Id)], cancellationToken)];
        foreach (var item in items.Where(item => item is { Kind: ItemKind.File, IsDeleted: true }))
        {
            if (await drive.FindFileAsync(caller.TenantId, item.Id, cancellationToken) is { } file)
                files.Add(file);
        }

        var scope = await access.ScopeOfAsync(caller, cancellationToken);
        var readable = files.Where(scope.Admits).Select(file => file.Id).ToHashSet(StringComparer.Ordinal);
        return [.. items.Where(item => item.Kind == ItemKind.Folder || readable.Contains(item.Id))];
    }

    /// <summary>Null when the share is there and live.</summary>
    internal static async Task<ApiError?> ShareErrorAsync(DriveStore drive, Caller caller, string shareId, CancellationToken cancellationToken) =>
        await drive.FindShareAsync(caller.TenantId, shareId, cancellationToken) switch
        {
            null => ApiError.NotFound("share", shareId),
            { IsDeleted: true } => ApiError.Gone("share", shareId),
            _ => null,
        };

    internal static async Task<Ok<SharesAnswer>> SharesAsync(
        Caller caller, DriveStore drive, CancellationToken cancellationToken,
        [Range(1, 100)] int limit = 50,
        [Range(0, int.MaxValue)] int offset = 0)
    {
        var shares = await drive.ListSharesAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new SharesAnswer { Shares = [.. shares.Skip(offset).Take(limit).Select(ShareItem.From)], Total = shares.Count });
    }
}
