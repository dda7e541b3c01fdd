namespace ScaiDrive.Drive;

/// <summary>What a principal is.</summary>
public enum PrincipalType
{
    /// <summary>A user, <c>usr_…</c>.</summary>
    User,

    /// <summary>A group with all its members, <c>grp_…</c>.</summary>
    Group,

    /// <summary>All users of the tenant.</summary>
    Everyone,

    /// <summary>No user of the tenant.</summary>
    Nobody,
}

/// <summary>Who has a right, or is kept from it.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Id">Of the user or group; null for the others.</param>
public sealed record Principal(PrincipalType Type, string? Id)
{
    /// <summary>All users of the tenant.</summary>
    public static Principal Everyone { get; } = new(PrincipalType.Everyone, null);

    /// <summary>No user of the tenant.</summary>
    public static Principal Nobody { get; } = new(PrincipalType.Nobody, null);

    /// <summary>A user.</summary>
    public static Principal User(string id) => new(PrincipalType.User, id);

    /// <summary>A group.</summary>
    public static Principal Group(string id) => new(PrincipalType.Group, id);

    /// <summary>The type as it is stored and shown.</summary>
    public string TypeText => Text(Type);

    /// <summary>The principal of a stored type and id.</summary>
    public static Principal Of(string type, string? id) => new(
        type switch
        {
            "user" => PrincipalType.User,
            "group" => PrincipalType.Group,
            "everyone" => PrincipalType.Everyone,
            _ => PrincipalType.Nobody,
        },
        id);

    private static string Text(PrincipalType type) => type switch
    {
        PrincipalType.User => "user",
        PrincipalType.Group => "group",
        PrincipalType.Everyone => "everyone",
        _ => "nobody",
    };
}

/// <summary>Whom a source means by a name of its own.</summary>
/// <param name="Trustee">The source's name, such as a SID.</param>
/// <param name="Principal">Whom it means here.</param>
public sealed record SourceTrustee(string Trustee, Principal Principal);

/// <summary>A name that entries of a source use.</summary>
/// <param name="Trustee">The source's name, such as a SID.</param>
/// <param name="Acls">How many distinct lists name it.</param>
/// <param name="DenyingAcls">How many of them keep it out.</param>
public sealed record TrusteeUse(string Trustee, long Acls, long DenyingAcls);

/// <summary>A user as others see them.</summary>
/// <param name="Id"><c>usr_…</c>.</param>
/// <param name="Email">Null when not known.</param>
/// <param name="DisplayName">For people.</param>
public sealed record UserCard(string Id, string? Email, string DisplayName);

/// <summary>A group.</summary>
/// <param name="Id"><c>grp_…</c>.</param>
/// <param name="Name">For people; no two of a tenant differ only in case.</param>
public sealed record Group(string Id, string Name);
