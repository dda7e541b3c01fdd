using ScaiDrive.Drive;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>The last check before a hit leaves: the file must still be live in the caller's tenant, and what is said about it
/// (name, path, size, date) is what Drive says now, not what the index remembers.</summary>
internal sealed class HitHydrator(DriveStore drive)
{
    /// <summary>The hits that may leave, in their order, and how many were held back.</summary>
    internal async Task<(IReadOnlyList<FoundFile> Hits, int HeldBack)> HydrateAsync(
        string tenantId, IReadOnlyList<SearchHit> hits, CancellationToken cancellationToken)
    {
        if (hits.Count == 0)
            return ([], 0);
        var ids = hits.Select(h => h.FileId).Distinct(StringComparer.Ordinal).ToArray();
        var live = (await drive.FindFilesAsync(tenantId, ids, cancellationToken)).ToDictionary(f => f.Id, StringComparer.Ordinal);
        var found = hits.Where(h => live.ContainsKey(h.FileId)).Select(h => new FoundFile(live[h.FileId], h)).ToList();
        return (found, hits.Count - found.Count);
    }
}

/// <summary>A live file and why it was found.</summary>
internal sealed record FoundFile(DriveFile File, SearchHit Hit);
