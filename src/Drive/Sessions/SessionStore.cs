using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Sessions;

/// <summary>Keeps the sessions of browsers. The browser holds a random secret, the table only its hash.</summary>
public sealed class SessionStore(Database dataSource, SecretProtector secrets, AuditLog audit, SessionLife life, TimeProvider time)
{
    // Exact enough for an idle limit, and an ordinary request writes nothing.
    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(1);

    /// <summary>How long one who renews may take before another tries.</summary>
    public static readonly TimeSpan RenewalPatience = TimeSpan.FromSeconds(30);

    /// <summary>Signs a user in who is known already.</summary>
    /// <returns>What the browser has to show from now on; it is not kept.</returns>
    public async Task<string> CreateAsync(string tenantId, string userId, SessionTokens tokens, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var (id, now) = (PrefixedId.New("ses"), time.GetUtcNow());
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = transaction.Batch()
            .Then(SessionSql.Prune, Arg.Of(now))
            .Then(SessionSql.Insert,
                Arg.Of(tenantId), Arg.Of(id), Arg.Of(HashOf(secret)), Arg.Of(userId), Arg.Of(Sealed(id, tokens.Access)), Arg.Of(Sealed(id, tokens.Refresh)),
                Arg.Of(tokens.AccessExpiresAt), Arg.Of(now), Arg.Of(now + life.Whole)))
            await batch.ExecuteNonQueryAsync(cancellationToken);
        await audit.AddAsync(transaction, Event(tenantId, userId, id, "session.started"), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;
    }

    /// <summary>The session that goes with a secret; null when there is none, or it is over.</summary>
    public async Task<Session?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            return await ItemRows.FirstAsync(
                dataSource.Command(SessionSql.Find, Arg.Of(HashOf(secret)), Arg.Of(now), Arg.Of(now - life.Idle)),
                row => new Session(row.GetString(0), row.GetString(1), row.GetString(2), Tokens(row, row.GetString(1), 3), ItemRows.Time(row, 6)),
                cancellationToken);
        }
        catch (CryptographicException)
        {
            return null; // kept under a key that was taken away since: they sign in again
        }
    }

    /// <summary>Whether it still goes on, for who holds a stream open. Does not count as using it.</summary>
    public async Task<bool> ExistsAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        await using var command = dataSource.Command(SessionSql.Exists, Arg.Of(session.TenantId), Arg.Of(session.Id), Arg.Of(time.GetUtcNow()));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Notes that it is in use.</summary>
    public async Task TouchAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var now = time.GetUtcNow();
        if (now - session.SeenAt >= SeenStep)
            await RunAsync(SessionSql.Touch, cancellationToken, Arg.Of(session.TenantId), Arg.Of(session.Id), Arg.Of(now));
    }

    /// <summary>Claims the right to fetch new tokens; one at a time has it, for <see cref="RenewalPatience"/>.</summary>
    /// <returns>The tokens of now, which may be new already; null when somebody else is at it, there is nothing to fetch with, or the session is over.</returns>
    public async Task<SessionTokens?> BeginRenewalAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var now = time.GetUtcNow();
        return await ItemRows.FirstAsync(
            dataSource.Command(SessionSql.BeginRenewal, Arg.Of(session.TenantId), Arg.Of(session.Id), Arg.Of(now), Arg.Of(now + RenewalPatience)),
            row => Tokens(row, session.Id, 0),
            cancellationToken);
    }

    /// <summary>Keeps new tokens in place of the old ones.</summary>
    public Task CompleteRenewalAsync(Session session, SessionTokens tokens, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(tokens);
        return RunAsync(SessionSql.CompleteRenewal, cancellationToken,
            Arg.Of(session.TenantId), Arg.Of(session.Id), Arg.Of(Sealed(session.Id, tokens.Access)), Arg.Of(Sealed(session.Id, tokens.Refresh)), Arg.Of(tokens.AccessExpiresAt));
    }

    /// <summary>Lets the next one try.</summary>
    public Task AbandonRenewalAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return RunAsync(SessionSql.AbandonRenewal, cancellationToken, Arg.Of(session.TenantId), Arg.Of(session.Id));
    }

    /// <summary>Ends it: from the next request on, and for open streams, nobody is signed in.</summary>
    public async Task EndAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = transaction.Command(SessionSql.Delete, Arg.Of(session.TenantId), Arg.Of(session.Id)))
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
                return;
        }

        await audit.AddAsync(transaction, Event(session.TenantId, session.UserId, session.Id, "session.ended"), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = dataSource.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private SessionTokens Tokens(NpgsqlDataReader row, string id, int at) => new(
        secrets.Unprotect(row.GetString(at), Context(id)),
        ItemRows.Text(row, at + 1) is { } refresh ? secrets.Unprotect(refresh, Context(id)) : null,
        ItemRows.Time(row, at + 2));

    [return: NotNullIfNotNull(nameof(token))]
    private string? Sealed(string id, string? token) => token is null ? null : secrets.Protect(token, Context(id));

    private static string Context(string id) => $"session {id}";

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static AuditEvent Event(string tenantId, string userId, string id, string action) =>
        new(tenantId, AuditCategories.Authentication, action, AuditSeverities.Info) { ActorId = userId, TargetType = "session", TargetId = id };
}
