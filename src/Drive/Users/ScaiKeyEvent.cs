namespace ScaiDrive.Drive.Users;

/// <summary>Something that happened to a user or group in ScaiKey.</summary>
/// <param name="Id"><c>evt_…</c>: the same one, sent again, changes nothing.</param>
/// <param name="Type">Such as <c>user.updated</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="TenantId"><c>tnt_…</c>.</param>
/// <param name="ResourceId">The user (<c>usr_…</c>) or group (<c>grp_…</c>).</param>
public abstract record ScaiKeyEvent(string Id, string Type, DateTimeOffset At, string TenantId, string ResourceId)
{
    /// <summary><c>prt_…</c>; null: none is named.</summary>
    public string? PartnerId { get; init; }

    /// <summary>Who did it in ScaiKey, for the audit.</summary>
    public string? ActorId { get; init; }

    /// <summary>Whether it is there no longer.</summary>
    public bool IsDeletion => Type.EndsWith(".deleted", StringComparison.Ordinal);
}

/// <summary>Something that happened to a user.</summary>
public sealed record ScaiKeyUserEvent(string Id, string Type, DateTimeOffset At, string TenantId, string ResourceId)
    : ScaiKeyEvent(Id, Type, At, TenantId, ResourceId)
{
    /// <summary>Null: not said.</summary>
    public string? Email { get; init; }

    /// <summary>Null: not said.</summary>
    public string? Name { get; init; }

    /// <summary>ScaiKey's word, such as <c>ACTIVE</c>; null: not said.</summary>
    public string? Status { get; init; }

    /// <summary>All groups the user is in; null: not said.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>What the event makes of the user here: everything but ACTIVE keeps them out. Null: as it is.</summary>
    internal string? LocalStatus => IsDeletion ? UserStatuses.Inactive : Status?.ToUpperInvariant() switch
    {
        null => null,
        "ACTIVE" => UserStatuses.Active,
        "SUSPENDED" or "BLOCKED" or "LOCKED" => UserStatuses.Suspended,
        "PENDING" or "INVITED" => UserStatuses.Pending,
        _ => UserStatuses.Inactive,
    };
}

/// <summary>Something that happened to a group.</summary>
public sealed record ScaiKeyGroupEvent(string Id, string Type, DateTimeOffset At, string TenantId, string ResourceId)
    : ScaiKeyEvent(Id, Type, At, TenantId, ResourceId)
{
    /// <summary>Null: not said.</summary>
    public string? Name { get; init; }

    /// <summary>All its members, users and groups; null: not said.</summary>
    public IReadOnlyList<string>? Members { get; init; }
}

/// <summary>What became of an event.</summary>
public enum ScaiKeyOutcome
{
    /// <summary>It changed what is known.</summary>
    Applied,

    /// <summary>It was applied before.</summary>
    Repeated,

    /// <summary>Something newer about the same user or group was applied before.</summary>
    Outdated,

    /// <summary>The user or group belongs to another tenant.</summary>
    OtherTenant,
}
