using System.IO.Compression;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Text;

/// <summary>Keeps extracted text by tenant and content, so that a copy or a rename is never read again.</summary>
/// <remarks>Text that no indexed file holds any more is removed by <see cref="Index.SearchUpkeep"/> after a week.</remarks>
public sealed class ExtractedTextStore(Database database)
{
    /// <summary>The stored text, of whichever pipeline version, or null when this content was not read yet.</summary>
    public async Task<StoredText?> FindAsync(string tenantId, string contentHash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExtractedTextSql.Find);
        AddKey(command.Parameters, tenantId, contentHash);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The stored text as it stands now, and stands until the transaction ends: nobody else saves one for this content meanwhile.</summary>
    public async Task<StoredText?> HoldAsync(
        NpgsqlTransaction transaction, string tenantId, string contentHash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using (var hold = new Statement(transaction, ExtractedTextSql.Hold))
        {
            AddKey(hold.Parameters, tenantId, contentHash);
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var find = new Statement(transaction, ExtractedTextSql.Find);
        AddKey(find.Parameters, tenantId, contentHash);
        return await ReadAsync(find, cancellationToken);
    }

    /// <summary>Saves the text in place of the one before. Whether it is the better one is decided by a caller that holds it.</summary>
    public async Task SaveAsync(
        NpgsqlTransaction transaction, string tenantId, string contentHash, StoredText text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(text);
        await using var command = new Statement(transaction, ExtractedTextSql.Save);
        AddKey(command.Parameters, tenantId, contentHash);
        command.Parameters.Add(new() { Value = text.PipelineVersion });
        command.Parameters.Add(new() { Value = text.Status });
        command.Parameters.Add(new() { Value = text.MimeType });
        command.Parameters.Add(new() { Value = Math.Max(text.Pages.Count, text.PagesNeedingOcr.Count) });
        command.Parameters.Add(new() { Value = text.Pages.Count(page => page.OcrConfidence is not null) });
        command.Parameters.Add(new() { Value = (long)text.ReadTime.TotalMilliseconds });
        command.Parameters.Add(new() { Value = (long)text.OcrTime.TotalMilliseconds });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(Clean(text.Metadata)), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = Pack(new(text.Pages, text.PagesNeedingOcr, text.Detail, text.Truncated)) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the document of this content says about itself, or null when it was not read yet.</summary>
    public async Task<StoredMetadata?> FindMetadataAsync(string tenantId, string contentHash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExtractedTextSql.FindMetadata);
        AddKey(command.Parameters, tenantId, contentHash);
        return await command.ExecuteScalarAsync(cancellationToken) is string metadata ? JsonSerializer.Deserialize<StoredMetadata>(metadata) : null;
    }

    private sealed record Document(IReadOnlyList<StoredPage> Pages, IReadOnlyList<int> PagesNeedingOcr, string? Detail, bool Truncated);

    private static void AddKey(NpgsqlParameterCollection parameters, string tenantId, string contentHash)
    {
        parameters.Add(new() { Value = tenantId });
        parameters.Add(new() { Value = contentHash });
    }

    private static async Task<StoredText?> ReadAsync(Statement find, CancellationToken cancellationToken)
    {
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var document = Unpack(reader.GetFieldValue<byte[]>(6));
        return new(reader.GetString(0), reader.GetString(1), document.Pages, document.PagesNeedingOcr)
        {
            PipelineVersion = reader.GetString(2),
            Detail = document.Detail,
            Truncated = document.Truncated,
            Metadata = JsonSerializer.Deserialize<StoredMetadata>(reader.GetString(5)) ?? new(),
            ReadTime = TimeSpan.FromMilliseconds(reader.GetInt64(3)),
            OcrTime = TimeSpan.FromMilliseconds(reader.GetInt64(4)),
        };
    }

    // NUL is no character of jsonb, not even escaped.
    private static StoredMetadata Clean(StoredMetadata metadata) => metadata with
    {
        Title = metadata.Title is null ? null : DatabaseText.Clean(metadata.Title),
        Author = metadata.Author is null ? null : DatabaseText.Clean(metadata.Author),
        Language = metadata.Language is null ? null : DatabaseText.Clean(metadata.Language),
    };

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
