using System.Text.Json;

namespace ScaiDrive.Drive.Users;

/// <summary>A user as stored here.</summary>
/// <param name="Id"><c>usr_…</c>, as ScaiKey knows them.</param>
/// <param name="Email">Where to write to.</param>
/// <param name="Name">As ScaiKey says it.</param>
/// <param name="DisplayName">As it is shown: the name, unless an admin has chosen another.</param>
/// <param name="AdminRole">One of <see cref="AdminRoles"/>; null: none.</param>
/// <param name="Status">One of <see cref="UserStatuses"/>.</param>
/// <param name="IsActive">False: refused, whatever the status says.</param>
/// <param name="CreatedAt">Since when they are known.</param>
/// <param name="LastLoginAt">When they called last, within some minutes; null: never.</param>
public sealed record User(
    string Id, string? Email, string? Name, string DisplayName, string? AdminRole, string Status, bool IsActive, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);

/// <summary>What may become of users.</summary>
public static class UserStatuses
{
    /// <summary>May call.</summary>
    public const string Active = "active";

    /// <summary>Known, and never called yet; the first call makes them active.</summary>
    public const string Pending = "pending";

    /// <summary>Kept out for a while.</summary>
    public const string Suspended = "suspended";

    /// <summary>Gone.</summary>
    public const string Inactive = "inactive";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Active, Pending, Suspended, Inactive];

    /// <summary>Whether <c>is_active</c> goes with a status.</summary>
    public static bool LetsIn(string status) => status is Active or Pending;
}

/// <summary>What is to become of a user; null stays as it is.</summary>
public sealed record UserChange
{
    /// <summary>As they are shown.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where to write to.</summary>
    public string? Email { get; init; }

    /// <summary>One of <see cref="UserStatuses"/>; whether they are let in follows from it.</summary>
    public string? Status { get; init; }

    /// <summary>Whether <see cref="AdminRole"/> is meant: null takes a role away.</summary>
    public bool SetsAdminRole { get; init; }

    /// <summary>One of <see cref="AdminRoles"/>, or null for none.</summary>
    public string? AdminRole { get; init; }

    internal string ToJson()
    {
        var facts = new Dictionary<string, string?>();
        if (DisplayName is not null)
            facts["display_name"] = DisplayName;
        if (Email is not null)
            facts["email"] = Email;
        if (Status is not null)
            facts["status"] = Status;
        if (SetsAdminRole)
            facts["admin_role"] = AdminRole;
        return JsonSerializer.Serialize(facts);
    }
}
