using Npgsql;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Reads how far files are in the index, page by page or held for a change.</summary>
public sealed class FileStates(Database database)
{
    /// <summary>A page of a tenant's files in the order of their ids.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="afterFileId">The last file of the page before; empty from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<FileState>> PageAsync(string tenantId, string afterFileId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await PageAsync(connection, tenantId, afterFileId, limit, connection.CommandTimeout, cancellationToken);
    }

    /// <summary>The same on a connection of the caller.</summary>
    internal static async Task<IReadOnlyList<FileState>> PageAsync(
        NpgsqlConnection connection, string tenantId, string afterFileId, int limit, int timeoutSeconds, CancellationToken cancellationToken)
    {
        await using var command = new Statement(connection, ReworkSql.StatesAfter)
        {
            CommandTimeout = timeoutSeconds,
            Parameters = { new() { Value = tenantId }, new() { Value = afterFileId }, new() { Value = limit } },
        };
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>One file, or null when the index does not have it.</summary>
    public async Task<FileState?> FindAsync(string tenantId, string fileId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReworkSql.StatesOf);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = new[] { fileId } });
        return await ReadAsync(command, cancellationToken) is [var file] ? file : null;
    }

    /// <summary>Files as they are, which nobody changes before the transaction ends. Unknown ids are passed over.</summary>
    public static async Task<IReadOnlyList<FileState>> HoldAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var ids = fileIds.ToArray();
        await using (var hold = new Statement(transaction, LedgerSql.LockFiles))
        {
            hold.Parameters.Add(new() { Value = tenantId });
            hold.Parameters.Add(new() { Value = ids });
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new Statement(transaction, ReworkSql.StatesOf)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = ids } },
        };
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<FileState>> ReadAsync(Statement command, CancellationToken cancellationToken)
    {
        var files = new List<FileState>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetBoolean(6), reader.GetBoolean(7), reader.GetBoolean(8), reader.GetBoolean(9),
                reader.IsDBNull(10) ? null : reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11),
                reader.GetFieldValue<string[]>(12)));
        }

        return files;
    }
}
