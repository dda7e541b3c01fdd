namespace ScaiDrive.Drive.Users;

/// <summary>A user as ScaiKey vouches for them in an access token.</summary>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="UserId"><c>usr_…</c>.</param>
/// <param name="IssuedAt">When ScaiKey said so: what was said later is not undone by it.</param>
public sealed record ClaimedUser(string TenantId, string UserId, DateTimeOffset IssuedAt)
{
    /// <summary><c>prt_…</c>, of the partner who looks after the tenant.</summary>
    public string? PartnerId { get; init; }

    /// <summary>Where to write to; null keeps what is known.</summary>
    public string? Email { get; init; }

    /// <summary>For people; null keeps what is known.</summary>
    public string? Name { get; init; }

    /// <summary><c>grp_…</c>, in the order of their ids, each once. Groups that are not named are left.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
}

/// <summary>Whether a user is let in.</summary>
public enum Admission
{
    /// <summary>They are.</summary>
    Admitted,

    /// <summary>The user is suspended, inactive or deactivated, or the whole tenant is suspended.</summary>
    Suspended,

    /// <summary>The id belongs to a user of another tenant.</summary>
    OtherTenant,
}

/// <summary>The answer to somebody who comes with a valid token.</summary>
/// <param name="Admission">Whether they are let in.</param>
/// <param name="AdminRole">The role that is stored here, one of <see cref="AdminRoles"/>; null: none.</param>
public sealed record Admitted(Admission Admission, string? AdminRole);

/// <summary>Roles that are stored here, rather than said by a token: whoever has one has every right in the tenant.</summary>
public static class AdminRoles
{
    /// <summary>Administers the tenant.</summary>
    public const string TenantAdmin = "tenant_admin";

    /// <summary>The same; given only by whoever runs the platform.</summary>
    public const string SuperAdmin = "super_admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [TenantAdmin, SuperAdmin];
}
