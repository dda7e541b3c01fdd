using Npgsql;
using ScaiDrive.Store;
using static ScaiDrive.Connectors.Statements;

namespace ScaiDrive.Connectors.Sync;

/// <summary>One entry of the source as it was mirrored.</summary>
internal sealed record SnapshotRow(
    long Id,
    long ParentId,
    string Name,
    bool IsDirectory,
    string Identity,
    long SizeBytes,
    long ModifiedNs,
    long ChangedNs,
    string? FileId,
    string? FolderId,
    string? ContentSha256,
    string? MissingRunId)
{
    /// <summary>Another entry took its place, so it has no path in the source.</summary>
    internal bool IsParked => Name.StartsWith('/');

    internal bool HasStateOf(SourceEntry entry) =>
        Identity == entry.Identity && SizeBytes == entry.SizeBytes && ModifiedNs == entry.ModifiedNs && ChangedNs == entry.ChangedNs;

    /// <summary>Whether this is the same file elsewhere. A rename changes no more than <see cref="ChangedNs"/>.</summary>
    internal bool IsSameFileAs(SourceEntry entry) => Identity == entry.Identity && (entry.IdentityIsLasting || HasContentOf(entry));

    internal bool HasContentOf(SourceEntry entry) => SizeBytes == entry.SizeBytes && ModifiedNs == entry.ModifiedNs;

    /// <summary>What an entry is noted as while its content is not read: size and date go on to be those of the content that is known, and a time that
    /// no file has makes the next pass read it, wherever it is by then.</summary>
    internal SourceEntry UnreadAt(SourceEntry entry) => entry with { SizeBytes = SizeBytes, ModifiedNs = ModifiedNs, ChangedNs = long.MinValue };

    /// <summary>The entry as it was last seen at the source.</summary>
    internal SourceEntry ToEntry(string path) =>
        new(path, IsDirectory ? SourceEntryKind.Directory : SourceEntryKind.File, Identity, false, SizeBytes, ModifiedNs, ChangedNs);
}

/// <summary>A place in the source where another file than before was found.</summary>
internal sealed record ContestedPlace(long ParentId, string Name, string Path, string Identity);

/// <summary>What was about to be written to the source.</summary>
internal sealed record Intent(long Id, string Action, string Path, string? Temporary);

/// <summary>The snapshot of one connector: reads outside, writes inside a transaction.</summary>
internal sealed class Snapshot(Database dataSource, string tenantId, string connectorId)
{
    internal const long Root = 0;

    internal async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        await using var command = Read(SnapshotSql.Exists);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal Task<List<SnapshotRow>> PageAsync(long parentId, string afterName, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.Page, parentId, afterName, limit), cancellationToken);

    internal async Task<SnapshotRow?> AtPlaceAsync(long parentId, string name, CancellationToken cancellationToken) =>
        (await RowsAsync(Read(SnapshotSql.AtPlace, parentId, name), cancellationToken)).SingleOrDefault();

    internal async Task<SnapshotRow?> FindAsync(long id, CancellationToken cancellationToken) =>
        (await RowsAsync(Read(SnapshotSql.ById, id), cancellationToken)).SingleOrDefault();

    internal Task<List<SnapshotRow>> ByIdentityAsync(string[] identities, bool directories, string runId, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.ByIdentity, identities, directories, runId), cancellationToken);

    /// <summary>Path of a directory by its row; null when it, or a directory above, is parked or no longer there.</summary>
    internal async Task<string?> PathOfAsync(long directoryId, CancellationToken cancellationToken)
    {
        if (directoryId == Root)
            return "";
        await using var command = Read(SnapshotSql.PathOf, directoryId);
        return await command.ExecuteScalarAsync(cancellationToken) is string path && !path.StartsWith('/') && !path.Contains("//", StringComparison.Ordinal)
            ? path
            : null;
    }

    internal Task<List<SnapshotRow>> MissingFilesAsync(string runId, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.MissingFiles, runId, limit), cancellationToken);

    internal Task<List<SnapshotRow>> AfterAsync(long id, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.AfterId, id, limit), cancellationToken);

    internal Task<List<SnapshotRow>> UnwantedAsync(string runId, long afterId, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.Unwanted, runId, afterId, limit), cancellationToken);

    internal Task<List<SnapshotRow>> UnwantedEmptyDirectoriesAsync(string runId, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.UnwantedEmptyDirectories, runId, limit), cancellationToken);

    internal Task<List<SnapshotRow>> OfFilesAsync(string[] fileIds, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.OfFiles, (object)fileIds), cancellationToken);

    internal Task<List<SnapshotRow>> OfFoldersAsync(string[] folderIds, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.OfFolders, (object)folderIds), cancellationToken);

    internal async Task<List<Intent>> IntentsAsync(CancellationToken cancellationToken)
    {
        await using var command = Read(SnapshotSql.Intents);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var intents = new List<Intent>();
        while (await reader.ReadAsync(cancellationToken))
            intents.Add(new Intent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        return intents;
    }

    internal async Task<long> CountAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Read(sql, parameters);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal Task<List<SnapshotRow>> MissingEmptyDirectoriesAsync(string runId, int limit, CancellationToken cancellationToken) =>
        RowsAsync(Read(SnapshotSql.MissingEmptyDirectories, runId, limit), cancellationToken);

    internal async Task<List<ContestedPlace>> ContestedAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = Read(SnapshotSql.Contested, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var places = new List<ContestedPlace>();
        while (await reader.ReadAsync(cancellationToken))
            places.Add(new ContestedPlace(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        return places;
    }

    internal async Task<bool> IsWantedAsync(string identity, CancellationToken cancellationToken)
    {
        await using var command = Read(SnapshotSql.IsWanted, identity);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal async Task<bool> IsFileTakenAsync(string fileId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SnapshotSql.FileIsTaken);
        command.Parameters.Add(new NpgsqlParameter { Value = tenantId });
        command.Parameters.Add(new NpgsqlParameter { Value = fileId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Those of some files that another connector mirrors.</summary>
    internal async Task<HashSet<string>> TakenElsewhereAsync(string[] fileIds, CancellationToken cancellationToken)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        if (fileIds.Length == 0)
            return taken;
        await using var command = Read(SnapshotSql.TakenFiles, (object)fileIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            taken.Add(reader.GetString(0));
        return taken;
    }

    internal SnapshotWriter Write(NpgsqlTransaction transaction, string runId) => new(transaction, tenantId, connectorId, runId);

    private Statement Read(string sql, params object[] parameters) => dataSource.Statement(sql, [tenantId, connectorId, .. parameters]);

    private static async Task<List<SnapshotRow>> RowsAsync(Statement command, CancellationToken cancellationToken)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<SnapshotRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new SnapshotRow(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetString(2),
                reader.GetBoolean(3),
                reader.GetString(4),
                reader.GetInt64(5),
                reader.GetInt64(6),
                reader.GetInt64(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9),
                reader.IsDBNull(10) ? null : reader.GetString(10),
                reader.IsDBNull(11) ? null : reader.GetString(11)));
        }

        return rows;
    }
}

/// <summary>Writes to the snapshot within one transaction. What returns nothing is collected and sent by <see cref="FlushAsync"/>, in order.</summary>
internal sealed class SnapshotWriter(NpgsqlTransaction transaction, string tenantId, string connectorId, string runId) : IAsyncDisposable
{
    private readonly List<(long ParentId, string Name, SourceEntry Entry, string FileId, string Sha256)> newFiles = [];
    private NpgsqlBatch pending = new(transaction.Connection!, transaction);

    /// <summary>For what else is to be written with it.</summary>
    internal NpgsqlTransaction Transaction => transaction;

    /// <summary>A statement about the connector ($1, $2) that goes with the rows.</summary>
    internal void Note(string sql, params object[] parameters) => Add(sql, parameters);

    internal void Note(NpgsqlBatchCommand command)
    {
        InsertNewFiles();
        pending.BatchCommands.Add(command);
    }

    internal void InsertFile(long parentId, string name, SourceEntry entry, string fileId, string sha256) =>
        newFiles.Add((parentId, name, entry, fileId, sha256));

    internal void UpdateFile(long id, long parentId, string name, SourceEntry entry, string fileId, string sha256) =>
        Add(SnapshotSql.UpdateFile, id, parentId, name, entry.Identity, entry.SizeBytes, entry.ModifiedNs, entry.ChangedNs, fileId, sha256, runId);

    internal void UpdateDirectory(long id, long parentId, string name, SourceEntry entry, string? folderId) =>
        Add(SnapshotSql.UpdateDirectory, id, parentId, name, entry.Identity, entry.ModifiedNs, entry.ChangedNs, Text(folderId), runId);

    internal void SetFolder(long id, string? folderId) => Add(SnapshotSql.SetFolder, id, Text(folderId));

    internal void MarkMissing(SnapshotRow row) => Add(SnapshotSql.MarkMissing, row.Id, row.ParentId, row.Name, runId);

    internal void Unmark(long id) => Add(SnapshotSql.Unmark, id);

    internal void Park(long id) => Add(SnapshotSql.Park, id, runId);

    internal void Delete(long id) => Add(SnapshotSql.Delete, id);

    internal void ForgetPutOff() => Add(SnapshotSql.ForgetPutOff, runId);

    internal void PutOffMissingDirectories() => Add(SnapshotSql.PutOffMissingDirectories, runId, SyncScope.All.ToString());

    internal void MarkBelowMissing() => Add(SnapshotSql.MarkBelowMissing, runId);

    internal void Contest(long parentId, SourceEntry entry) => Add(SnapshotSql.Contest, parentId, entry.Name, entry.Path, entry.Identity, runId);

    internal void Settle(ContestedPlace place) => Add(SnapshotSql.SettleContest, place.ParentId, place.Name);

    internal void ForgetOldContests() => Add(SnapshotSql.ForgetOldContests, runId);

    internal void MarkUnwanted(long[] ids) => Add(SnapshotSql.MarkUnwanted, ids, runId);

    internal void UnmarkUnwanted(long id) => Add(SnapshotSql.UnmarkUnwanted, id);

    /// <summary>The same entry at another place of the source.</summary>
    internal void SetPlace(SnapshotRow row, long parentId, SourceEntry entry)
    {
        // A rename moves the time of change. With another content it is an edit, which the next walk is to see.
        var (modified, changed) = row.HasContentOf(entry) ? (entry.ModifiedNs, entry.ChangedNs) : (row.ModifiedNs, row.ChangedNs);
        Add(SnapshotSql.SetPlace, row.Id, parentId, entry.Name, modified, changed);
    }

    internal void AddIntent(string action, string path, string? temporary) => Add(SnapshotSql.AddIntent, action, path, Text(temporary));

    /// <summary>What was noted under these temporary paths is done, or undone.</summary>
    internal void ForgetIntents(string[] temporaries) => Add(SnapshotSql.ForgetIntents, (object)temporaries);

    internal async Task<long> InsertDirectoryAsync(long parentId, SourceEntry entry, string? folderId, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return (long)(await ScalarAsync(
            SnapshotSql.InsertDirectory, cancellationToken, tenantId, connectorId, parentId, entry.Name, entry.Identity, entry.ModifiedNs, entry.ChangedNs, Text(folderId), runId))!;
    }

    internal async Task<bool> IsFolderTakenAsync(string folderId, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return (bool)(await ScalarAsync(SnapshotSql.FolderIsTaken, cancellationToken, tenantId, connectorId, folderId))!;
    }

    internal async Task<bool> IsFileTakenAsync(string fileId, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return (bool)(await ScalarAsync(SnapshotSql.FileIsTaken, cancellationToken, tenantId, fileId))!;
    }

    internal async Task<long> CountFilesBelowAsync(long directoryId, CancellationToken cancellationToken) =>
        (long)(await ScalarAsync(SnapshotSql.CountFilesBelow, cancellationToken, tenantId, connectorId, directoryId))!;

    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        InsertNewFiles();
        if (pending.BatchCommands.Count == 0)
            return;
        await using var batch = pending;
        pending = new NpgsqlBatch(transaction.Connection!, transaction);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => pending.DisposeAsync();

    /// <summary>New files that follow each other are one statement: a first pass writes little else.</summary>
    private void InsertNewFiles()
    {
        if (newFiles.Count == 0)
            return;
        var command = new NpgsqlBatchCommand(SnapshotSql.InsertFiles);
        command.Parameters.Fill(
            tenantId, connectorId, runId,
            newFiles.Select(file => file.ParentId).ToArray(),
            newFiles.Select(file => file.Name).ToArray(),
            newFiles.Select(file => file.Entry.Identity).ToArray(),
            newFiles.Select(file => file.Entry.SizeBytes).ToArray(),
            newFiles.Select(file => file.Entry.ModifiedNs).ToArray(),
            newFiles.Select(file => file.Entry.ChangedNs).ToArray(),
            newFiles.Select(file => file.FileId).ToArray(),
            newFiles.Select(file => file.Sha256).ToArray());
        newFiles.Clear();
        pending.BatchCommands.Add(command);
    }

    private void Add(string sql, params object[] parameters)
    {
        InsertNewFiles();
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Fill([tenantId, connectorId, .. parameters]);
        pending.BatchCommands.Add(command);
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = transaction.Statement(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
