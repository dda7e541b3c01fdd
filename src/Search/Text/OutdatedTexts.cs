using ScaiDrive.Store;

namespace ScaiDrive.Search.Text;

/// <summary>What reading the texts of some pipeline versions again comes to, for one type of content.</summary>
/// <param name="MimeType">The type, by content.</param>
/// <param name="Files">Files that show such a text.</param>
/// <param name="Contents">Distinct contents among them: each is read once.</param>
/// <param name="Pages">Pages of these contents.</param>
/// <param name="Bytes">Bytes of these contents.</param>
/// <param name="OcrPages">Pages that have to be recognized again.</param>
/// <param name="Duration">How long all this took the last time, one after the other.</param>
public sealed record OutdatedFormat(string MimeType, long Files, long Contents, long Pages, long Bytes, long OcrPages, TimeSpan Duration);

/// <summary>A file whose text was read by other versions of the readers.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="PipelineVersion">What its text was read by.</param>
public sealed record OutdatedFile(string FileId, string ContentHash, string PipelineVersion);

/// <summary>Finds the files whose text was read by given versions of the readers. Which versions are outdated is not this room's to know.</summary>
public sealed class OutdatedTexts(Database database)
{
    /// <summary>The distinct pipeline versions of a tenant's texts. The cost grows with their number, not with that of the texts.</summary>
    public async Task<IReadOnlyList<string>> VersionsAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExtractedTextSql.Versions);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            versions.Add(reader.GetString(0));
        return versions;
    }

    /// <summary>What reading all texts of these versions again comes to, by type, the longest first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="versions">Which texts.</param>
    /// <param name="withOcr">Those of <paramref name="versions"/> whose recognized pages have to be recognized again.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<OutdatedFormat>> EstimateAsync(
        string tenantId, IReadOnlyList<string> versions, IReadOnlyList<string> withOcr, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(withOcr);
        await using var command = database.CreateCommand(ExtractedTextSql.Estimate);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = versions.ToArray() });
        command.Parameters.Add(new() { Value = withOcr.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var formats = new List<OutdatedFormat>();
        while (await reader.ReadAsync(cancellationToken))
        {
            formats.Add(new(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5),
                TimeSpan.FromMilliseconds(reader.GetInt64(6))));
        }

        return formats;
    }

    /// <summary>Files with a text of these versions, in the order of content and id.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="versions">Which texts.</param>
    /// <param name="after">The last file of the page before; null from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<OutdatedFile>> FilesAsync(
        string tenantId, IReadOnlyList<string> versions, OutdatedFile? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versions);
        await using var command = database.CreateCommand(ExtractedTextSql.Files);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = versions.ToArray() });
        command.Parameters.Add(new() { Value = after?.ContentHash ?? "" });
        command.Parameters.Add(new() { Value = after?.FileId ?? "" });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<OutdatedFile>();
        while (await reader.ReadAsync(cancellationToken))
            files.Add(new(reader.GetString(1), reader.GetString(0), reader.GetString(2)));
        return files;
    }
}
