using System.Runtime.InteropServices;
using Npgsql;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Text;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index;

/// <summary>Writes what is searchable: names, chunks and vectors, in transactions of the caller.</summary>
/// <remarks>
/// Every change of a file is logged by the database when the transaction commits, and every local index follows that log.
/// All calls may be repeated. Writes about a content that is no longer the file's current one change nothing.
/// </remarks>
public sealed class IndexWriter(Database database, SearchMetrics metrics)
{
    private const int ChunksPerStatement = 500;

    /// <summary>Makes files findable by name and keeps their place, type and current content.</summary>
    /// <remarks>New content resets the file's status to pending; its old text stays searchable until the new one is indexed or refused.</remarks>
    /// <returns>The ids of the files whose content is new by this call. A rename, a touch or a repeated delivery is not among them.</returns>
    public async Task<IReadOnlyList<string>> UpsertFilesAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyList<IndexedFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0)
            return [];
        var latest = new Dictionary<string, IndexedFile>(StringComparer.Ordinal);
        foreach (var file in files)
            latest[file.FileId] = file;
        var rows = latest.Values.ToArray();
        var ids = rows.Select(file => file.FileId).ToArray();
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction)
        {
            BatchCommands =
            {
                new(IndexSql.UpsertFiles)
                {
                    Parameters =
                    {
                        new() { Value = tenantId },
                        new() { Value = ids },
                        new() { Value = rows.Select(file => file.ShareId).ToArray() },
                        new() { Value = rows.Select(file => file.FolderId).ToArray() },
                        new() { Value = rows.Select(file => DatabaseText.Clean(file.Name)).ToArray() },
                        new() { Value = rows.Select(file => DatabaseText.Clean(file.Path)).ToArray() },
                        new() { Value = rows.Select(file => DatabaseText.Clean(file.MimeType)).ToArray() },
                        new() { Value = rows.Select(file => file.SizeBytes).ToArray() },
                        new() { Value = rows.Select(file => file.ModifiedAt.UtcDateTime).ToArray() },
                        new() { Value = rows.Select(file => file.ContentHash).ToArray() },
                        new() { Value = rows.Select(file => file.Version).ToArray() },
                        new() { Value = rows.Select(file => file.AclId).ToArray() },
                    },
                },
                new(IndexSql.StartStatus) { Parameters = { new() { Value = tenantId }, new() { Value = ids } } },
                new(IndexSql.ForgetOldStages) { Parameters = { new() { Value = tenantId }, new() { Value = ids } } },
            },
        };
        var renewed = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            renewed.Add(reader.GetString(0));
        // What comes behind it may still fail.
        await reader.NextResultAsync(cancellationToken);
        return renewed;
    }

    /// <summary>Removes files with their text, status and stages. Unknown ids are passed over.</summary>
    public async Task RemoveFilesAsync(
        NpgsqlTransaction transaction, string tenantId, IReadOnlyList<string> fileIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(fileIds);
        if (fileIds.Count == 0)
            return;
        await using var command = new NpgsqlCommand(IndexSql.RemoveFiles, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileIds.ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Replaces the text of a file; from the commit on it is searchable by word. No chunks: findable by name only.</summary>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="contentHash">The content the chunks were cut from.</param>
    /// <param name="textHash">The text they were cut from, as in <see cref="StoredText.ComputeHash"/>.</param>
    /// <param name="language">Language of the text, ISO 639-1; null: not known.</param>
    /// <param name="chunks">All chunks of the file, in order.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False, with nothing written, when the file is gone or has other content by now.</returns>
    public async Task<bool> ReplaceChunksAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, string textHash, string? language,
        IReadOnlyList<TextChunk> chunks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(chunks);
        if (!await LockIfCurrentAsync(transaction, tenantId, fileId, contentHash, cancellationToken))
            return false;

        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new(IndexSql.DeleteChunks) { Parameters = { new() { Value = tenantId }, new() { Value = fileId } } });
        foreach (var part in chunks.Chunk(ChunksPerStatement))
            batch.BatchCommands.Add(Insert(tenantId, fileId, part));
        batch.BatchCommands.Add(new(IndexSql.StampChunks)
        {
            Parameters =
            {
                new() { Value = tenantId }, new() { Value = fileId }, new() { Value = chunks.Count },
                new() { Value = (object?)language ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = textHash },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        metrics.ChunksIndexed.Add(chunks.Count);
        return true;
    }

    /// <summary>Whether the file's chunks were cut from this very text: cutting them again would change nothing.</summary>
    public async Task<bool> IsIndexedAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, string textHash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(IndexSql.IsIndexed, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId }, new() { Value = fileId }, new() { Value = contentHash }, new() { Value = textHash },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Texts of the file that have no vector of this model yet, each once. Empty when all have, also by other files with the same text.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="fileId">The file.</param>
    /// <param name="contentHash">The content the chunks were cut from.</param>
    /// <param name="model">Of which model.</param>
    /// <param name="afterHash">Only texts behind this hash; null: from the start. Going on from the last one keeps a large file linear.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>At most <paramref name="limit"/> texts, in the order of their hashes; none when the content is no longer current.</returns>
    public async Task<IReadOnlyList<PendingChunk>> PendingVectorsAsync(
        string tenantId, string fileId, string contentHash, string model, string? afterHash, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexSql.PendingVectors);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = fileId });
        command.Parameters.Add(new() { Value = contentHash });
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = afterHash ?? "" });
        var pending = new List<PendingChunk>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            pending.Add(new(reader.GetString(0), EmbeddedText.Of(reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2))));
        return pending;
    }

    /// <summary>Keeps vectors by text, for whichever files contain it. A text that has one already keeps it.</summary>
    public async Task SaveVectorsAsync(
        NpgsqlTransaction transaction, string tenantId, string model,
        IReadOnlyList<(string ChunkHash, float[] Vector)> vectors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Count == 0)
            return;
        await using var command = new NpgsqlCommand(IndexSql.SaveVectors, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = model },
                new() { Value = vectors.Select(vector => vector.ChunkHash).ToArray() },
                new() { Value = vectors.Select(vector => MemoryMarshal.AsBytes(vector.Vector.AsSpan()).ToArray()).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Says that every text of the file has its vector of a model: from the commit on it is searchable by meaning in that model.</summary>
    /// <returns>False, with nothing written, when the content is no longer current, its chunks are not written, or a vector is missing.</returns>
    public async Task<bool> MarkEmbeddedAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, string model,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (!await LockIfCurrentAsync(transaction, tenantId, fileId, contentHash, cancellationToken))
            return false;
        await using (var hold = new NpgsqlCommand(IndexSql.HoldVectors, transaction.Connection, transaction))
        {
            hold.Parameters.Add(new() { Value = tenantId });
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var mark = new NpgsqlCommand(IndexSql.MarkEmbedded, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId }, new() { Value = fileId }, new() { Value = contentHash }, new() { Value = model },
            },
        };
        return await mark.ExecuteScalarAsync(cancellationToken) is 1L;
    }

    private static async Task<bool> LockIfCurrentAsync(
        NpgsqlTransaction transaction, string tenantId, string fileId, string contentHash, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(IndexSql.LockFile, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = fileId } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is string current && current == contentHash;
    }

    private static NpgsqlBatchCommand Insert(string tenantId, string fileId, TextChunk[] chunks) => new(IndexSql.InsertChunks)
    {
        Parameters =
        {
            new() { Value = tenantId },
            new() { Value = fileId },
            new() { Value = chunks.Select(chunk => chunk.Index).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.Page).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.LastPage).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.Section is null ? null : DatabaseText.Clean(chunk.Section)).ToArray() },
            new() { Value = chunks.Select(chunk => DatabaseText.Clean(chunk.Text)).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.OverlapLength).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.Hash).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.Tokens).ToArray() },
            new() { Value = chunks.Select(chunk => chunk.Context is null ? null : DatabaseText.Clean(chunk.Context)).ToArray() },
        },
    };
}
