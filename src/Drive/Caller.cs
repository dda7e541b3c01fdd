namespace ScaiDrive.Drive;

/// <summary>Who asks.</summary>
/// <param name="TenantId"><c>tnt_…</c>; every look-up is confined to it.</param>
/// <param name="UserId"><c>usr_…</c>.</param>
/// <param name="IsAdmin">Administers the whole tenant: its users, groups, rules and connectors.</param>
public sealed record Caller(string TenantId, string UserId, bool IsAdmin)
{
    /// <summary>Has every right on every share, folder and file of the tenant, because of a role that is stored here. What a token allows is not enough
    /// for that. Default: as <see cref="IsAdmin"/>.</summary>
    public bool HasAllRights { get; init; } = IsAdmin;

    /// <summary>Runs the fleet: sees and sets what concerns all tenants. Default false.</summary>
    public bool IsOperator { get; init; }

    /// <summary><c>prt_…</c>, of the partner who looks after the tenant; null when there is none.</summary>
    public string? PartnerId { get; init; }

    /// <summary>The role that is stored here, such as <c>tenant_admin</c>; null: none.</summary>
    public string? AdminRole { get; init; }

    /// <summary>The service that acts for the user, as audit events name it; null when the user acts themselves.</summary>
    public string? ServiceAccount { get; init; }
}

/// <summary>An organisation whose data nobody else sees.</summary>
/// <param name="Id"><c>tnt_…</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="MaxFileSizeBytes">Largest file it may store; 5 GiB unless changed.</param>
public sealed record Tenant(string Id, string Name, long MaxFileSizeBytes);
