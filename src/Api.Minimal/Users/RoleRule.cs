using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Users;

/// <summary>Who may give which role, and change whom. A stored role gives every right on files, so a token that names no scope is not enough to give one.</summary>
internal sealed class RoleRule(Caller caller, GrantedScope scope)
{
    private bool GivesTenantAdmin => caller.AdminRole is not null || scope is { IsExplicit: true, Highest: >= Scope.TenantAdmin };

    private bool GivesSuperAdmin => caller.AdminRole == AdminRoles.SuperAdmin || scope is { IsExplicit: true, Highest: >= Scope.PlatformAdmin };

    /// <exception cref="RoleRefusedException">The caller may not do this.</exception>
    internal void Check(User user, UserChange change)
    {
        if (user.Id == caller.UserId && (change.Status is { } status && !UserStatuses.LetsIn(status)))
            throw new RoleRefusedException("Nobody can keep themselves out; another admin can.", isConflict: true);
        if (user.AdminRole == AdminRoles.SuperAdmin && !GivesSuperAdmin)
            throw new RoleRefusedException("Only a super admin may change a super admin.");
        if (!change.SetsAdminRole || change.AdminRole == user.AdminRole)
            return;
        if (change.AdminRole == AdminRoles.SuperAdmin ? !GivesSuperAdmin : !GivesTenantAdmin)
            throw new RoleRefusedException("Giving or taking a role needs a stored role of your own, or a token that names the scope "
                + $"{ScopeNames.Of(change.AdminRole == AdminRoles.SuperAdmin ? Scope.PlatformAdmin : Scope.TenantAdmin)}.");
    }
}

/// <summary>The caller may not change this user so.</summary>
internal sealed class RoleRefusedException(string message, bool isConflict = false) : Exception(message)
{
    /// <summary>It is not a matter of rights.</summary>
    internal bool IsConflict { get; } = isConflict;
}
