using System.Runtime.InteropServices;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Index;

/// <summary>Where the log of a tenant stands.</summary>
/// <param name="DatabaseId">Which database this is.</param>
/// <param name="LastNumber">The highest number ever given, over all tenants; a cursor beyond it came from another time line.</param>
/// <param name="PrunedThrough">Rows up to here are gone.</param>
/// <param name="End">The last number of the tenant; everything up to it is in the tables.</param>
internal readonly record struct FeedPosition(Guid DatabaseId, long LastNumber, long PrunedThrough, long End);

/// <summary>A file as the tables hold it.</summary>
internal sealed record FeedFile(IndexedFile File, long Revision, int ChunkCount);

/// <summary>The searchable text of a file, and its language when it is known.</summary>
internal sealed record FeedContent(long Revision, string? Language, List<FeedChunk> Chunks)
{
    /// <summary>For an index that is not asked by meaning.</summary>
    internal FeedContent WithoutVectors() => this with { Chunks = [.. Chunks.Select(chunk => chunk with { Vectors = [] })] };
}

/// <summary>A chunk with a vector of each model that its file has complete vectors of.</summary>
internal sealed record FeedChunk(
    int Index, int Page, int? LastPage, string? Section, string Text, int OverlapLength, IReadOnlyList<(string Model, float[] Vector)> Vectors);

/// <summary>Reads the log and the tables for a follower.</summary>
internal sealed class IndexFeed(Database database)
{
    internal async Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.Tenants);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(reader.GetString(0));
        return tenants;
    }

    internal async Task<FeedPosition> PositionAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.Position);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    internal async Task<IReadOnlyList<(long Number, string FileId)>> ReadLogAsync(
        string tenantId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.ReadLog);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(long, string)>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add((reader.GetInt64(0), reader.GetString(1)));
        return rows;
    }

    internal async Task<long> CountAfterAsync(string tenantId, long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.CountAfter);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = after });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal async Task<IReadOnlyList<string>> FilesAfterAsync(string tenantId, string after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.FilesAfter);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    internal async Task<IReadOnlyList<FeedFile>> FilesAsync(string tenantId, string[] fileIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IndexFeedSql.Files);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = fileIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<FeedFile>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var file = new IndexedFile(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt64(6), reader.GetFieldValue<DateTimeOffset>(7),
                reader.GetString(8), reader.GetInt32(9))
            {
                AclId = reader.IsDBNull(12) ? null : reader.GetInt64(12),
            };
            files.Add(new(file, reader.GetInt64(10), reader.GetInt32(11)));
        }

        return files;
    }

    internal async Task<Dictionary<string, FeedContent>> ContentsAsync(string tenantId, string[] fileIds, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<string, FeedContent>(StringComparer.Ordinal);
        if (fileIds.Length == 0)
            return contents;
        await using var command = database.CreateCommand(IndexFeedSql.Chunks);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = fileIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var fileId = reader.GetString(0);
            if (!contents.TryGetValue(fileId, out var content))
                contents[fileId] = content = new(reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), []);
            if (reader.IsDBNull(3))
                continue;
            content.Chunks.Add(new(
                reader.GetInt32(3), reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetString(7), reader.GetInt32(8),
                reader.IsDBNull(9) ? [] : VectorsOf(reader.GetFieldValue<string[]>(9), reader.GetFieldValue<byte[][]>(10))));
        }

        return contents;
    }

    private static (string Model, float[] Vector)[] VectorsOf(string[] models, byte[][] vectors) =>
        [.. models.Zip(vectors, (model, vector) => (model, MemoryMarshal.Cast<byte, float>(vector).ToArray()))];
}
