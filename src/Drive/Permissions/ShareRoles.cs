namespace ScaiDrive.Drive;

/// <summary>Roles in a share, as they are stored and shown.</summary>
public static class ShareRoles
{
    /// <summary>Has every right, gives the share to others, deletes it. Of one user or of one group.</summary>
    public const string Owner = "owner";

    /// <summary>Has every right, but neither gives the share away nor deletes it.</summary>
    public const string Admin = "admin";

    /// <summary>Reads, makes, changes and deletes what is in the share.</summary>
    public const string Contributor = "contributor";

    /// <summary>Reads.</summary>
    public const string Reader = "reader";

    /// <summary>Those that members have, the strongest first.</summary>
    public static IReadOnlyList<string> OfMembers { get; } = [Admin, Contributor, Reader];

    // The statements that look at roles say the same; see AccessSql.
    internal static string? OfRights(Rights rights, bool owns) =>
        owns ? Owner
        : rights.HasFlag(Rights.ManagePermissions) ? Admin
        : rights.HasFlag(Rights.Write) ? Contributor
        : rights.HasFlag(Rights.Read) ? Reader
        : null;
}
