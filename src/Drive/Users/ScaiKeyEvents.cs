using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Users;

/// <summary>Takes over what ScaiKey tells about users and groups: once each, in the order in which it happened, with the audit event in the same transaction.</summary>
/// <remarks>ScaiKey is the master: what it says about a user replaces what an admin decided here, in both directions.</remarks>
public sealed class ScaiKeyEvents(Database dataSource, GroupStore groups, AuditLog audit)
{
    /// <summary>Applies one event. May be repeated: whoever got no answer sends it again.</summary>
    public async Task<ScaiKeyOutcome> ApplyAsync(ScaiKeyEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(transaction, SignInSql.EnsureTenant, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.PartnerId));
        if (await RunAsync(transaction, ScaiKeyEventSql.Take, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.Id), Arg.Of(happened.Type)) == 0)
            return ScaiKeyOutcome.Repeated;

        var isNewest = await RunAsync(
            transaction, ScaiKeyEventSql.Advance, cancellationToken,
            Arg.Of(happened.TenantId), Arg.Of(TypeOf(happened)), Arg.Of(happened.ResourceId), Arg.Of(happened.At.ToStored()), Arg.Of(happened.IsDeletion)) > 0;
        if (isNewest && !await ChangeAsync(transaction, happened, cancellationToken))
            return ScaiKeyOutcome.OtherTenant;
        await RunAsync(transaction, ScaiKeyEventSql.Forget, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isNewest ? ScaiKeyOutcome.Applied : ScaiKeyOutcome.Outdated;
    }

    private Task<bool> ChangeAsync(NpgsqlTransaction transaction, ScaiKeyEvent happened, CancellationToken cancellationToken) => happened switch
    {
        ScaiKeyUserEvent user => ChangeUserAsync(transaction, user, cancellationToken),
        ScaiKeyGroupEvent group => ChangeGroupAsync(transaction, group, cancellationToken),
        _ => throw new ArgumentException($"An event is about a user or a group, not {happened.GetType().Name}.", nameof(happened)),
    };

    /// <summary>A user who was never seen is made known all the same: one who is deleted must not come in with a token that is still good.</summary>
    private async Task<bool> ChangeUserAsync(NpgsqlTransaction transaction, ScaiKeyUserEvent happened, CancellationToken cancellationToken)
    {
        await RunAsync(transaction, SignInSql.Displace, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId));
        await RunAsync(transaction, ScaiKeyEventSql.InsertUser, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(happened.Name), Arg.Of(happened.Email));
        if (await FindAsync(transaction, happened, cancellationToken) is not { } before)
            return false;

        var status = happened.LocalStatus ?? (happened.Type == "user.created" ? UserStatuses.Active : null);
        bool? isActive = status is null ? null : status == UserStatuses.Active;
        await RunAsync(
            transaction, ScaiKeyEventSql.UpdateUser, cancellationToken,
            Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(happened.Email), Arg.Of(happened.Name), Arg.Of(status),
            new NpgsqlParameter { Value = (object?)isActive ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean }, Arg.Of(happened.At.ToStored()));
        if (happened.IsDeletion || happened.Groups is not null)
            await SetGroupsAsync(transaction, happened, happened.IsDeletion ? [] : [.. happened.Groups!], cancellationToken);

        var after = (await FindAsync(transaction, happened, cancellationToken))!;
        foreach (var (action, category) in UserAdmin.ActionsOf(before, after))
            await audit.AddAsync(transaction, Event(happened, category, action, new { status = happened.Status }), cancellationToken);
        return true;
    }

    private static async Task SetGroupsAsync(NpgsqlTransaction transaction, ScaiKeyUserEvent happened, string[] now, CancellationToken cancellationToken)
    {
        await using var batch = transaction.Batch()
            .Then(ScaiKeyEventSql.EnsureGroups, Arg.Of(happened.TenantId), Arg.Of(now))
            .Then(ScaiKeyEventSql.LeaveGroups, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(now))
            .Then(ScaiKeyEventSql.JoinGroups, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(now));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> ChangeGroupAsync(NpgsqlTransaction transaction, ScaiKeyGroupEvent happened, CancellationToken cancellationToken)
    {
        var name = happened.Name ?? happened.ResourceId;
        if (happened.IsDeletion)
        {
            await groups.DeleteAsync(transaction, happened.TenantId, happened.ResourceId, cancellationToken);
        }
        else
        {
            var isNew = await RunAsync(transaction, ScaiKeyEventSql.InsertGroup, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(name)) > 0;
            if (!await HasGroupAsync(transaction, happened, cancellationToken))
                return false;
            if (!isNew && happened.Name is not null)
                await RunAsync(transaction, ScaiKeyEventSql.RenameGroup, cancellationToken, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(name));
            if (happened.Members is { } members)
                await SetMembersAsync(transaction, happened, [.. members], cancellationToken);
        }

        await audit.AddAsync(
            transaction, Event(happened, AuditCategories.Authorization, happened.Type, new { name = happened.Name, members = happened.Members?.Count }), cancellationToken);
        return true;
    }

    private static async Task SetMembersAsync(NpgsqlTransaction transaction, ScaiKeyGroupEvent happened, string[] now, CancellationToken cancellationToken)
    {
        await using var batch = transaction.Batch()
            .Then(ScaiKeyEventSql.LoseMembers, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(now), Arg.Of(happened.At.ToStored()))
            .Then(ScaiKeyEventSql.GainMembers, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId), Arg.Of(now));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Task<User?> FindAsync(NpgsqlTransaction transaction, ScaiKeyEvent happened, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(transaction.Command(UserSql.Lock, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId)), UserAdmin.Read, cancellationToken);

    private static async Task<bool> HasGroupAsync(NpgsqlTransaction transaction, ScaiKeyEvent happened, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(ScaiKeyEventSql.HasGroup, Arg.Of(happened.TenantId), Arg.Of(happened.ResourceId));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task<int> RunAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = transaction.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string TypeOf(ScaiKeyEvent happened) => happened is ScaiKeyUserEvent ? "user" : "group";

    private static AuditEvent Event(ScaiKeyEvent happened, string category, string action, object facts) =>
        new(happened.TenantId, category, action, AuditSeverities.Info)
        {
            TargetType = TypeOf(happened),
            TargetId = happened.ResourceId,
            DetailsJson = JsonSerializer.Serialize(new { scaikey_event = happened.Id, scaikey_event_type = happened.Type, scaikey_actor = happened.ActorId, facts }),
        };
}
