using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Users;

/// <summary>Shows the users of a tenant and changes them: each change with its event, in one transaction.</summary>
public sealed class UserAdmin(Database dataSource, AuditLog audit)
{
    /// <summary>The user, or null.</summary>
    public Task<User?> FindAsync(string tenantId, string userId, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(dataSource.Command(UserSql.Find, Arg.Of(tenantId), Arg.Of(userId)), Read, cancellationToken);

    /// <summary>A page of the users by the name that is shown, and how many there are in all.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="status">Only those of this status; null: all.</param>
    /// <param name="query">Only those whose name or email contains it, or whose id it is; null: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="offset">After so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<(IReadOnlyList<User> Users, long Total)> ListAsync(
        string tenantId, string? status, string? query, int limit, int offset, CancellationToken cancellationToken)
    {
        var users = await ItemRows.AllAsync(
            dataSource.Command(UserSql.List, Arg.Of(tenantId), Arg.Of(status), Arg.Of(query), Arg.Of(limit), Arg.Of(offset)), Read, cancellationToken);
        await using var count = dataSource.Command(UserSql.Count, Arg.Of(tenantId), Arg.Of(status), Arg.Of(query));
        return (users, (long)(await count.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Makes a user known before their first call, so that they can be given rights; null when the id is taken.</summary>
    public async Task<User?> CreateAsync(Caller caller, string userId, string? email, string displayName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var made = await ItemRows.FirstAsync(
            transaction.Command(UserSql.Insert, Arg.Of(caller.TenantId), Arg.Of(userId), Arg.Of(email), Arg.Of(displayName)), Read, cancellationToken);
        if (made is null)
            return null;
        await audit.AddAsync(transaction, Event(caller, userId, "user.created", AuditCategories.Admin, JsonSerializer.Serialize(new { email, display_name = displayName })), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    /// <summary>Changes a user; null when the tenant has none of that id. From the commit on the user's next call is judged by it.</summary>
    /// <param name="caller">Who changes them.</param>
    /// <param name="userId">Whom.</param>
    /// <param name="change">How.</param>
    /// <param name="allows">Judges the user as they are, in the same transaction; what it throws leaves all as it was.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public async Task<User?> ChangeAsync(Caller caller, string userId, UserChange change, Action<User> allows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(allows);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await ItemRows.FirstAsync(transaction.Command(UserSql.Lock, Arg.Of(caller.TenantId), Arg.Of(userId)), Read, cancellationToken);
        if (before is null)
            return null;
        allows(before);
        var after = await ItemRows.FirstAsync(
            transaction.Command(
                UserSql.Change, Arg.Of(caller.TenantId), Arg.Of(userId), Arg.Of(change.DisplayName), Arg.Of(change.Email), Arg.Of(change.Status),
                Arg.Of(change.SetsAdminRole), Arg.Of(change.AdminRole)),
            Read, cancellationToken);
        foreach (var (action, category) in ActionsOf(before, after!))
            await audit.AddAsync(transaction, Event(caller, userId, action, category, change.ToJson()), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return after;
    }

    /// <summary>What a change comes to, in auditors' words; none when all stays as it was.</summary>
    internal static IEnumerable<(string Action, string Category)> ActionsOf(User before, User after)
    {
        if (before.AdminRole != after.AdminRole)
            yield return ("user.role_changed", AuditCategories.Authorization);
        if ((before.Status, before.IsActive) != (after.Status, after.IsActive))
            yield return (after.IsActive && UserStatuses.LetsIn(after.Status) ? "user.activated" : after.Status == UserStatuses.Suspended ? "user.suspended" : "user.deactivated", AuditCategories.Admin);
        if ((before.DisplayName, before.Email) != (after.DisplayName, after.Email))
            yield return ("user.changed", AuditCategories.Admin);
    }

    internal static User Read(NpgsqlDataReader row) => new(
        row.GetString(0), ItemRows.Text(row, 1), ItemRows.Text(row, 2), row.GetString(3), ItemRows.Text(row, 4), row.GetString(5), row.GetBoolean(6),
        ItemRows.Time(row, 7), row.IsDBNull(8) ? null : ItemRows.Time(row, 8));

    private static AuditEvent Event(Caller caller, string userId, string action, string category, string facts) =>
        new(caller.TenantId, category, action, action == "user.role_changed" ? AuditSeverities.Warning : AuditSeverities.Info)
        {
            ActorId = caller.UserId,
            TargetType = "user",
            TargetId = userId,
            DetailsJson = facts,
        };
}
