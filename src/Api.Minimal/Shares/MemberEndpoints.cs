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

/// <summary>Who has which role in a share, and whom one could give one.</summary>
internal static class MemberEndpoints
{
    extension(IEndpointRouteBuilder shares)
    {
        internal void MapMembers()
        {
            shares.MapGet("/{share_id}/members", ListAsync).RequireScope(Scope.FilesRead).WithName("ListShareMembers").WithSummary("The owner and the members of a share")
                .WithDescription("For everybody who sees the share. The owner comes first.");
            shares.MapPost("/{share_id}/members", AddAsync).RequireScope(Scope.FilesWrite).WithName("AddShareMember").WithSummary("Give a user or a group a role")
                .WithDescription("Needs MANAGE_PERMISSIONS, as changes and removals do. Every user of a group has its role.");
            shares.MapPatch("/{share_id}/members/{member_id}", PatchAsync).RequireScope(Scope.FilesWrite).WithName("PatchShareMember").WithSummary("Another role, or another end")
                .WithDescription("What is left out stays; expires_at null takes the end away.");
            shares.MapDelete("/{share_id}/members/{member_id}", RemoveAsync).RequireScope(Scope.FilesWrite).WithName("RemoveShareMember").WithSummary("Take somebody's role away")
                .WithDescription("Members may leave by themselves. The owner cannot be removed: transfer the share.");
        }

        internal void MapPrincipals() =>
            shares.MapGet("/search/principals", PrincipalsAsync).RequireScope(Scope.FilesRead).WithName("SearchPrincipals").WithSummary("Users and groups by a part of their name or email");
    }

    internal static async Task<Results<Ok<MembersAnswer>, ErrorResult>> ListAsync(
        [FromRoute(Name = "share_id")] string shareId, Caller caller, ResourceGate gate, ShareStore shares, CancellationToken cancellationToken,
        [Range(1, 1000)] int limit = 100, [Range(0, int.MaxValue)] int offset = 0)
    {
        if ((await gate.ShareAsync(caller, shareId, Rights.Read, cancellationToken)).Error is { } error)
            return (ErrorResult)error;
        var (members, total) = await shares.MembersAsync(caller.TenantId, shareId, limit, offset, cancellationToken);
        return TypedResults.Ok(new MembersAnswer { Members = [.. members.Select(ShareMemberItem.From)], Total = total });
    }

    internal static async Task<Results<Created<ShareMemberAnswer>, ErrorResult>> AddAsync(
        [FromRoute(Name = "share_id")] string shareId, [FromBody] ShareMemberBody body, Caller caller, ResourceGate gate, ShareStore shares, ShareAdmin admin,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var (share, error) = await gate.ShareAsync(caller, shareId, Rights.ManagePermissions, cancellationToken);
        if (share is null)
            return (ErrorResult)error!;
        if (Past(body.ExpiresAt, time) is { } past)
            return (ErrorResult)past;
        var member = new ShareMember(Principal.Of(body.PrincipalType!, body.PrincipalId), body.Role!, body.ExpiresAt);
        return await admin.AddMemberAsync(caller, share, member, cancellationToken) switch
        {
            MemberOutcome.Added => TypedResults.Created($"/api/v1/shares/{shareId}/members/{body.PrincipalId}", await AnswerAsync(shares, caller, shareId, body.PrincipalId!, cancellationToken)),
            MemberOutcome.IsMember => (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"{body.PrincipalId} has a role in this share already."),
            _ => (ErrorResult)ApiError.NotFound(body.PrincipalType!, body.PrincipalId!),
        };
    }

    internal static async Task<Results<Ok<ShareMemberAnswer>, ErrorResult>> PatchAsync(
        [FromRoute(Name = "share_id")] string shareId, [FromRoute(Name = "member_id")] string memberId, [FromBody] ShareMemberPatch body, Caller caller,
        ResourceGate gate, ShareStore shares, ShareAdmin admin, TimeProvider time, CancellationToken cancellationToken)
    {
        var (share, error) = await gate.ShareAsync(caller, shareId, Rights.ManagePermissions, cancellationToken);
        if (share is null)
            return (ErrorResult)error!;
        if (!body.TryReadExpiry(out var expires, out var fault))
            return (ErrorResult)ApiError.Invalid(fault);
        if (Past(expires, time) is { } past)
            return (ErrorResult)past;
        if (share.OwnerId == memberId)
            return (ErrorResult)OwnerStays(memberId);
        if (await shares.FindMemberAsync(caller.TenantId, shareId, memberId, cancellationToken) is not { } member)
            return (ErrorResult)ApiError.NotFound("member", memberId);
        var changed = member with { Role = body.Role ?? member.Role, ExpiresAt = body.HasExpiry ? expires : member.ExpiresAt };
        return await admin.ChangeMemberAsync(caller, shareId, changed, cancellationToken)
            ? TypedResults.Ok(await AnswerAsync(shares, caller, shareId, memberId, cancellationToken))
            : (ErrorResult)ApiError.NotFound("member", memberId);
    }

    internal static async Task<Results<NoContent, ErrorResult>> RemoveAsync(
        [FromRoute(Name = "share_id")] string shareId, [FromRoute(Name = "member_id")] string memberId, Caller caller, ResourceGate gate, ShareAdmin admin,
        CancellationToken cancellationToken)
    {
        var (share, error) = await gate.ShareAsync(caller, shareId, memberId == caller.UserId ? Rights.Read : Rights.ManagePermissions, cancellationToken);
        if (share is null)
            return (ErrorResult)error!;
        if (share.OwnerId == memberId)
            return (ErrorResult)OwnerStays(memberId);
        return await admin.RemoveMemberAsync(caller, shareId, memberId, cancellationToken) ? TypedResults.NoContent() : (ErrorResult)ApiError.NotFound("member", memberId);
    }

    internal static async Task<Ok<PrincipalsAnswer>> PrincipalsAsync(
        [Required, StringLength(200, MinimumLength = 1)] string? q,
        [FromQuery(Name = "principal_type"), RegularExpression("user|group", ErrorMessage = "principal_type must be one of user|group.")] string? principalType,
        Caller caller, ShareStore shares, CancellationToken cancellationToken, [Range(1, 50)] int limit = 20) =>
        TypedResults.Ok(new PrincipalsAnswer
        {
            Users = principalType == "group" ? [] : [.. (await shares.FindUsersAsync(caller.TenantId, q!, limit, cancellationToken)).Select(user => new PrincipalUserItem(user.Id, user.Email, user.DisplayName))],
            Groups = principalType == "user" ? [] : [.. (await shares.FindGroupsAsync(caller.TenantId, q!, limit, cancellationToken)).Select(group => new PrincipalGroupItem(group.Id, group.Name))],
        });

    private static ApiError OwnerStays(string ownerId) =>
        new(409, ErrorCodes.Conflict, $"{ownerId} owns this share and has every right in it: transfer the share first.");

    private static ApiError? Past(DateTimeOffset? expires, TimeProvider time) => expires <= time.GetUtcNow()
        ? ApiError.Invalid(new FieldFault(["body", "expires_at"], "expires_at is in the past.", "value_error"))
        : null;

    private static async Task<ShareMemberAnswer> AnswerAsync(ShareStore shares, Caller caller, string shareId, string memberId, CancellationToken cancellationToken) =>
        ShareMemberAnswer.From((await shares.FindMemberAsync(caller.TenantId, shareId, memberId, cancellationToken))!);
}
