using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Users and groups of a tenant, and who belongs to which group.</summary>
/// <remarks>Groups may contain groups, also each other. A change counts at once for everybody's rights.</remarks>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class GroupStore(Database dataSource)
{
    /// <summary>Makes a group; null when the tenant has one of this name, whatever its case.</summary>
    public async Task<Group?> CreateAsync(NpgsqlTransaction transaction, string tenantId, string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var group = new Group(PrefixedId.New("grp"), name.Trim().Normalize());
        return await RunAsync(transaction, PermissionSql.InsertGroup, cancellationToken, Arg.Of(tenantId), Arg.Of(group.Id), Arg.Of(group.Name)) ? group : null;
    }

    /// <summary>Gives a group another name.</summary>
    /// <returns>False when there is no such group, or another one has the name.</returns>
    public Task<bool> RenameAsync(NpgsqlTransaction transaction, string tenantId, string groupId, string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return RunAsync(transaction, PermissionSql.RenameGroup, cancellationToken, Arg.Of(tenantId), Arg.Of(groupId), Arg.Of(name.Trim().Normalize()));
    }

    /// <summary>Removes a group; its members lose what they had through it.</summary>
    /// <returns>False when there is no such group.</returns>
    public async Task<bool> DeleteAsync(NpgsqlTransaction transaction, string tenantId, string groupId, CancellationToken cancellationToken)
    {
        await RunAsync(transaction, PermissionSql.DeleteMemberships, cancellationToken, Arg.Of(tenantId), Arg.Of(groupId));
        return await RunAsync(transaction, PermissionSql.DeleteGroup, cancellationToken, Arg.Of(tenantId), Arg.Of(groupId));
    }

    /// <summary>Puts a user or a group into a group; one that is in it already is as good.</summary>
    /// <returns>False when the tenant has no such group, user or member group.</returns>
    public Task<bool> AddMemberAsync(NpgsqlTransaction transaction, string tenantId, string groupId, Principal member, CancellationToken cancellationToken) =>
        RunAsync(transaction, PermissionSql.AddMember, cancellationToken, Arg.Of(tenantId), Arg.Of(groupId), Arg.Of(MemberType(member)), Arg.Of(member.Id));

    /// <summary>Takes a user or a group out of a group.</summary>
    /// <returns>False when it was not in it.</returns>
    public Task<bool> RemoveMemberAsync(NpgsqlTransaction transaction, string tenantId, string groupId, Principal member, CancellationToken cancellationToken) =>
        RunAsync(transaction, PermissionSql.RemoveMember, cancellationToken, Arg.Of(tenantId), Arg.Of(groupId), Arg.Of(MemberType(member)), Arg.Of(member.Id));

    /// <summary>The direct members of a group, groups first.</summary>
    public async Task<IReadOnlyList<Principal>> MembersAsync(string tenantId, string groupId, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(PermissionSql.Members, Arg.Of(tenantId), Arg.Of(groupId)), row => Principal.Of(row.GetString(0), row.GetString(1)), cancellationToken);

    /// <summary>The groups a user belongs to, also through other groups.</summary>
    public async Task<IReadOnlyList<string>> GroupsOfAsync(string tenantId, string userId, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(dataSource.Command(PermissionSql.GroupsOf, Arg.Of(tenantId), Arg.Of(userId)), row => row.GetString(0), cancellationToken);

    /// <summary>The group, or null.</summary>
    public Task<Group?> FindAsync(string tenantId, string groupId, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(dataSource.Command(PermissionSql.FindGroup, Arg.Of(tenantId), Arg.Of(groupId)), ReadGroup, cancellationToken);

    /// <summary>Those of some groups that exist.</summary>
    public async Task<IReadOnlyList<Group>> FindAsync(string tenantId, IReadOnlyCollection<string> groupIds, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(dataSource.Command(PermissionSql.FindGroups, Arg.Of(tenantId), Arg.Of([.. groupIds])), ReadGroup, cancellationToken);

    /// <summary>A page of the groups, in the order of their ids.</summary>
    public async Task<IReadOnlyList<Group>> ListAsync(string tenantId, string after, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(dataSource.Command(PermissionSql.ListGroups, Arg.Of(tenantId), Arg.Of(after), Arg.Of(limit)), ReadGroup, cancellationToken);

    /// <summary>Users by id or email, whatever the case of the email, in no order.</summary>
    public async Task<IReadOnlyList<UserCard>> FindUsersAsync(string tenantId, IReadOnlyCollection<string> idsOrEmails, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(PermissionSql.FindUsers, Arg.Of(tenantId), Arg.Of([.. idsOrEmails.Select(one => one.ToLowerInvariant())])), ReadUser, cancellationToken);

    /// <summary>A page of the users who may sign in, in the order of their ids.</summary>
    public async Task<IReadOnlyList<UserCard>> ListUsersAsync(string tenantId, string after, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(dataSource.Command(PermissionSql.ListUsers, Arg.Of(tenantId), Arg.Of(after), Arg.Of(limit)), ReadUser, cancellationToken);

    private static async Task<bool> RunAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = transaction.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static string MemberType(Principal member) => member.Type is PrincipalType.User or PrincipalType.Group
        ? member.TypeText
        : throw new ArgumentException("Only users and groups are members of groups.", nameof(member));

    private static Group ReadGroup(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1));

    private static UserCard ReadUser(NpgsqlDataReader row) => new(row.GetString(0), ItemRows.Text(row, 1), row.GetString(2));
}
