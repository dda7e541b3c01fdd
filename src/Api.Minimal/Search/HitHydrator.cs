using ScaiDrive.Drive;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>The last check before a hit leaves: the file must still be live in the caller's tenant, and what is said about it
/// (name, path, size, date) is what Drive says now, not what the index remembers.</summary>
internal sealed class HitHydrator(DriveStore drive)
{
    /// <summary>The hits of an answer that may leave, in their order, and its total without those held back.</summary>
    internal async Task<(IReadOnlyList<FoundFile> Hits, int Total)> HydrateAsync(
        string tenantId, SearchAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Hits.Count == 0)
            return ([], answer.Total);
        var ids = answer.Hits.Select(h => h.FileId).Distinct(StringComparer.Ordinal).ToArray();
        var live = (await drive.FindFilesAsync(tenantId, ids, cancellationToken)).ToDictionary(f => f.Id, StringComparer.Ordinal);
        var found = answer.Hits.Where(h => live.ContainsKey(h.FileId)).Select(h => new FoundFile(live[h.FileId], h)).ToList();
        var heldBack = answer.Hits.Count - found.Count;
        return (found, Math.Max(found.Count, answer.Total - heldBack));
    }

    /// <summary>Those of some files that may leave, as Drive knows them now.</summary>
    internal async Task<IReadOnlyDictionary<string, ReadableFile>> ReadableAsync(
        string tenantId, IReadOnlyList<string> fileIds, CancellationToken cancellationToken) =>
        (await drive.FindFilesAsync(tenantId, [.. fileIds], cancellationToken)).ToDictionary(
            file => file.Id, file => new ReadableFile(file.Id, file.Name, file.ShareId, file.Path, file.MimeType), StringComparer.Ordinal);
}

/// <summary>A live file and why it was found.</summary>
internal sealed record FoundFile(DriveFile File, SearchHit Hit);
