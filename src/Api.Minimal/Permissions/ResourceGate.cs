using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>Lets a caller through to a share, folder or file, or says why not: 404 for what is not there and just so for what they may not see,
/// 403 for what they see but may not do, 410 for what is in the trash.</summary>
internal sealed class ResourceGate(DriveStore drive, AccessControl access, AuditLog audit, Database database)
{
    /// <summary>A file, live unless the trash is looked into as well.</summary>
    internal async Task<(DriveFile? File, ApiError? Error)> FileAsync(
        Caller caller, string fileId, Rights needed, CancellationToken cancellationToken, bool alsoTrashed = false)
    {
        // What is there before what is allowed: a list of the source is there before a file refers to it.
        var file = await drive.FindFileAsync(caller.TenantId, fileId, cancellationToken);
        var error = file is null ? NotFound(Resource.File(fileId)) : await RefusalAsync(caller, Resource.File(fileId), needed, cancellationToken);
        return error is not null ? (null, error) : file!.IsDeleted && !alsoTrashed ? (null, ApiError.Gone("file", fileId)) : (file, null);
    }

    /// <summary>A folder of any share, live unless the trash is looked into as well.</summary>
    internal async Task<(DriveFolder? Folder, ApiError? Error)> FolderAsync(
        Caller caller, string folderId, Rights needed, CancellationToken cancellationToken, bool alsoTrashed = false)
    {
        var folder = await drive.FindFolderAsync(caller.TenantId, folderId, cancellationToken);
        var error = folder is null ? NotFound(Resource.Folder(folderId)) : await RefusalAsync(caller, Resource.Folder(folderId), needed, cancellationToken);
        return error is not null ? (null, error) : folder!.IsDeleted && !alsoTrashed ? (null, ApiError.Gone("folder", folderId)) : (folder, null);
    }

    /// <summary>A share, live unless the trash is looked into as well.</summary>
    internal async Task<(Share? Share, ApiError? Error)> ShareAsync(
        Caller caller, string shareId, Rights needed, CancellationToken cancellationToken, bool alsoTrashed = false)
    {
        var share = await drive.FindShareAsync(caller.TenantId, shareId, cancellationToken);
        var error = share is null ? NotFound(Resource.Share(shareId)) : await RefusalAsync(caller, Resource.Share(shareId), needed, cancellationToken);
        return error is not null ? (null, error) : share!.IsDeleted && !alsoTrashed ? (null, ApiError.Gone("share", shareId)) : (share, null);
    }

    /// <summary>Null when a caller may do something with a resource.</summary>
    internal async Task<ApiError?> RefusalAsync(Caller caller, Resource resource, Rights needed, CancellationToken cancellationToken)
    {
        var rights = await access.RightsOfAsync(caller, resource, cancellationToken);
        if (!rights.HasFlag(Rights.Read))
            return NotFound(resource);
        if (rights.HasFlag(needed))
            return null;
        await NoteAsync(caller, resource, needed & ~rights, cancellationToken);
        return Denied(resource, needed & ~rights);
    }

    internal static ApiError NotFound(Resource resource) => ApiError.NotFound(resource.TypeText, resource.Id);

    internal static ApiError Denied(Resource resource, Rights missing) => new(
        403, ErrorCodes.PermissionDenied, $"Permission denied: {string.Join(", ", RightNames.Of(missing))} on {resource}",
        new Dictionary<string, object?> { ["resource_type"] = resource.TypeText, ["resource_id"] = resource.Id, ["permissions"] = RightNames.Of(missing) });

    private async Task NoteAsync(Caller caller, Resource resource, Rights missing, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await audit.AddAsync(
            transaction,
            AuditEvent.By(caller, AuditCategories.Authorization, "permission.denied", AuditSeverities.Warning, resource.TypeText, resource.Id, new { permissions = RightNames.Of(missing) }),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
