using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>What a caller may read, as a condition: shares, and within those where it depends on the folder, folders and files by name.</summary>
/// <param name="IsEmpty">They may read nothing.</param>
/// <param name="Condition">Null: they may read everything.</param>
/// <param name="IsRough">There are too many folders or files to name: more passes than they may read.</param>
internal sealed record RightsFilter(bool IsEmpty, Where? Condition, bool IsRough)
{
    // A condition with so many names takes 30 to 60 KB and some milliseconds; each exclusion is a condition of its own, each inclusion only a name.
    private const int MostIncluded = 1_000;
    private const int MostExcluded = 200;

    internal static RightsFilter Of(SearchRequest request)
    {
        if (request.AllowedShares is not { } shares)
            return new(false, null, false);
        if (request.Places is not { } places)
            return shares.Count == 0 ? new(true, null, false) : new(false, Among("shareId", shares), false);
        var whole = shares.Where(share => !places.Shares.Contains(share)).ToList();
        List<Where> readable = whole.Count == 0 ? [] : [Among("shareId", whole)];
        var isRough = false;
        foreach (var share in shares.Where(share => places.Shares.Contains(share) && (request.ShareId ?? share) == share).Order(StringComparer.Ordinal))
            isRough |= !TryAdd(share, places, readable);
        return isRough || !TryAddFiles(places, readable, out var condition) ? new(false, Among("shareId", shares), true)
            : new(condition is null, condition, false);
    }

    private static bool TryAdd(string share, IReadablePlaces places, List<Where> readable)
    {
        if (places.FoldersOf(share, MostIncluded) is not { } folders || (!folders.Readable && folders.FolderIds.Count > MostExcluded))
            return false;
        IReadOnlyList<string> names = [.. folders.FolderIds.Select(folder => folder ?? FileObject.NoFolder)];
        if (!folders.Readable)
            readable.Add(Where.All([Where.Equal("shareId", share), .. names.Select(name => Where.NotEqual("folderId", name))]));
        else if (names.Count > 0)
            readable.Add(Where.All(Where.Equal("shareId", share), Where.ContainsAny("folderId", names)));
        return true;
    }

    private static bool TryAddFiles(IReadablePlaces places, List<Where> readable, out Where? condition)
    {
        var (shown, hidden) = (places.Files.Where(file => file.Value).Select(file => file.Key).ToList(), places.Files.Where(file => !file.Value).Select(file => file.Key).ToList());
        condition = null;
        if (shown.Count > MostIncluded || hidden.Count > MostExcluded)
            return false;
        if (readable.Count > 0)
            condition = Where.All([Where.Any(readable), .. hidden.Select(file => Where.NotEqual("fileId", file))]);
        if (shown.Count > 0)
            condition = condition is null ? Among("fileId", shown) : Where.Any(condition, Among("fileId", shown));
        return true;
    }

    private static Where Among(string property, IEnumerable<string> names) => Where.ContainsAny(property, [.. names.Order(StringComparer.Ordinal)]);
}
