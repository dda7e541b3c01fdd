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

namespace ScaiDrive.Api.Minimal.Shares;

/// <summary>Shares: seen, made, changed, put into the trash.</summary>
internal static class ShareEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapShares()
        {
            var shares = routes.MapGroup("/shares").WithTags("Shares");
            shares.MapGet("", ListAsync).RequireScope(Scope.FilesRead).WithName("ListShares").WithSummary("The shares the caller can see");
            shares.MapPost("", CreateAsync).RequireScope(Scope.FilesWrite).WithName("CreateShare").WithSummary("Make a share")
                .WithDescription("For oneself or a group of one's own; an admin makes them for anybody in the tenant.");
            shares.MapGet("/{share_id}", GetAsync).RequireScope(Scope.FilesRead).WithName("GetShare").WithSummary("One share");
            shares.MapPatch("/{share_id}", PatchAsync).RequireScope(Scope.FilesWrite).WithName("PatchShare").WithSummary("Another name or description").WithDescription("Needs MANAGE_PERMISSIONS.");
            shares.MapDelete("/{share_id}", DeleteAsync).RequireScope(Scope.FilesWrite).WithName("DeleteShare").WithSummary("Put a share into the trash")
                .WithDescription("For its owner and for admins of the tenant. At once nobody finds or reads what is in it.");
            shares.MapPrincipals();
            shares.MapMembers();
            routes.MapGet("/users/me/shares", MineAsync).RequireScope(Scope.FilesRead).WithTags("Users").WithName("ListMyShares").WithSummary("The shares the caller has a role in");
        }
    }

    internal static async Task<Ok<SharesAnswer>> ListAsync(
        [FromQuery(Name = "include_trashed")] bool? includeTrashed, Caller caller, ShareStore shares, CancellationToken cancellationToken,
        [Range(1, 100)] int limit = 50, [Range(0, int.MaxValue)] int offset = 0)
    {
        var all = await shares.ListAsync(caller, includeTrashed is true, cancellationToken);
        return TypedResults.Ok(new SharesAnswer { Shares = [.. all.Skip(offset).Take(limit).Select(one => ShareAnswer.From(one.Share))], Total = all.Count });
    }

    internal static async Task<Ok<MySharesAnswer>> MineAsync(
        Caller caller, ShareStore shares, CancellationToken cancellationToken, [Range(1, 100)] int limit = 50, [Range(0, int.MaxValue)] int offset = 0)
    {
        var mine = (await shares.ListAsync(caller, includeTrashed: false, cancellationToken)).Where(one => one.Role is not null).ToList();
        return TypedResults.Ok(new MySharesAnswer { Shares = [.. mine.Skip(offset).Take(limit).Select(MyShareItem.From)], Total = mine.Count });
    }

    internal static async Task<Results<Created<ShareAnswer>, ErrorResult>> CreateAsync(
        [FromBody] ShareBody body, Caller caller, GroupStore groups, ShareAdmin admin, CancellationToken cancellationToken)
    {
        // Whom one may not name is as unknown as who is not there.
        var mayOwn = caller.HasAllRights || body.OwnerId == caller.UserId
            || (await groups.GroupsOfAsync(caller.TenantId, caller.UserId, cancellationToken)).Contains(body.OwnerId!);
        if (!mayOwn)
            return (ErrorResult)ApiError.Denied("Only an admin may make shares for others.");
        try
        {
            var share = await admin.CreateAsync(caller, new NewShare(body.Name!, body.ShareType!, body.OwnerId!, body.Description, body.QuotaBytes), cancellationToken);
            return TypedResults.Created($"/api/v1/shares/{share.Id}", ShareAnswer.From(share));
        }
        catch (ItemNotFoundException)
        {
            return (ErrorResult)ApiError.NotFound("owner", body.OwnerId!);
        }
        catch (NameConflictException fault)
        {
            return (ErrorResult)Taken(fault);
        }
    }

    internal static async Task<Results<Ok<ShareAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "share_id")] string shareId, Caller caller, ResourceGate gate, CancellationToken cancellationToken)
    {
        var (share, error) = await gate.ShareAsync(caller, shareId, Rights.Read, cancellationToken);
        return share is null ? (ErrorResult)error! : TypedResults.Ok(ShareAnswer.From(share));
    }

    internal static async Task<Results<Ok<ShareAnswer>, ErrorResult>> PatchAsync(
        [FromRoute(Name = "share_id")] string shareId, [FromBody] SharePatch body, Caller caller, ResourceGate gate, ShareAdmin admin,
        CancellationToken cancellationToken)
    {
        if ((await gate.ShareAsync(caller, shareId, Rights.ManagePermissions, cancellationToken)).Error is { } error)
            return (ErrorResult)error;
        try
        {
            return TypedResults.Ok(ShareAnswer.From(await admin.ChangeAsync(caller, shareId, body.Name, body.Description, cancellationToken)));
        }
        catch (NameConflictException fault)
        {
            return (ErrorResult)Taken(fault);
        }
    }

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "share_id")] string shareId, Caller caller, ResourceGate gate, Ownership ownership, ShareAdmin admin, CancellationToken cancellationToken)
    {
        if ((await gate.ShareAsync(caller, shareId, Rights.ManagePermissions, cancellationToken)).Error is { } error)
            return (ErrorResult)error;
        if (await ownership.RefusalAsync(caller, Resource.Share(shareId), cancellationToken) is { } refusal)
            return (ErrorResult)refusal;
        await admin.TrashAsync(caller, shareId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ApiError Taken(NameConflictException fault) =>
        new(409, ErrorCodes.NameConflict, $"There is already a central share called '{fault.Name}'.");
}
