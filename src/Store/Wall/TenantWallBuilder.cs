using Npgsql;

namespace ScaiDrive.Store;

/// <summary>Puts the wall between tenants into a database: the role before the migrations, so that they can grant it what is not a
/// tenant's, and the policies after them.</summary>
internal static class TenantWallBuilder
{
    internal static async Task MakeRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connection, TenantWallSql.MakeRole, cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await using var ask = new NpgsqlCommand(TenantWallSql.CurrentUser, connection);
            throw new TenantRoleException((string)(await ask.ExecuteScalarAsync(cancellationToken))!, fault);
        }
    }

    internal static async Task BuildAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, TenantWallSql.MakeEntrance, cancellationToken);
        await ExecuteAsync(connection, TenantWallSql.Build, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The role that keeps tenants apart is missing, and the user ScaiDrive connects as may not make it.</summary>
public sealed class TenantRoleException : Exception
{
    /// <summary>Says what an administrator of the server runs once.</summary>
    public TenantRoleException(string userName, Exception inner)
        : base($"The database user {userName} cannot take on the role {TenantWall.Role}, which keeps tenants apart, and may not make it. "
            + $"Let an administrator of the server run this once, then migrate again: {Remedy(userName)}", inner) =>
        UserName = userName;

    /// <summary>Who ScaiDrive connects as.</summary>
    public string UserName { get; }

    private static string Remedy(string userName) =>
        $"CREATE ROLE {TenantWall.Role} NOLOGIN; GRANT {TenantWall.Role} TO \"{userName.Replace("\"", "\"\"", StringComparison.Ordinal)}\";";
}
