using System.IO.Compression;
using System.Text.Json;
using Npgsql;

namespace ScaiDrive.Search.Text;

/// <summary>Keeps extracted text by tenant, content and pipeline version, so that a copy or a rename is never extracted again.</summary>
/// <remarks>Text that no indexed file holds any more is removed by <see cref="Index.SearchUpkeep"/> after a week.</remarks>
public sealed class ExtractedTextStore(NpgsqlDataSource database)
{
    /// <summary>Saves the text, replacing what the same pipeline version stored for this content.</summary>
    public Task SaveAsync(
        NpgsqlTransaction transaction, string tenantId, string contentHash, string pipelineVersion, StoredText text,
        CancellationToken cancellationToken) =>
        WriteAsync(ExtractedTextSql.Save, transaction, tenantId, contentHash, pipelineVersion, text, cancellationToken);

    /// <summary>Saves the text unless there is one already: another file with the same content may have got further.</summary>
    public Task AddAsync(
        NpgsqlTransaction transaction, string tenantId, string contentHash, string pipelineVersion, StoredText text,
        CancellationToken cancellationToken) =>
        WriteAsync(ExtractedTextSql.Add, transaction, tenantId, contentHash, pipelineVersion, text, cancellationToken);

    private static async Task WriteAsync(
        string sql, NpgsqlTransaction transaction, string tenantId, string contentHash, string pipelineVersion, StoredText text,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(text);
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = contentHash },
                new() { Value = pipelineVersion },
                new() { Value = text.Status },
                new() { Value = text.MimeType },
                new() { Value = Pack(new(text.Pages, text.PagesNeedingOcr, text.Detail, text.Truncated)) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The stored text, or null when this pipeline version has not extracted this content.</summary>
    public async Task<StoredText?> FindAsync(
        string tenantId, string contentHash, string pipelineVersion, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExtractedTextSql.Find);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = contentHash });
        command.Parameters.Add(new() { Value = pipelineVersion });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var document = Unpack(reader.GetFieldValue<byte[]>(2));
        return new(reader.GetString(0), reader.GetString(1), document.Pages, document.PagesNeedingOcr)
        {
            Detail = document.Detail,
            Truncated = document.Truncated,
        };
    }

    private sealed record Document(IReadOnlyList<StoredPage> Pages, IReadOnlyList<int> PagesNeedingOcr, string? Detail, bool Truncated);

    private static byte[] Pack(Document document)
    {
        using var packed = new MemoryStream();
        using (var compressed = new BrotliStream(packed, CompressionLevel.Fastest))
            JsonSerializer.Serialize(compressed, document);
        return packed.ToArray();
    }

    private static Document Unpack(byte[] packed)
    {
        using var compressed = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<Document>(compressed)
            ?? throw new InvalidDataException("Stored text is empty.");
    }
}
