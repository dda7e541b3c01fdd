using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Which shares somebody sees, who has which role in them, and whom one could give one.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Reads and writes belong to one store; which of them need the pool is its own affair.")]
public sealed class ShareStore(Database dataSource, AccessControl access)
{
    /// <summary>The shares that somebody may see, by name.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="includeTrashed">Also those in the trash.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<ShareInRole>> ListAsync(Caller caller, bool includeTrashed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var shares = await ItemRows.AllAsync(
            dataSource.Command(ShareSql.Visible, Arg.Of(caller.TenantId), Arg.Of(caller.UserId), Arg.Of(caller.HasAllRights), Arg.Of(includeTrashed)),
            row => new ShareInRole(ItemRows.Share(row), ShareRoles.OfRights((Rights)row.GetInt32(12), row.GetBoolean(11))), cancellationToken);
        if (caller.HasAllRights)
            return shares;
        var rights = await access.RightsOfAsync(caller, [.. shares.Select(one => Resource.Share(one.Share.Id))], cancellationToken);
        return [.. shares.Where((_, number) => rights[number].HasFlag(Rights.Read))];
    }

    /// <summary>A page of those who have a role in a share: its owner, then its members in the order in which they came; and how many there are.</summary>
    public async Task<(IReadOnlyList<ShareMember> Members, long Total)> MembersAsync(
        string tenantId, string shareId, int limit, int offset, CancellationToken cancellationToken)
    {
        var members = await ItemRows.AllAsync(
            dataSource.Command(ShareSql.Members, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(limit), Arg.Of(offset)), Member, cancellationToken);
        await using var count = dataSource.Command(ShareSql.CountMembers, Arg.Of(tenantId), Arg.Of(shareId));
        return (members, (long)(await count.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Somebody with a role in a share; null when they have none of their own.</summary>
    public async Task<ShareMember?> FindMemberAsync(string tenantId, string shareId, string principalId, CancellationToken cancellationToken) =>
        (await MembersAsync(tenantId, shareId, int.MaxValue, 0, cancellationToken)).Members.FirstOrDefault(member => member.Principal.Id == principalId);

    /// <summary>Gives a user or group a role.</summary>
    public async Task<MemberOutcome> AddAsync(
        NpgsqlTransaction transaction, string tenantId, string actorId, Share share, ShareMember member, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(member);
        await using (var find = transaction.Command(ShareSql.PrincipalType, Arg.Of(tenantId), Arg.Of(member.Principal.Id)))
        {
            if ((string?)await find.ExecuteScalarAsync(cancellationToken) != member.Principal.TypeText)
                return MemberOutcome.Unknown;
        }

        if (member.Principal.Id == share.OwnerId)
            return MemberOutcome.IsMember;
        await using var add = transaction.Command(
            ShareSql.AddMember,
            Arg.Of(tenantId), Arg.Of(share.Id), Arg.Of(member.Principal.TypeText), Arg.Of(member.Principal.Id), Arg.Of(member.Role), Arg.Of(member.ExpiresAt?.ToStored()), Arg.Of(actorId));
        return await add.ExecuteNonQueryAsync(cancellationToken) > 0 ? MemberOutcome.Added : MemberOutcome.IsMember;
    }

    /// <summary>Gives a member another role, and another time at which it ends.</summary>
    /// <returns>False when they are no member.</returns>
    public async Task<bool> ChangeAsync(NpgsqlTransaction transaction, string tenantId, string shareId, ShareMember member, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        await using var command = transaction.Command(
            ShareSql.ChangeMember, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(member.Principal.Id), Arg.Of(member.Role), Arg.Of(member.ExpiresAt?.ToStored()));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Takes somebody's role away.</summary>
    /// <returns>False when they are no member.</returns>
    public async Task<bool> RemoveAsync(NpgsqlTransaction transaction, string tenantId, string shareId, string principalId, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(ShareSql.RemoveMember, Arg.Of(tenantId), Arg.Of(shareId), Arg.Of(principalId));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Users who may sign in, by a part of their name or email, whatever the case.</summary>
    public async Task<IReadOnlyList<UserCard>> FindUsersAsync(string tenantId, string part, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(ShareSql.FindUsers, Arg.Of(tenantId), Arg.Of(Containing(part)), Arg.Of(limit)),
            row => new UserCard(row.GetString(0), ItemRows.Text(row, 1), row.GetString(2)), cancellationToken);

    /// <summary>Groups by a part of their name, whatever the case.</summary>
    public async Task<IReadOnlyList<Group>> FindGroupsAsync(string tenantId, string part, int limit, CancellationToken cancellationToken) =>
        await ItemRows.AllAsync(
            dataSource.Command(ShareSql.FindGroups, Arg.Of(tenantId), Arg.Of(Containing(part)), Arg.Of(limit)),
            row => new Group(row.GetString(0), row.GetString(1)), cancellationToken);

    // What LIKE takes for a sign of its own stands for itself.
    private static string Containing(string part) => $"%{part.ToLowerInvariant().Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    private static ShareMember Member(NpgsqlDataReader row) =>
        new(Principal.Of(row.GetString(0), row.GetString(1)), row.GetString(2), row.IsDBNull(3) ? null : ItemRows.Time(row, 3))
        {
            AddedBy = ItemRows.Text(row, 4),
            AddedAt = ItemRows.Time(row, 5),
            Name = ItemRows.Text(row, 6),
            Email = ItemRows.Text(row, 7),
        };
}
