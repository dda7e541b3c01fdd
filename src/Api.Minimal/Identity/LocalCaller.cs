using ScaiDrive.Drive;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Who everybody is while there is no identity provider: the admin of the one local tenant.</summary>
internal static class LocalCaller
{
    internal const string TenantId = DriveStore.LocalTenantId;

    internal static Caller Instance { get; } = new(TenantId, DriveStore.LocalUserId, IsAdmin: true) { IsOperator = true, AdminRole = AdminRoles.TenantAdmin };
}
