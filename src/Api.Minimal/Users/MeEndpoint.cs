using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Users;

/// <summary>Who the caller is.</summary>
internal static class MeEndpoint
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapMe() => routes.MapGet("/users/me", MeAsync).WithTags("Users").WithName("GetMe")
            .WithSummary("The caller: user, tenant, groups, and what the token and a stored role allow").RequireScope(Scope.SignedIn);
    }

    internal static async Task<Results<Ok<MeAnswer>, ErrorResult>> MeAsync(
        HttpContext context, Caller caller, UserAdmin users, GroupStore groups, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(caller.TenantId, caller.UserId, cancellationToken) is not { } user)
            return (ErrorResult)ApiError.NotFound("user", caller.UserId);
        return TypedResults.Ok(new MeAnswer
        {
            Id = user.Id,
            TenantId = caller.TenantId,
            PartnerId = caller.PartnerId,
            Email = user.Email,
            Name = user.Name ?? user.DisplayName,
            DisplayName = user.DisplayName,
            Groups = await groups.GroupsOfAsync(caller.TenantId, caller.UserId, cancellationToken),
            Scopes = context.Features.Get<GrantedScope>()?.Names ?? [],
            IsAdmin = caller.IsAdmin,
            AdminRole = user.AdminRole,
        });
    }
}

/// <summary>The caller.</summary>
internal sealed record MeAnswer : Answer
{
    public required string Id { get; init; }

    public required string? Email { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string TenantId { get; init; }

    /// <summary>As the token says it.</summary>
    public required string? PartnerId { get; init; }

    /// <summary>All the caller belongs to, also through other groups.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Those of applications that the token names; none when it names none.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Whether the caller may administer the tenant, by the token or by a stored role.</summary>
    public required bool IsAdmin { get; init; }

    /// <summary>The stored role, which gives every right on files; null: none.</summary>
    public required string? AdminRole { get; init; }
}
