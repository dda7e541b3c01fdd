using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Makes, fills and removes groups: each change with its event, in one transaction.</summary>
public sealed class GroupAdmin(Database dataSource, GroupStore groups, AuditLog audit)
{
    /// <summary>Makes a group; null when the tenant has one of this name, whatever its case.</summary>
    public async Task<Group?> CreateAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        Group? made = null;
        await ChangeAsync(
            async transaction => (made = await groups.CreateAsync(transaction, caller.TenantId, name, cancellationToken)) is null
                ? null : Event(caller, made.Id, "created", new { name = made.Name }),
            cancellationToken);
        return made;
    }

    /// <summary>Removes a group; its members lose what they had through it.</summary>
    /// <returns>False when there is no such group.</returns>
    public async Task<bool> DeleteAsync(Caller caller, string groupId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var name = (await groups.FindAsync(caller.TenantId, groupId, cancellationToken))?.Name;
        return await ChangeAsync(
            async transaction => await groups.DeleteAsync(transaction, caller.TenantId, groupId, cancellationToken) ? Event(caller, groupId, "deleted", new { name }) : null,
            cancellationToken);
    }

    /// <summary>Puts a user or a group into a group; one that is in it already is as good.</summary>
    /// <returns>False when the tenant has no such group, user or member group.</returns>
    public Task<bool> AddMemberAsync(Caller caller, string groupId, Principal member, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(member);
        return ChangeAsync(
            async transaction => await groups.AddMemberAsync(transaction, caller.TenantId, groupId, member, cancellationToken)
                ? Event(caller, groupId, "member_added", Facts(member)) : null,
            cancellationToken);
    }

    /// <summary>Takes a user or a group out of a group.</summary>
    /// <returns>False when it was not in it.</returns>
    public Task<bool> RemoveMemberAsync(Caller caller, string groupId, Principal member, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(member);
        return ChangeAsync(
            async transaction => await groups.RemoveMemberAsync(transaction, caller.TenantId, groupId, member, cancellationToken)
                ? Event(caller, groupId, "member_removed", Facts(member)) : null,
            cancellationToken);
    }

    private static object Facts(Principal member) => new { member_type = member.TypeText, member_id = member.Id };

    private static AuditEvent Event(Caller caller, string groupId, string action, object facts) =>
        new(caller.TenantId, AuditCategories.Authorization, $"group.{action}", AuditSeverities.Info)
        {
            ActorId = caller.UserId,
            TargetType = "group",
            TargetId = groupId,
            DetailsJson = JsonSerializer.Serialize(facts),
        };

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
