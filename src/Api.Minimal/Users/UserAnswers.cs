using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Users;

/// <summary>A page of the users.</summary>
internal sealed record UsersAnswer : Answer
{
    /// <summary>By the name that is shown.</summary>
    public required IReadOnlyList<UserAnswer> Users { get; init; }

    /// <summary>How many there are in all.</summary>
    public required long Total { get; init; }
}

/// <summary>A user as admins see them.</summary>
internal sealed record UserAnswer : Answer
{
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    public required string? Email { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>The stored role; null: none.</summary>
    public required string? AdminRole { get; init; }

    /// <summary><c>active</c>, <c>pending</c>, <c>suspended</c> or <c>inactive</c>.</summary>
    public required string Status { get; init; }

    /// <summary>False: refused, whatever the status says.</summary>
    public required bool IsActive { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Within some minutes; null: never.</summary>
    public required DateTimeOffset? LastLoginAt { get; init; }

    internal static UserAnswer From(string tenantId, User user) => new()
    {
        Id = user.Id,
        TenantId = tenantId,
        Email = user.Email,
        Name = user.Name ?? user.DisplayName,
        DisplayName = user.DisplayName,
        AdminRole = user.AdminRole,
        Status = user.Status,
        IsActive = user.IsActive,
        CreatedAt = user.CreatedAt,
        LastLoginAt = user.LastLoginAt,
    };
}
