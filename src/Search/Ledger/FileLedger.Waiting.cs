using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Search.Index;

namespace ScaiDrive.Search.Ledger;

/// <summary>A file with pages that OCR has not read because it was off.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="ShareId">Its share.</param>
/// <param name="Path">Path inside the share.</param>
/// <param name="MimeType">Its type.</param>
public sealed record OcrDisabledFile(string FileId, string ContentHash, string ShareId, string Path, string MimeType);

/// <summary>A file that is on its way.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="Stages">The stages that are to come, as far as the ledger was told; none before the first.</param>
/// <param name="HasFailed">Whether a stage has failed, so that those to come may never.</param>
public sealed record WaitingFile(string FileId, string ContentHash, IReadOnlyList<string> Stages, bool HasFailed);

/// <content>Stages that are to come, and files that wait for one.</content>
public sealed partial class FileLedger
{
    /// <summary>Notes that a stage is to come, unless it has said something before. The caller records the stage at work in the same transaction, afterwards.</summary>
    /// <returns>False, with nothing written, when the file is unknown or has other content by now.</returns>
    public static async Task<bool> AwaitAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, string stage, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (!await LockAsync(transaction, tenantId, fileId, contentHash, cancellationToken))
            return false;
        await using var command = new NpgsqlCommand(LedgerSql.Await, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileId }, new() { Value = stage }, new() { Value = contentHash } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>Takes back what stages said; the file's status follows.</summary>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="stages">Which of <see cref="LedgerStages"/>.</param>
    /// <param name="state">Only those in this state; null: in any.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task ForgetAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, IReadOnlyList<string> stages, string? state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(stages);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new(IndexSql.LockFile) { Parameters = { new() { Value = tenantId }, new() { Value = fileId } } },
                new(LedgerSql.Forget)
                {
                    Parameters =
                    {
                        new() { Value = tenantId }, new() { Value = fileId }, new() { Value = stages.ToArray() },
                        new() { Value = (object?)state ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                    },
                },
                new(LedgerSql.DeriveStatus) { Parameters = { new() { Value = tenantId }, new() { Value = new[] { fileId } } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Files with pages that OCR has not read because it was off, in the order of their ids.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="afterFileId">The last file of the page before; empty from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<OcrDisabledFile>> OcrDisabledAsync(
        string tenantId, string afterFileId, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LedgerSql.OcrDisabled);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = afterFileId });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<OcrDisabledFile>();
        while (await reader.ReadAsync(cancellationToken))
            files.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4)));
        return files;
    }

    /// <summary>How many files have pages that OCR has not read because it was off.</summary>
    public async Task<long> CountOcrDisabledAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LedgerSql.CountOcrDisabled);
        command.Parameters.Add(new() { Value = tenantId });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Lets those of the files that still stand at <c>ocr_disabled</c> wait for OCR.</summary>
    /// <returns>These files, with the content the entry was about.</returns>
    public static async Task<IReadOnlyList<(string FileId, string ContentHash)>> ReopenOcrDisabledAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyList<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(fileIds);
        await using (var lockFiles = new NpgsqlCommand(LedgerSql.LockFiles, transaction.Connection, transaction))
        {
            AddFiles(lockFiles.Parameters, tenantId, fileIds);
            await lockFiles.ExecuteNonQueryAsync(cancellationToken);
        }

        var reopened = new List<(string, string)>();
        await using (var reopen = new NpgsqlCommand(LedgerSql.ReopenOcrDisabled, transaction.Connection, transaction))
        {
            AddFiles(reopen.Parameters, tenantId, fileIds);
            await using var reader = await reopen.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                reopened.Add((reader.GetString(0), reader.GetString(1)));
        }

        await using var derive = new NpgsqlCommand(LedgerSql.DeriveStatus, transaction.Connection, transaction);
        AddFiles(derive.Parameters, tenantId, fileIds);
        await derive.ExecuteNonQueryAsync(cancellationToken);
        return reopened;
    }

    /// <summary>Files of all tenants that have waited for some stage for a while, in the order of tenant and id.</summary>
    /// <param name="after">The last file of the page before; null from the start.</param>
    /// <param name="longerThan">How long at least.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<(string TenantId, string FileId)>> WaitingAsync(
        (string TenantId, string FileId)? after, TimeSpan longerThan, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LedgerSql.Waiting);
        command.Parameters.Add(new() { Value = after?.TenantId ?? "" });
        command.Parameters.Add(new() { Value = after?.FileId ?? "" });
        command.Parameters.Add(new() { Value = longerThan });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            files.Add((reader.GetString(0), reader.GetString(1)));
        return files;
    }

    /// <summary>What a file waits for, held until the transaction ends; null when it does not wait (any more).</summary>
    public static async Task<WaitingFile?> HoldWaitingAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using (var lockFile = new NpgsqlCommand(IndexSql.LockFile, transaction.Connection, transaction))
        {
            lockFile.Parameters.Add(new() { Value = tenantId });
            lockFile.Parameters.Add(new() { Value = fileId });
            if (await lockFile.ExecuteScalarAsync(cancellationToken) is null)
                return null;
        }

        await using var command = new NpgsqlCommand(LedgerSql.FindWaiting, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(fileId, reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetBoolean(2))
            : null;
    }

    private static async Task<bool> LockAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, CancellationToken cancellationToken)
    {
        await using var lockFile = new NpgsqlCommand(IndexSql.LockFile, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileId } },
        };
        return await lockFile.ExecuteScalarAsync(cancellationToken) is string current && current == contentHash;
    }

    private static void AddFiles(NpgsqlParameterCollection parameters, string tenantId, IReadOnlyList<string> fileIds)
    {
        parameters.Add(new() { Value = tenantId });
        parameters.Add(new() { Value = fileIds.ToArray() });
    }
}
