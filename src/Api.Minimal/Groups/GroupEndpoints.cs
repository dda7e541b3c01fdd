using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Groups;

/// <summary>Groups of users and of groups: what they own their members read, and whom a source lets in by them.</summary>
internal static class GroupEndpoints
{
    private const string Base = "/admin/groups";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapGroups()
        {
            var groups = routes.MapGroup(Base).WithTags("Groups").RequireScope(Scope.TenantAdmin).AddEndpointFilter(AdminsOnlyAsync);
            groups.MapGet("", ListAsync).WithName("ListGroups").WithSummary("The groups of the tenant, page by page");
            groups.MapPost("", CreateAsync).WithName("CreateGroup").WithSummary("Make a group");
            groups.MapGet("/{group_id}", GetAsync).WithName("GetGroup").WithSummary("One group with its direct members");
            groups.MapDelete("/{group_id}", DeleteAsync).WithName("DeleteGroup").WithSummary("Remove a group")
                .WithDescription("Its members lose what they had through it. A source that keeps the group out keeps everybody out until its account is mapped anew.");
            groups.MapPost("/{group_id}/members", AddAsync).WithName("AddGroupMember").WithSummary("Put a user or a group into a group").WithDescription("May be repeated.");
            groups.MapDelete("/{group_id}/members/{type}/{member_id}", RemoveAsync).WithName("RemoveGroupMember").WithSummary("Take a user or a group out of a group");
        }
    }

    internal static async Task<Ok<GroupsAnswer>> ListAsync(
        Caller caller, GroupStore groups, CancellationToken cancellationToken, string after = "", [Range(1, 1000)] int limit = 100)
    {
        var page = await groups.ListAsync(caller.TenantId, after, limit, cancellationToken);
        return TypedResults.Ok(new GroupsAnswer { Groups = [.. page.Select(GroupItem.From)], NextAfter = page.Count == limit ? page[^1].Id : null });
    }

    internal static async Task<Results<Created<GroupAnswer>, ErrorResult>> CreateAsync(
        [FromBody] GroupBody body, Caller caller, GroupAdmin admin, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.Name))
            return (ErrorResult)ApiError.Invalid(new FieldFault(["body", "name"], "name is required.", "missing"));
        return await admin.CreateAsync(caller, body.Name, cancellationToken) is { } made
            ? TypedResults.Created($"/api/v1{Base}/{made.Id}", GroupAnswer.From(made, []))
            : (ErrorResult)new ApiError(409, ErrorCodes.NameConflict, $"There is a group '{body.Name.Trim()}' already.");
    }

    internal static async Task<Results<Ok<GroupAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "group_id")] string groupId, Caller caller, GroupStore groups, CancellationToken cancellationToken) =>
        await groups.FindAsync(caller.TenantId, groupId, cancellationToken) is { } group
            ? TypedResults.Ok(GroupAnswer.From(group, await groups.MembersAsync(caller.TenantId, groupId, cancellationToken)))
            : (ErrorResult)ApiError.NotFound("group", groupId);

    internal static async Task<Results<NoContent, ErrorResult>> DeleteAsync(
        [FromRoute(Name = "group_id")] string groupId, Caller caller, GroupAdmin admin, CancellationToken cancellationToken) =>
        await admin.DeleteAsync(caller, groupId, cancellationToken) ? TypedResults.NoContent() : (ErrorResult)ApiError.NotFound("group", groupId);

    internal static async Task<Results<Ok<GroupAnswer>, ErrorResult>> AddAsync(
        [FromRoute(Name = "group_id")] string groupId, [FromBody] MemberBody body, Caller caller, GroupStore groups, GroupAdmin admin,
        CancellationToken cancellationToken)
    {
        if (await groups.FindAsync(caller.TenantId, groupId, cancellationToken) is null)
            return (ErrorResult)ApiError.NotFound("group", groupId);
        return await admin.AddMemberAsync(caller, groupId, body.ToPrincipal(), cancellationToken)
            ? await GetAsync(groupId, caller, groups, cancellationToken)
            : (ErrorResult)ApiError.Invalid(new FieldFault(["body", "id"], $"There is no {body.Type} '{body.Id}'.", "value_error"));
    }

    internal static async Task<Results<NoContent, ErrorResult>> RemoveAsync(
        [FromRoute(Name = "group_id")] string groupId,
        [RegularExpression(MemberBody.Types, ErrorMessage = "type must be one of " + MemberBody.Types + ".")] string type,
        [FromRoute(Name = "member_id")] string memberId,
        Caller caller, GroupAdmin admin, CancellationToken cancellationToken) =>
        await admin.RemoveMemberAsync(caller, groupId, Principal.Of(type, memberId), cancellationToken)
            ? TypedResults.NoContent()
            : (ErrorResult)ApiError.NotFound("member", memberId);

    private static async ValueTask<object?> AdminsOnlyAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.RequestServices.GetRequiredService<Caller>().IsAdmin
            ? await next(invocation)
            : new ErrorResult(ApiError.Denied("Only an admin may see and change groups."));
}
