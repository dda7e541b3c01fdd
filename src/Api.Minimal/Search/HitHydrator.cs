using System.Runtime.CompilerServices;
using ScaiDrive.Drive;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>The last check before a hit leaves: the file must still be live in the caller's tenant, the caller must be allowed to read it now, and
/// what is said about it (name, path, size, date) is what Drive says now, not what the index remembers.</summary>
internal sealed class HitHydrator(DriveStore drive, AccessControl access)
{
    // While nothing changed the scope is the same object, and so is this: engines keep what they work out of it.
    private readonly ConditionalWeakTable<ReadPlaces, SearchPlaces> kept = [];

    /// <summary>A request that finds only what the caller may read as of now.</summary>
    internal async Task<SearchRequest> ConfineAsync(Caller caller, SearchRequest request, CancellationToken cancellationToken)
    {
        var scope = await access.ScopeOfAsync(caller, cancellationToken);
        return request with
        {
            AllowedShares = scope.Shares,
            AllowedAcls = scope.SourceAcls,
            Places = scope.Places is { } places ? kept.GetValue(places, places => new(places)) : null,
        };
    }

    /// <summary>The hits of an answer that may leave, in their order, and its total without those held back.</summary>
    internal async Task<(IReadOnlyList<FoundFile> Hits, int Total)> HydrateAsync(
        Caller caller, SearchAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Hits.Count == 0)
            return ([], answer.Total);
        var ids = answer.Hits.Select(h => h.FileId).Distinct(StringComparer.Ordinal).ToArray();
        var live = (await FindReadableAsync(caller, ids, cancellationToken)).ToDictionary(f => f.Id, StringComparer.Ordinal);
        var found = answer.Hits.Where(h => live.ContainsKey(h.FileId)).Select(h => new FoundFile(live[h.FileId], h)).ToList();
        var heldBack = answer.Hits.Count - found.Count;
        return (found, Math.Max(found.Count, answer.Total - heldBack));
    }

    /// <summary>Those of some files that may leave, as Drive knows them now.</summary>
    internal async Task<IReadOnlyDictionary<string, ReadableFile>> ReadableAsync(
        Caller caller, IReadOnlyList<string> fileIds, CancellationToken cancellationToken) =>
        (await FindReadableAsync(caller, [.. fileIds], cancellationToken)).ToDictionary(
            file => file.Id, file => new ReadableFile(file.Id, file.Name, file.ShareId, file.Path, file.MimeType), StringComparer.Ordinal);

    // Files first: a list of permissions is there before a file refers to it, so none of theirs is unknown then.
    private async Task<IReadOnlyList<DriveFile>> FindReadableAsync(Caller caller, string[] ids, CancellationToken cancellationToken)
    {
        var files = await drive.FindFilesAsync(caller.TenantId, ids, cancellationToken);
        return await access.ReadableAsync(caller, files, cancellationToken);
    }
}

/// <summary>A live file and why it was found.</summary>
internal sealed record FoundFile(DriveFile File, SearchHit Hit);
