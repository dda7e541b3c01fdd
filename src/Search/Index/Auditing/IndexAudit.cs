using System.Text.Json;
using Npgsql;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Auditing;

/// <summary>Reads the index page by page for whoever checks it, and keeps what the last check found.</summary>
public sealed class IndexAudit(Database database)
{
    private readonly IndexFeed feed = new(database);

    /// <summary>A page of the files the index has, in the order of their ids.</summary>
    public Task<IReadOnlyList<string>> FilesAfterAsync(string tenantId, string afterFileId, int limit, CancellationToken cancellationToken) =>
        feed.FilesAfterAsync(tenantId, afterFileId, limit, cancellationToken);

    /// <summary>The rows of files; those the index does not have are left out.</summary>
    public async Task<IReadOnlyList<IndexedFile>> RowsAsync(string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken) =>
        [.. (await feed.FilesAsync(tenantId, [.. fileIds], cancellationToken)).Select(row => row.File)];

    /// <summary>A file as the index stores it: without what no text of a database can hold, and with times in its precision.</summary>
    public static IndexedFile AsStored(IndexedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file with
        {
            Name = DatabaseText.Clean(file.Name),
            Path = DatabaseText.Clean(file.Path),
            MimeType = DatabaseText.Clean(file.MimeType),
            ModifiedAt = file.ModifiedAt.ToUniversalTime().AddTicks(-(file.ModifiedAt.Ticks % TimeSpan.TicksPerMicrosecond)),
        };
    }

    /// <summary>The files of a page whose tables disagree.</summary>
    public async Task<IReadOnlyList<FileFaults>> FaultsAsync(string tenantId, string afterFileId, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AuditSql.FaultsAfter);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = afterFileId });
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those of the files whose tables disagree, within the transaction that holds them.</summary>
    public static async Task<IReadOnlyList<FileFaults>> FaultsAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new Statement(transaction, AuditSql.FaultsOf)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileIds.ToArray() } },
        };
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Removes chunks of files whose text was dropped, with their vectors.</summary>
    public static async Task DeleteStrayChunksAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new Statement(transaction, AuditSql.DeleteStrayChunks)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileIds.ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Puts the tenant's counters right.</summary>
    /// <returns>How many were wrong.</returns>
    public static async Task<long> MendCountersAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new Statement(transaction, AuditSql.MendCounters) { Parameters = { new() { Value = tenantId } } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Keeps what a check found instead of what the one before did.</summary>
    public static async Task SaveAsync(
        NpgsqlTransaction transaction, string tenantId, DateTimeOffset startedAt, long files, IReadOnlyDictionary<string, long> drift, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new Statement(transaction, AuditSql.SaveCheck)
        {
            Parameters =
            {
                new() { Value = tenantId }, new() { Value = startedAt.UtcDateTime }, new() { Value = files }, new() { Value = JsonSerializer.Serialize(drift) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the last check found, or null before the first.</summary>
    public async Task<IndexCheck?> FindAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AuditSql.FindCheck);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2),
                JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(3))!)
            : null;
    }

    /// <summary>The tenants whose index was not checked for so long.</summary>
    public async Task<IReadOnlyList<string>> DueAsync(TimeSpan notFor, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AuditSql.TenantsDue);
        command.Parameters.Add(new() { Value = notFor });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(reader.GetString(0));
        return tenants;
    }

    private static async Task<IReadOnlyList<FileFaults>> ReadAsync(Statement command, CancellationToken cancellationToken)
    {
        var faults = new List<FileFaults>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            faults.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4),
                !reader.IsDBNull(5) && reader.GetBoolean(5), reader.GetBoolean(6), reader.GetFieldValue<string[]>(7), reader.GetFieldValue<string[]>(8)));
        }

        return [.. faults.Where(fault => !fault.IsSound)];
    }
}
