using Npgsql;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Brings the index and the ledger of many files in line with the rules, in the caller's transaction, which holds the files.</summary>
public static class ReworkWriter
{
    /// <summary>Text and vectors leave the index, the ledger says why. Names stay searchable.</summary>
    public static Task ExcludeAsync(NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ReworkSql.Exclude, tenantId, fileIds, cancellationToken);

    /// <summary>Takes back the verdict that a policy leaves them out: they are pending.</summary>
    public static Task ReadmitAsync(NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ReworkSql.Readmit, tenantId, fileIds, cancellationToken);

    /// <summary>The ledger says that vectors are to come; they stay searchable by those they have.</summary>
    public static Task AwaitVectorsAsync(NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ReworkSql.AwaitVectors, tenantId, fileIds, cancellationToken);

    /// <summary>The ledger says that a policy wants no vectors of them.</summary>
    public static Task SkipVectorsAsync(NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ReworkSql.SkipVectors, tenantId, fileIds, cancellationToken);

    /// <summary>Files are no longer compared in these models. The vectors stay cached by text until upkeep finds nobody uses them.</summary>
    public static async Task DropVectorsAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyCollection<(string FileId, string Model)> vectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (vectors.Count == 0)
            return;
        await using var command = new NpgsqlCommand(ReworkSql.DropVectors, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = vectors.Select(one => one.FileId).ToArray() },
                new() { Value = vectors.Select(one => one.Model).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WriteAsync(
        NpgsqlTransaction transaction, string sql, string tenantId, IReadOnlyCollection<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (fileIds.Count == 0)
            return;
        var ids = fileIds.ToArray();
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new(sql) { Parameters = { new() { Value = tenantId }, new() { Value = ids } } },
                new(LedgerSql.DeriveStatus) { Parameters = { new() { Value = tenantId }, new() { Value = ids } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
