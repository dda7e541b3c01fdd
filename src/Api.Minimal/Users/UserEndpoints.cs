using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Users;

/// <summary>The users of the tenant: who they are, who is let in, who has a role.</summary>
internal static class UserEndpoints
{
    private const string Base = "/admin/users";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapUsers()
        {
            var users = routes.MapGroup(Base).WithTags("Users").RequireScope(Scope.TenantAdmin);
            users.MapGet("", ListAsync).WithName("ListUsers").WithSummary("The users of the tenant, page by page")
                .WithDescription("q finds by a part of name or email, or by the whole id.");
            users.MapPost("", CreateAsync).WithName("CreateUser").WithSummary("Make a user known before their first call");
            users.MapGet("/{user_id}", GetAsync).WithName("GetUser").WithSummary("One user");
            users.MapPatch("/{user_id}", ChangeAsync).WithName("ChangeUser").WithSummary("Change some fields of a user")
                .WithDescription("What is left out stays, null takes a role away. A status other than active or pending keeps the user out from the next call on.");
            users.MapPost("/{user_id}/activate", ActivateAsync).WithName("ActivateUser").WithSummary("Let a user in again, whoever kept them out");
            users.MapPost("/{user_id}/deactivate", DeactivateAsync).WithName("DeactivateUser").WithSummary("Keep a user out from the next call on");
        }
    }

    internal static async Task<Ok<UsersAnswer>> ListAsync(
        Caller caller, UserAdmin users, CancellationToken cancellationToken,
        [RegularExpression("active|pending|suspended|inactive", ErrorMessage = "status is one of active, pending, suspended, inactive.")] string? status = null,
        [StringLength(200)] string? q = null, [Range(1, 1000)] int limit = 100, [Range(0, 1_000_000)] int offset = 0)
    {
        var (page, total) = await users.ListAsync(caller.TenantId, status, string.IsNullOrWhiteSpace(q) ? null : q.Trim(), limit, offset, cancellationToken);
        return TypedResults.Ok(new UsersAnswer { Users = [.. page.Select(user => UserAnswer.From(caller.TenantId, user))], Total = total });
    }

    internal static async Task<Results<Created<UserAnswer>, ErrorResult>> CreateAsync(
        [FromBody] UserBody body, Caller caller, UserAdmin users, CancellationToken cancellationToken) =>
        await users.CreateAsync(caller, body.Id!, body.Email, (body.DisplayName ?? body.Email ?? body.Id!).Trim(), cancellationToken) is { } made
            ? TypedResults.Created($"/api/v1{Base}/{made.Id}", UserAnswer.From(caller.TenantId, made))
            : (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"The id {body.Id} is taken.");

    internal static async Task<Results<Ok<UserAnswer>, ErrorResult>> GetAsync(
        [FromRoute(Name = "user_id")] string userId, Caller caller, UserAdmin users, CancellationToken cancellationToken) =>
        await users.FindAsync(caller.TenantId, userId, cancellationToken) is { } user
            ? TypedResults.Ok(UserAnswer.From(caller.TenantId, user))
            : (ErrorResult)ApiError.NotFound("user", userId);

    internal static Task<Results<Ok<UserAnswer>, ErrorResult>> ChangeAsync(
        [FromRoute(Name = "user_id")] string userId, [FromBody] UserPatch body, HttpContext context, Caller caller, UserAdmin users, CancellationToken cancellationToken) =>
        ApplyAsync(userId, body.ToChange(), context, caller, users, cancellationToken);

    internal static Task<Results<Ok<UserAnswer>, ErrorResult>> ActivateAsync(
        [FromRoute(Name = "user_id")] string userId, HttpContext context, Caller caller, UserAdmin users, CancellationToken cancellationToken) =>
        ApplyAsync(userId, new UserChange { Status = UserStatuses.Active }, context, caller, users, cancellationToken);

    internal static Task<Results<Ok<UserAnswer>, ErrorResult>> DeactivateAsync(
        [FromRoute(Name = "user_id")] string userId, HttpContext context, Caller caller, UserAdmin users, CancellationToken cancellationToken) =>
        ApplyAsync(userId, new UserChange { Status = UserStatuses.Inactive }, context, caller, users, cancellationToken);

    private static async Task<Results<Ok<UserAnswer>, ErrorResult>> ApplyAsync(
        string userId, UserChange change, HttpContext context, Caller caller, UserAdmin users, CancellationToken cancellationToken)
    {
        var rule = new RoleRule(caller, context.Features.Get<GrantedScope>() ?? throw new InvalidOperationException("Nobody said what the caller may do."));
        try
        {
            return await users.ChangeAsync(caller, userId, change, user => rule.Check(user, change), cancellationToken) is { } after
                ? TypedResults.Ok(UserAnswer.From(caller.TenantId, after))
                : (ErrorResult)ApiError.NotFound("user", userId);
        }
        catch (RoleRefusedException refusal)
        {
            return (ErrorResult)(refusal.IsConflict ? new ApiError(409, ErrorCodes.Conflict, refusal.Message) : ApiError.Denied(refusal.Message));
        }
    }
}
