namespace ScaiDrive.Drive;

/// <summary>A share to be made.</summary>
/// <param name="Name">Stored in NFC; see <see cref="ItemName"/>.</param>
/// <param name="ShareType"><c>central</c>, <c>personal</c> or <c>project</c>; only a hint.</param>
/// <param name="OwnerId">A user or group of the tenant.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="QuotaBytes">Its own limit; null inherits the tenant's.</param>
public sealed record NewShare(string Name, string ShareType, string OwnerId, string? Description = null, long? QuotaBytes = null);

/// <summary>A share and what somebody is in it.</summary>
/// <param name="Share">The share.</param>
/// <param name="Role">One of <see cref="ShareRoles"/>; null: no role, they see it by a list of permissions or because they have every right.</param>
public sealed record ShareInRole(Share Share, string? Role);

/// <summary>Somebody with a role in a share.</summary>
/// <param name="Principal">A user, or a group with all its members.</param>
/// <param name="Role">One of <see cref="ShareRoles"/>.</param>
/// <param name="ExpiresAt">From then on it counts nothing; null: never.</param>
public sealed record ShareMember(Principal Principal, string Role, DateTimeOffset? ExpiresAt)
{
    /// <summary>For people; null when they are gone.</summary>
    public string? Name { get; init; }

    /// <summary>Of a user, when known.</summary>
    public string? Email { get; init; }

    /// <summary>Who gave them the role; null for the owner.</summary>
    public string? AddedBy { get; init; }

    /// <summary>Since when; of the owner: since the share exists.</summary>
    public DateTimeOffset AddedAt { get; init; }
}

/// <summary>What became of somebody who was to become a member.</summary>
public enum MemberOutcome
{
    /// <summary>They are one now.</summary>
    Added,

    /// <summary>They were one before, or own the share.</summary>
    IsMember,

    /// <summary>The tenant has nobody like that.</summary>
    Unknown,
}
