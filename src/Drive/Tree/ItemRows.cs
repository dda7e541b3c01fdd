using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Reads rows in the column order of <see cref="ItemSql"/>.</summary>
internal static class ItemRows
{
    internal static Share Share(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetString(4), row.GetString(5), row.GetBoolean(6),
        row.GetBoolean(7), row.IsDBNull(8) ? null : row.GetInt64(8), Time(row, 9), Time(row, 10));

    internal static DriveFolder Folder(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.GetString(7), row.GetString(8), Time(row, 9), Time(row, 10), row.GetBoolean(11));

    internal static DriveFile File(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.GetInt64(7), row.GetString(8), row.GetInt32(9), row.GetString(10), row.GetString(11), row.GetString(12),
        Time(row, 13), Time(row, 14), row.GetBoolean(15), row.IsDBNull(16) ? null : Time(row, 16))
    {
        SourceAclId = row.IsDBNull(17) ? null : row.GetInt64(17),
    };

    internal static ChildItem Child(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2) == "folder" ? ItemKind.Folder : ItemKind.File,
        row.IsDBNull(3) ? null : row.GetInt64(3), Text(row, 4), Time(row, 5), row.GetBoolean(6));

    internal static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    internal static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    internal static async Task<T?> FirstAsync<T>(
        Statement command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using (command)
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            return await rows.ReadAsync(cancellationToken) ? read(rows) : null;
        }
    }

    internal static async Task<List<T>> AllAsync<T>(
        Statement command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            var all = new List<T>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                all.Add(read(rows));
            return all;
        }
    }
}
