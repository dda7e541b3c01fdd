using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Permissions;

/// <summary>Lists of permissions, and to whom things belong.</summary>
internal static class AclEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapPermissions()
        {
            var permissions = routes.MapGroup("/permissions").WithTags("Permissions");
            permissions.MapChecks();
            permissions.MapGet("/acl/{resource_type}/{resource_id}", GetAsync).RequireScope(Scope.FilesRead).WithName("GetAcl")
                .WithSummary("The list of permissions of a share, folder or file").WithDescription("Needs MANAGE_PERMISSIONS, as all changes of it do.");
            permissions.MapPost("/acl/{resource_type}/{resource_id}", SetAsync).RequireScope(Scope.FilesWrite).WithName("SetAclEntry")
                .WithSummary("Allow or deny somebody something")
                .WithDescription("What the list allowed, or denied, the same principal before is replaced. For each right the nearest list that mentions it decides, a denial before a "
                    + "grant; what no list mentions follows the role in the share. Counts at once, in search too.");
            permissions.MapDelete("/acl/{resource_type}/{resource_id}", RemoveAsync).RequireScope(Scope.FilesWrite).WithName("RemoveAclEntry").WithSummary("Take an entry back");
            permissions.MapPut("/acl/{resource_type}/{resource_id}/inheritance", InheritAsync).RequireScope(Scope.FilesWrite).WithName("SetAclInheritance")
                .WithSummary("Whether the lists above a folder or file count for it");
            permissions.MapPost("/ownership/{resource_type}/{resource_id}/transfer", TransferAsync).RequireScope(Scope.FilesWrite).WithName("TransferOwnership")
                .WithSummary("Give a share, folder or file to another user or group")
                .WithDescription("For its owner and for admins of the tenant. To own a share gives every right in it; to own a folder or file gives none.");
        }
    }

    internal static async Task<Results<Ok<AclAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "resource_type"), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string resourceType,
        [FromRoute(Name = "resource_id")] string resourceId, Caller caller, ResourceGate gate, AclStore lists, CancellationToken cancellationToken)
    {
        var resource = ResourceNames.Of(resourceType, resourceId);
        if (await gate.RefusalAsync(caller, resource, Rights.ManagePermissions, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        return TypedResults.Ok(AclAnswer.From(resource, await lists.FindAsync(caller.TenantId, resource, cancellationToken)));
    }

    internal static async Task<Results<Created<AclEntryAnswer>, ErrorResult>> SetAsync(
        [FromRoute(Name = "resource_type"), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string resourceType,
        [FromRoute(Name = "resource_id")] string resourceId, [FromBody] AclEntryBody body, Caller caller, ResourceGate gate, AclAdmin admin,
        CancellationToken cancellationToken)
    {
        var resource = ResourceNames.Of(resourceType, resourceId);
        if (await gate.RefusalAsync(caller, resource, Rights.ManagePermissions, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        if (body.RightsFault() is { } fault)
            return (ErrorResult)ApiError.Invalid(fault);
        if (!ResourceNames.TryPrincipal(body.PrincipalType!, body.PrincipalId, out var principal, out var error))
            return (ErrorResult)error;
        // Of another tenant is as good as none.
        return await admin.SetAsync(caller, resource, body.ToRule(principal), cancellationToken) is { } entry
            ? TypedResults.Created($"/api/v1/permissions/acl/{resource}", AclEntryAnswer.From(AclEntryItem.From(entry)))
            : (ErrorResult)ApiError.NotFound(principal.TypeText, body.PrincipalId!);
    }

    internal static async Task<Results<NoContent, ErrorResult>> RemoveAsync(
        [FromRoute(Name = "resource_type"), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string resourceType,
        [FromRoute(Name = "resource_id")] string resourceId, [FromBody] AclRemovalBody body, Caller caller, ResourceGate gate, AclAdmin admin,
        CancellationToken cancellationToken)
    {
        var resource = ResourceNames.Of(resourceType, resourceId);
        if (await gate.RefusalAsync(caller, resource, Rights.ManagePermissions, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        if (!ResourceNames.TryPrincipal(body.PrincipalType!, body.PrincipalId, out var principal, out var error))
            return (ErrorResult)error;
        return await admin.RemoveAsync(caller, resource, principal, body.AceType == "allow", cancellationToken)
            ? TypedResults.NoContent()
            : (ErrorResult)ApiError.NotFound("entry", $"{body.AceType} {principal.TypeText} {principal.Id}".TrimEnd());
    }

    internal static async Task<Results<Ok<InheritanceAnswer>, ErrorResult>> InheritAsync(
        [FromRoute(Name = "resource_type"), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string resourceType,
        [FromRoute(Name = "resource_id")] string resourceId, [FromBody] InheritanceBody body, Caller caller, ResourceGate gate, AclAdmin admin,
        CancellationToken cancellationToken)
    {
        var resource = ResourceNames.Of(resourceType, resourceId);
        if (await gate.RefusalAsync(caller, resource, Rights.ManagePermissions, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        if (resource.Type == ResourceType.Share)
            return (ErrorResult)ApiError.Invalid(new FieldFault(["path", "resource_type"], "Nothing is above a share: name a folder or a file.", "value_error"));
        await admin.SetInheritanceAsync(caller, resource, body.InheritFromParent!.Value, body.CopyInherited, cancellationToken);
        return TypedResults.Ok(new InheritanceAnswer { ResourceType = resourceType, ResourceId = resourceId, InheritFromParent = body.InheritFromParent.Value });
    }

    internal static async Task<Results<Ok<OwnershipAnswer>, ErrorResult>> TransferAsync(
        [FromRoute(Name = "resource_type"), RegularExpression(ResourceNames.Types, ErrorMessage = ResourceNames.TypesError)] string resourceType,
        [FromRoute(Name = "resource_id")] string resourceId, [FromBody] TransferBody body, Caller caller, Ownership ownership, ShareAdmin admin,
        CancellationToken cancellationToken)
    {
        var resource = ResourceNames.Of(resourceType, resourceId);
        if (await ownership.RefusalAsync(caller, resource, cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        try
        {
            await admin.GiveAsync(caller, resource, body.NewOwnerId!, cancellationToken);
        }
        catch (ItemNotFoundException fault) when (fault.Id == body.NewOwnerId)
        {
            return (ErrorResult)ApiError.NotFound("owner", body.NewOwnerId!);
        }

        return TypedResults.Ok(new OwnershipAnswer { ResourceType = resourceType, ResourceId = resourceId, OwnerId = body.NewOwnerId! });
    }
}
