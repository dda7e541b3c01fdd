using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>What one collection did.</summary>
/// <param name="ChunksSeen">Chunks on disk.</param>
/// <param name="ChunksRemoved">Of those, removed.</param>
/// <param name="BytesRemoved">Their sizes.</param>
/// <param name="ChunksPostponed">Would have been removed, but writers did not let the collector in; the next collection sees them again.</param>
/// <param name="TempFilesRemoved">Left in <c>incoming/</c> by processes that died.</param>
public sealed record CollectResult(long ChunksSeen, long ChunksRemoved, long BytesRemoved, long ChunksPostponed, long TempFilesRemoved);

/// <summary>Removes stored bytes that nothing refers to: chunks of versions that were deleted, of uploads that never became a version,
/// and half-written files.</summary>
/// <remarks>
/// <para>A writer may find a chunk on disk, not store it again, and refer to it later. Two things keep such a chunk: finding it makes
/// it young, and young chunks stay; and a transaction that is about to refer to chunks takes the tenant's content lock in shared
/// mode, then looks once more whether they are there, while the collector removes them under the exclusive lock, after
/// looking once more whether anything refers to them. So either the version sees that its chunk is gone, and its content is written again
/// (<see cref="ContentVanishedException"/>), or the collector sees the version.</para>
/// <para>The lock is held for a few chunks at a time and waited for only briefly. Two collectors may run at once.</para>
/// </remarks>
public sealed class ContentCollector(Database dataSource, ContentStore content, TimeProvider time)
{
    private const int BatchSize = 200;

    /// <summary>Goes over the whole store once.</summary>
    /// <param name="minimumAge">What was written or found again more recently stays. Should exceed the longest upload; a day is a good
    /// value.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public async Task<CollectResult> CollectAsync(TimeSpan minimumAge, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumAge, TimeSpan.Zero);
        var removed = RemoveTempFiles(OldestKept(minimumAge), cancellationToken);
        return await CollectChunksAsync(minimumAge, cancellationToken) with { TempFilesRemoved = removed };
    }

    /// <summary>Without the files in <c>incoming/</c>, of which those being written must be young enough to stay.</summary>
    internal async Task<CollectResult> CollectChunksAsync(TimeSpan minimumAge, CancellationToken cancellationToken)
    {
        var oldest = OldestKept(minimumAge);
        var result = new CollectResult(0, 0, 0, 0, 0);
        foreach (var tenant in Directory.EnumerateDirectories(content.ChunksDirectory))
        {
            var chunks = new DirectoryInfo(tenant).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => IsHash(file.Name));
            foreach (var batch in chunks.Chunk(BatchSize))
            {
                result = result with { ChunksSeen = result.ChunksSeen + batch.Length };
                FileInfo[] old = [.. batch.Where(file => file.LastWriteTimeUtc <= oldest)];
                result = await CollectBatchAsync(result, Path.GetFileName(tenant), old, oldest, cancellationToken);
            }
        }

        return result;
    }

    private static bool IsHash(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);

    private DateTime OldestKept(TimeSpan minimumAge) => (time.GetUtcNow() - minimumAge).UtcDateTime;

    private long RemoveTempFiles(DateTime oldest, CancellationToken cancellationToken)
    {
        long removed = 0;
        foreach (var file in new DirectoryInfo(content.IncomingDirectory).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc > oldest)
                continue;
            file.Delete();
            removed++;
        }

        return removed;
    }

    private async Task<CollectResult> CollectBatchAsync(
        CollectResult result, string tenantId, FileInfo[] chunks, DateTime oldest, CancellationToken cancellationToken)
    {
        // Without the lock first: most chunks are referred to, and writers need not notice that we looked.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var candidates = await UnreferencedAsync(connection, null, tenantId, chunks, cancellationToken);
        if (candidates.Length == 0)
            return result;

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using var batch = transaction.Batch().Then(ContentSql.WaitBriefly).Then(ContentSql.LockExclusive, Arg.Of(tenantId));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return result with { ChunksPostponed = result.ChunksPostponed + candidates.Length };
        }

        foreach (var chunk in await UnreferencedAsync(connection, transaction, tenantId, candidates, cancellationToken))
        {
            chunk.Refresh();
            if (!chunk.Exists || chunk.LastWriteTimeUtc > oldest)
                continue;
            var size = chunk.Length;
            chunk.Delete();
            result = result with { ChunksRemoved = result.ChunksRemoved + 1, BytesRemoved = result.BytesRemoved + size };
        }

        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static async Task<FileInfo[]> UnreferencedAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string tenantId, FileInfo[] chunks, CancellationToken cancellationToken)
    {
        if (chunks.Length == 0)
            return [];
        var command = new Statement(connection, ContentSql.Unreferenced)
        {
            Parameters = { Arg.Of(tenantId), Arg.Of([.. chunks.Select(chunk => chunk.Name)]) },
        };
        var hashes = await ItemRows.AllAsync(command, row => row.GetString(0), cancellationToken);
        return [.. chunks.IntersectBy(hashes, chunk => chunk.Name)];
    }
}
