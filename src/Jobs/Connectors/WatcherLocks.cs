using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Which connectors this process watches: advisory locks of one session, so that all are free as soon as the process, its machine or the
/// connection is gone, and one connection is enough for any number of connectors.</summary>
internal sealed class WatcherLocks(Database dataSource) : IAsyncDisposable
{
    // Beside the numbers that other upkeep takes, which are single.
    private const string Take = "SELECT pg_try_advisory_lock(hashtextextended('connector-watch:' || $1 || '/' || $2, 0))";
    private const string Give = "SELECT pg_advisory_unlock(hashtextextended('connector-watch:' || $1 || '/' || $2, 0))";

    private NpgsqlConnection? session;

    /// <summary>Takes the lock of a connector; one that is held is not taken twice by asking once.</summary>
    /// <returns>False when another process has it.</returns>
    /// <exception cref="NpgsqlException">The session is lost, and all locks with it.</exception>
    internal async Task<bool> TryTakeAsync(string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        session ??= await dataSource.OpenConnectionAsync(cancellationToken);
        return await AskAsync(Take, tenantId, connectorId, cancellationToken);
    }

    /// <summary>Lets others watch a connector.</summary>
    internal Task GiveBackAsync(string tenantId, string connectorId, CancellationToken cancellationToken) =>
        session is null ? Task.CompletedTask : AskAsync(Give, tenantId, connectorId, cancellationToken);

    /// <summary>Fails when the session is lost: whoever holds nothing any more must stop watching.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (session is null)
            return;
        await using var command = new NpgsqlCommand("SELECT 1", session);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (session is not { } held)
            return;
        session = null;
        try
        {
            // The connection goes back to the pool, and must not carry the locks along.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", held);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException or IOException)
        {
            // Then the connection is broken, and the pool drops it.
        }

        await held.DisposeAsync();
    }

    private async Task<bool> AskAsync(string sql, string tenantId, string connectorId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, session) { Parameters = { new() { Value = tenantId }, new() { Value = connectorId } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
