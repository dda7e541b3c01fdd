using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>What only the owner may do, themselves or by a group, and whoever has every right.</summary>
internal sealed class Ownership(ResourceGate gate, GroupStore groups)
{
    /// <summary>Null when the caller owns something, or has every right on it.</summary>
    internal async Task<ApiError?> RefusalAsync(Caller caller, Resource resource, CancellationToken cancellationToken)
    {
        var (ownerId, error) = await OwnerOfAsync(caller, resource, cancellationToken);
        if (error is not null)
            return error;
        return caller.HasAllRights || ownerId == caller.UserId || (await groups.GroupsOfAsync(caller.TenantId, caller.UserId, cancellationToken)).Contains(ownerId!)
            ? null
            : ApiError.Denied($"Permission denied: only the owner of {resource} may do this.");
    }

    private async Task<(string? OwnerId, ApiError? Error)> OwnerOfAsync(Caller caller, Resource resource, CancellationToken cancellationToken)
    {
        switch (resource.Type)
        {
            case ResourceType.Share:
                var share = await gate.ShareAsync(caller, resource.Id, Rights.Read, cancellationToken);
                return (share.Share?.OwnerId, share.Error);
            case ResourceType.Folder:
                var folder = await gate.FolderAsync(caller, resource.Id, Rights.Read, cancellationToken);
                return (folder.Folder?.OwnerId, folder.Error);
            default:
                var file = await gate.FileAsync(caller, resource.Id, Rights.Read, cancellationToken);
                return (file.File?.OwnerId, file.Error);
        }
    }
}
