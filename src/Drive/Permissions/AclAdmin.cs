using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Changes lists of permissions: each change with its event, in one transaction. Whether the caller may is asked before.</summary>
public sealed class AclAdmin(Database dataSource, AclStore lists, AuditLog audit)
{
    /// <summary>Says something of a principal; null when the tenant has no such resource or principal.</summary>
    public async Task<AclEntry?> SetAsync(Caller caller, Resource resource, AclRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(rule);
        AclEntry? entry = null;
        await ChangeAsync(async transaction =>
        {
            entry = await lists.SetAsync(transaction, caller.TenantId, caller.UserId, resource, rule, cancellationToken);
            return entry is null ? null : Event(caller, "acl.set", resource, new
            {
                principal_type = rule.Principal.TypeText,
                principal_id = rule.Principal.Id,
                ace_type = rule.Allows ? "allow" : "deny",
                permissions = RightNames.Of(rule.Permissions),
                inherit_to_children = rule.InheritToChildren,
            });
        }, cancellationToken);
        return entry;
    }

    /// <summary>Takes back what a list allows, or denies, a principal.</summary>
    /// <returns>False when it says nothing of the kind.</returns>
    public Task<bool> RemoveAsync(Caller caller, Resource resource, Principal principal, bool allows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(principal);
        return ChangeAsync(
            async transaction => await lists.RemoveAsync(transaction, caller.TenantId, resource, principal, allows, cancellationToken)
                ? Event(caller, "acl.removed", resource, new { principal_type = principal.TypeText, principal_id = principal.Id, ace_type = allows ? "allow" : "deny" })
                : null,
            cancellationToken);
    }

    /// <summary>Whether what is said above a folder or file counts for it; as <see cref="AclStore.SetInheritanceAsync"/>.</summary>
    public Task SetInheritanceAsync(Caller caller, Resource resource, bool inherits, bool copyInherited, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return ChangeAsync(async transaction =>
        {
            await lists.SetInheritanceAsync(transaction, caller.TenantId, caller.UserId, resource, inherits, copyInherited, cancellationToken);
            return Event(caller, "acl.inheritance", resource, new { inherit_from_parent = inherits, copy_inherited = copyInherited });
        }, cancellationToken);
    }

    private static AuditEvent Event(Caller caller, string action, Resource resource, object facts) =>
        AuditEvent.By(caller, AuditCategories.Authorization, action, AuditSeverities.Info, resource.TypeText, resource.Id, facts);

    /// <summary>Commits what there is an event of.</summary>
    private async Task<bool> ChangeAsync(Func<NpgsqlTransaction, Task<AuditEvent?>> change, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await change(transaction) is not { } happened)
            return false;
        await audit.AddAsync(transaction, happened, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
