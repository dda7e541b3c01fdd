using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>A file whose permissions are to be read.</summary>
/// <param name="RowId">Its row in the snapshot.</param>
/// <param name="ParentId">The row of its directory.</param>
/// <param name="Name">At the source.</param>
/// <param name="FileId">In Drive.</param>
/// <param name="ChangedNs">The entry as the snapshot knows it: what is read now is of then or later.</param>
/// <param name="AclId">What was read last; null when nothing was.</param>
internal sealed record SweepRow(long RowId, long ParentId, string Name, string FileId, long ChangedNs, long? AclId);

/// <summary>How far a full reading is.</summary>
internal sealed record SweepState(DateTimeOffset StartedAt, long AfterId, bool IsFinished);

/// <summary>What one connector has read of permissions: the columns of its snapshot, and its full reading.</summary>
internal sealed class SweepRows(Database dataSource, string tenantId, string connectorId)
{
    private const int Page = 500;

    /// <summary>Begins a full reading when there was none yet, or the last one began before a time and came to its end.</summary>
    internal async Task BeginAsync(DateTimeOffset now, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = Read(PermissionSql.BeginSweep, now, before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal async Task<SweepState?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = Read(PermissionSql.FindSweep);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new SweepState(row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1), !row.IsDBNull(2)) : null;
    }

    internal IAsyncEnumerable<List<SweepRow>> MovedAsync(CancellationToken cancellationToken) => PagesAsync(PermissionSql.Moved, 0, [], cancellationToken);

    internal IAsyncEnumerable<List<SweepRow>> ReadBeforeAsync(long afterId, DateTimeOffset time, CancellationToken cancellationToken) =>
        PagesAsync(PermissionSql.ReadBefore, afterId, [time], cancellationToken);

    /// <summary>Whether the server shows, by the time of an entry, that its permissions changed.</summary>
    internal async Task<bool> TellsChangesAsync(CancellationToken cancellationToken)
    {
        await using var command = Read(PermissionSql.TellsChanges);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal IAsyncEnumerable<List<SweepRow>> InDirectoryAsync(
        long directoryId, bool isRecursive, DateTimeOffset readBefore, CancellationToken cancellationToken) =>
        PagesAsync(PermissionSql.InDirectory, 0, [readBefore, directoryId, isRecursive], cancellationToken);

    internal IAsyncEnumerable<List<SweepRow>> AllAsync(CancellationToken cancellationToken) => PagesAsync(PermissionSql.AnyFile, 0, [], cancellationToken);

    internal Task SaveReadAsync(
        NpgsqlTransaction transaction, IReadOnlyList<(SweepRow Row, long Acl)> read, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            transaction, PermissionSql.SetRead, cancellationToken, read.Select(one => one.Row.RowId).ToArray(), read.Select(one => one.Acl).ToArray(),
            read.Select(one => one.Row.ChangedNs).ToArray(), now);

    internal Task SaveUnreadAsync(NpgsqlTransaction transaction, IReadOnlyList<SweepRow> rows, CancellationToken cancellationToken) =>
        RunAsync(transaction, PermissionSql.SetUnread, cancellationToken, rows.Select(row => row.RowId).ToArray());

    internal Task SaveProgressAsync(NpgsqlTransaction transaction, long afterId, DateTimeOffset? finishedAt, CancellationToken cancellationToken) =>
        RunAsync(
            transaction, PermissionSql.SaveSweep, cancellationToken, afterId,
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)finishedAt ?? DBNull.Value });

    internal Task ForgetAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        RunAsync(transaction, PermissionSql.DeleteSweep, cancellationToken);

    // By key, so that a page sees what was written meanwhile and each row comes once.
    private async IAsyncEnumerable<List<SweepRow>> PagesAsync(
        string sql, long afterId, object[] further, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await PageAsync(sql, afterId, further, cancellationToken);
            if (page.Count == 0)
                yield break;
            afterId = page[^1].RowId;
            yield return page;
        }
    }

    private async Task<List<SweepRow>> PageAsync(string sql, long afterId, object[] further, CancellationToken cancellationToken)
    {
        var page = new List<SweepRow>();
        await using var command = Read(sql, [afterId, Page, .. further]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            page.Add(new SweepRow(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5)));
        }

        return page;
    }

    private async Task RunAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = transaction.Statement(sql, [tenantId, connectorId, .. parameters]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Statement Read(string sql, params object[] parameters) => dataSource.Statement(sql, [tenantId, connectorId, .. parameters]);
}
