using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Who the caller is, and what the tenant allows.</summary>
internal static class IdentityEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        internal void MapIdentity()
        {
            routes.MapGet("/users/me", Me).RequireScope(Scope.SignedIn).WithTags("Users").WithName("GetMe").WithSummary("The caller: user and tenant id");
            routes.MapGet("/admin/tenant", TenantAsync).RequireScope(Scope.TenantAdmin).WithTags("Admin").WithName("GetTenant").WithSummary("The caller's tenant and its settings");
        }
    }

    internal static Ok<UserAnswer> Me(Caller caller) => TypedResults.Ok(new UserAnswer
    {
        Id = caller.UserId,
        TenantId = caller.TenantId,
        Name = "local",
        DisplayName = "Local admin",
        IsAdmin = caller.IsAdmin,
        AdminRole = caller.IsAdmin ? "tenant_admin" : null,
    });

    internal static async Task<Results<Ok<TenantAnswer>, ErrorResult>> TenantAsync(Caller caller, DriveStore drive, CancellationToken cancellationToken) =>
        await drive.FindTenantAsync(caller.TenantId, cancellationToken) is { } tenant
            ? TypedResults.Ok(new TenantAnswer
            {
                Id = tenant.Id,
                Name = tenant.Name,
                DisplayName = tenant.Name,
                Status = "active",
                Settings = new TenantSettings { MaxFileSizeBytes = tenant.MaxFileSizeBytes },
            })
            : (ErrorResult)ApiError.NotFound("tenant", caller.TenantId);
}

/// <summary>A user as <c>/users/me</c> shows it.</summary>
internal sealed record UserAnswer : Answer
{
    public required string Id { get; init; }

    public string? Email { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string TenantId { get; init; }

    public string? PartnerId { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public required bool IsAdmin { get; init; }

    public required string? AdminRole { get; init; }
}

/// <summary>A tenant and its settings.</summary>
internal sealed record TenantAnswer : Answer
{
    public required string Id { get; init; }

    public string? PartnerId { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string Status { get; init; }

    public required TenantSettings Settings { get; init; }
}

/// <summary>Settings of a tenant that are in force already.</summary>
internal sealed record TenantSettings
{
    /// <summary>Largest file an upload may bring, in bytes.</summary>
    public required long MaxFileSizeBytes { get; init; }

    /// <summary>Whether files are indexed by meaning.</summary>
    public bool VectorizationEnabled { get; init; } = true;
}
