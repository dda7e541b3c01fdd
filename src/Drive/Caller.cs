namespace ScaiDrive.Drive;

/// <summary>Who asks.</summary>
/// <param name="TenantId"><c>tnt_…</c>; every look-up is confined to it.</param>
/// <param name="UserId"><c>usr_…</c>.</param>
/// <param name="IsAdmin">Administers the whole tenant.</param>
public sealed record Caller(string TenantId, string UserId, bool IsAdmin);

/// <summary>An organisation whose data nobody else sees.</summary>
/// <param name="Id"><c>tnt_…</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="MaxFileSizeBytes">Largest file it may store; 5 GiB unless changed.</param>
public sealed record Tenant(string Id, string Name, long MaxFileSizeBytes);
