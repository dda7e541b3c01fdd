using Npgsql;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Ledger;

/// <summary>The stages a file passes.</summary>
public static class LedgerStages
{
    /// <summary>Bytes to pages of text.</summary>
    public const string Extract = "extract";

    /// <summary>OCR of pages without a text layer.</summary>
    public const string Recognize = "recognize";

    /// <summary>Text to chunks in the keyword index.</summary>
    public const string Index = "index";

    /// <summary>Chunks to vectors.</summary>
    public const string Embed = "embed";
}

/// <summary>The states of a stage.</summary>
public static class LedgerStates
{
    /// <summary>Waits.</summary>
    public const string Pending = "pending";

    /// <summary>Runs.</summary>
    public const string Running = "running";

    /// <summary>Ended well.</summary>
    public const string Done = "done";

    /// <summary>Ended without a result, for a reason that lies in the file or the settings.</summary>
    public const string Skipped = "skipped";

    /// <summary>Ended with an error.</summary>
    public const string Failed = "failed";

    /// <summary>A newer version of the file made it pointless.</summary>
    public const string Superseded = "superseded";
}

/// <summary>What happened to one content of a file at one stage.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">The content; entries about a replaced content are passed over.</param>
/// <param name="Stage">One of <see cref="LedgerStages"/>.</param>
/// <param name="State">One of <see cref="LedgerStates"/>.</param>
/// <param name="ReasonCode">Stable code of an ending that is not <c>done</c>.</param>
/// <param name="Detail">What a person should know beside the code.</param>
/// <param name="Engine">Who did the work, for example <c>poppler</c>.</param>
/// <param name="EngineVersion">Its version.</param>
/// <param name="Pages">Pages worked on.</param>
/// <param name="Bytes">Bytes worked on.</param>
/// <param name="Duration">Time of the work.</param>
/// <param name="Attempt">Which attempt of the job this was, from 1.</param>
public sealed record LedgerEntry(
    string TenantId, string FileId, string ContentHash, string Stage, string State, string? ReasonCode = null,
    string? Detail = null, string? Engine = null, string? EngineVersion = null, int? Pages = null, long? Bytes = null,
    TimeSpan? Duration = null, int Attempt = 1);

/// <summary>The last entry of one stage.</summary>
public sealed record StageStatus(
    string Stage, string State, string? ReasonCode, string? Hint, string? Detail, string? Engine, string? EngineVersion,
    int? Pages, long? Bytes, TimeSpan? Duration, int Attempt, DateTimeOffset RecordedAt);

/// <summary>Whether a file is searchable, and why not.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Status"><c>pending</c>, <c>indexed</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Indexed">Whether its present content is searchable by word.</param>
/// <param name="ReasonCode">Stable code when skipped or failed.</param>
/// <param name="Hint">What to do about it, when known.</param>
/// <param name="ChunkCount">Chunks searchable now; of the version before while a new one is pending.</param>
/// <param name="IndexedAt">When those chunks were written.</param>
/// <param name="VectorizedAt">When their vectors were complete.</param>
/// <param name="Stages">The stages so far, in the order a file passes them.</param>
public sealed record FileStatus(
    string FileId, string Status, bool Indexed, string? ReasonCode, string? Hint, int ChunkCount,
    DateTimeOffset? IndexedAt, DateTimeOffset? VectorizedAt, IReadOnlyList<StageStatus> Stages);

/// <summary>Counts over all files of a tenant.</summary>
/// <param name="Files">All files known to search.</param>
/// <param name="Indexed">Files whose content is searchable by word.</param>
/// <param name="Pending">Files still under way.</param>
/// <param name="Skipped">Files without searchable content, by reason code.</param>
/// <param name="Failed">Files that failed, by reason code.</param>
/// <param name="VectorsPending">Files whose text waits for its vectors.</param>
/// <param name="VectorsFailed">Files whose vectors failed.</param>
/// <param name="Chunks">Searchable chunks.</param>
/// <param name="Vectors">Chunks searchable by meaning.</param>
public sealed record LedgerTotals(
    long Files, long Indexed, long Pending, IReadOnlyDictionary<string, long> Skipped, IReadOnlyDictionary<string, long> Failed,
    long VectorsPending, long VectorsFailed, long Chunks, long Vectors);

/// <summary>Records what happened to each file at each stage, and counts the results as they change.</summary>
public sealed partial class FileLedger(Database database, IReadOnlyDictionary<string, string> hints)
{
    /// <summary>Records an entry; the file's status follows from all its stages. May be repeated.</summary>
    /// <remarks>
    /// A file whose new content is skipped or failed loses the text of its old content in the same transaction; one that is
    /// skipped also the text of its present content, and the later stages with it, until a later entry says that it is indexed.
    /// </remarks>
    /// <returns>False, with nothing written, when the file is unknown or has other content by now.</returns>
    public async Task<bool> RecordAsync(NpgsqlTransaction transaction, LedgerEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(entry);
        if (!await LockAsync(transaction, entry.TenantId, entry.FileId, entry.ContentHash, cancellationToken))
            return false;
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new(LedgerSql.RecordStage)
                {
                    Parameters =
                    {
                        new() { Value = entry.TenantId },
                        new() { Value = entry.FileId },
                        new() { Value = entry.Stage },
                        new() { Value = entry.ContentHash },
                        new() { Value = entry.State },
                        Nullable(entry.ReasonCode),
                        Nullable(entry.Detail is null ? null : DatabaseText.Clean(entry.Detail)),
                        Nullable(entry.Engine),
                        Nullable(entry.EngineVersion),
                        Nullable(entry.Pages),
                        Nullable(entry.Bytes),
                        Nullable((long?)entry.Duration?.TotalMilliseconds),
                        new() { Value = entry.Attempt },
                    },
                },
                new(LedgerSql.DeriveStatus)
                {
                    Parameters = { new() { Value = entry.TenantId }, new() { Value = new[] { entry.FileId } } },
                },
            },
        };
        if (entry.State == LedgerStates.Skipped)
        {
            batch.BatchCommands.Insert(0, new(LedgerSql.ForgetLaterStages)
            {
                Parameters = { new() { Value = entry.TenantId }, new() { Value = entry.FileId }, new() { Value = entry.Stage } },
            });
        }

        var status = "pending";
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
                status = reader.GetString(0);
        }

        if (status is "skipped" or "failed")
        {
            await using var drop = new NpgsqlCommand(IndexSql.DropChunks, transaction.Connection, transaction);
            drop.Parameters.Add(new() { Value = entry.TenantId });
            drop.Parameters.Add(new() { Value = entry.FileId });
            drop.Parameters.Add(new() { Value = status == "skipped" });
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }

        return true;
    }

    /// <summary>The status of one file, or null when search does not know it.</summary>
    public async Task<FileStatus?> FindAsync(string tenantId, string fileId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(LedgerSql.FindStatus) { Parameters = { new() { Value = tenantId }, new() { Value = fileId } } });
        batch.BatchCommands.Add(new(LedgerSql.FindStages) { Parameters = { new() { Value = tenantId }, new() { Value = fileId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var status = reader.GetString(0);
        var reason = Text(reader, 1);
        var (chunks, indexedAt, vectorizedAt) = (reader.GetInt32(2), Time(reader, 3), Time(reader, 4));
        var stages = new List<StageStatus>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            stages.Add(ReadStage(reader));
        return new(fileId, status, status == "indexed", reason, HintFor(reason), chunks, indexedAt, vectorizedAt, stages);
    }

    /// <summary>The tenant's totals, from maintained counters: the cost does not grow with the number of files.</summary>
    public async Task<LedgerTotals> TotalsAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LedgerSql.Totals);
        command.Parameters.Add(new() { Value = tenantId });
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            counters[reader.GetString(0)] = reader.GetInt64(1);
        return new(
            counters.GetValueOrDefault("files"),
            counters.GetValueOrDefault("status.indexed"),
            counters.GetValueOrDefault("status.pending"),
            ByReason(counters, "skipped."),
            ByReason(counters, "failed."),
            counters.GetValueOrDefault("vectors.pending"),
            counters.GetValueOrDefault("vectors.failed"),
            counters.GetValueOrDefault("chunks"),
            counters.GetValueOrDefault("vectors"));
    }

    private string? HintFor(string? reason) => reason is null ? null : hints.GetValueOrDefault(reason);

    private StageStatus ReadStage(NpgsqlDataReader reader)
    {
        var reason = Text(reader, 2);
        return new(
            reader.GetString(0), reader.GetString(1), reason, HintFor(reason), Text(reader, 3), Text(reader, 4), Text(reader, 5),
            reader.IsDBNull(6) ? null : reader.GetInt32(6),
            reader.IsDBNull(7) ? null : reader.GetInt64(7),
            reader.IsDBNull(8) ? null : TimeSpan.FromMilliseconds(reader.GetInt64(8)),
            reader.GetInt32(9),
            reader.GetFieldValue<DateTimeOffset>(10));
    }

    private static Dictionary<string, long> ByReason(Dictionary<string, long> counters, string prefix) =>
        counters.Where(counter => counter.Key.StartsWith(prefix, StringComparison.Ordinal) && counter.Value != 0)
            .ToDictionary(counter => counter.Key[prefix.Length..], counter => counter.Value, StringComparer.Ordinal);

    private static NpgsqlParameter Nullable(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static NpgsqlParameter Nullable(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer };

    private static NpgsqlParameter Nullable(long? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
