using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Users;

/// <summary>Lets users in who come with a valid token: knows them, or makes them known, and refuses who is suspended.</summary>
/// <remarks>The row is read with every request, so that a change counts at once, whoever made it; also one typed into SQL. It is written only
/// when the token says something new or the last sign-in is some minutes old.</remarks>
public sealed class SignIn(Database dataSource, AuditLog audit)
{
    /// <summary>Judges a user, who is made known with their tenant and groups when they come for the first time.</summary>
    public async Task<Admitted> AdmitAsync(ClaimedUser user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (await FindAsync(user, cancellationToken) is { } known && !known.GivesWay && (!known.IsDue || known.Verdict.Admission != Admission.Admitted))
            return known.Verdict;

        await WriteDownAsync(user, cancellationToken);
        // Read again: somebody may have suspended the user in between, or another tenant been first with the id.
        return (await FindAsync(user, cancellationToken))?.Verdict ?? new Admitted(Admission.Suspended, null);
    }

    private Task<KnownUser?> FindAsync(ClaimedUser user, CancellationToken cancellationToken) => ItemRows.FirstAsync(
        dataSource.Command(
            SignInSql.Find,
            Arg.Of(user.UserId), Arg.Of(user.IssuedAt.ToStored()), Arg.Of(user.Email), Arg.Of(user.Name), Arg.Of([.. user.Groups]), Arg.Of(user.PartnerId),
            Arg.Of(user.TenantId)),
        row => new KnownUser(
            new Admitted(
                row.GetString(0) != user.TenantId ? Admission.OtherTenant : row.GetBoolean(1) ? Admission.Admitted : Admission.Suspended,
                ItemRows.Text(row, 2)),
            row.GetBoolean(3),
            row.GetBoolean(4)),
        cancellationToken);

    private async Task WriteDownAsync(ClaimedUser user, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var tenant = transaction.Command(SignInSql.EnsureTenant, Arg.Of(user.TenantId), Arg.Of(user.PartnerId)))
            await tenant.ExecuteNonQueryAsync(cancellationToken);

        await using (var displace = transaction.Command(SignInSql.Displace, Arg.Of(user.TenantId), Arg.Of(user.UserId)))
            await displace.ExecuteNonQueryAsync(cancellationToken);
        var isNew = await InsertAsync(transaction, user, cancellationToken);
        if (isNew || await UpdateAsync(transaction, user, cancellationToken))
            await SetGroupsAsync(transaction, user, cancellationToken);
        if (isNew)
            await audit.AddAsync(transaction, Provisioned(user), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> InsertAsync(NpgsqlTransaction transaction, ClaimedUser user, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(SignInSql.Insert, Claims(user));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>False: ScaiKey has said something newer since, or the user may not sign in.</summary>
    private static async Task<bool> UpdateAsync(NpgsqlTransaction transaction, ClaimedUser user, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(SignInSql.Update, Claims(user));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static NpgsqlParameter[] Claims(ClaimedUser user) =>
        [Arg.Of(user.TenantId), Arg.Of(user.UserId), Arg.Of(user.Email), Arg.Of(user.Name), Arg.Of(user.IssuedAt.ToStored())];

    private static async Task SetGroupsAsync(NpgsqlTransaction transaction, ClaimedUser user, CancellationToken cancellationToken)
    {
        string[] groups = [.. user.Groups];
        await using var batch = transaction.Batch()
            .Then(SignInSql.SetTokenGroups, Arg.Of(user.TenantId), Arg.Of(user.UserId), Arg.Of(groups))
            .Then(SignInSql.EnsureGroups, Arg.Of(user.TenantId), Arg.Of(groups), Arg.Of(user.IssuedAt.ToStored()))
            .Then(SignInSql.LeaveTokenGroups, Arg.Of(user.TenantId), Arg.Of(user.UserId), Arg.Of(groups))
            .Then(SignInSql.JoinTokenGroups, Arg.Of(user.TenantId), Arg.Of(user.UserId), Arg.Of(groups));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static AuditEvent Provisioned(ClaimedUser user) => new(user.TenantId, AuditCategories.Authentication, "user.provisioned", AuditSeverities.Info)
    {
        ActorId = user.UserId,
        TargetType = "user",
        TargetId = user.UserId,
        DetailsJson = JsonSerializer.Serialize(new { email = user.Email, groups = user.Groups }),
    };

    private sealed record KnownUser(Admitted Verdict, bool IsDue, bool GivesWay);
}
