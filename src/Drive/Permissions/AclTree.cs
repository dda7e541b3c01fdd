namespace ScaiDrive.Drive;

/// <summary>The lists of a tenant laid over its folders: which list is the nearest to a place. Shared by all who ask; four bytes a folder.</summary>
internal sealed class AclTree(AclMap map, FolderTree tree)
{
    private const int None = -1;
    private const int Unknown = -2;

    /// <summary>Of a tenant without lists.</summary>
    internal static AclTree Empty { get; } = new(AclMap.Empty, FolderTree.Empty);

    private int[] nearest = [];
    private int moves = -1;

    internal AclMap Map => map;

    internal FolderTree Tree => tree;

    /// <summary>Whether it can be said at all where a place is.</summary>
    internal bool Knows(string shareId, string placeId) => !tree.Shares.Contains(shareId) || placeId == shareId || tree.NumberOf(placeId) is not null;

    /// <summary>The list of a place, or else the next one above it; null when there is none. Needs the gate of the tree.</summary>
    internal AclNode? NearestTo(string shareId, string placeId) =>
        tree.Shares.Contains(shareId) && tree.NumberOf(placeId) is { } number ? At(number) : map.Find(placeId) ?? map.Find(shareId);

    /// <summary>The next list above that of a folder; null when there is none. Needs the gate of the tree.</summary>
    internal AclNode? Above(AclNode place) =>
        place.Type == ResourceType.Share ? null
        : tree.NumberOf(place.Id) is { } number ? (tree.ParentOf(number) is { } parent ? At(parent) : null)
        : map.Find(place.ShareId);

    private AclNode? At(int number)
    {
        Renew();
        var found = nearest[number] == Unknown ? Climb(number) : nearest[number];
        return found == None ? null : map.Places[found];
    }

    // Up to the next folder that is known, then the same answer for all on the way.
    private int Climb(int from)
    {
        var found = None;
        for (int? step = from; step is { } at; step = tree.ParentOf(at))
        {
            found = nearest[at] == Unknown ? map.Find(tree.IdOf(at))?.Number ?? Unknown : nearest[at];
            if (found != Unknown)
                break;
        }

        found = found == Unknown ? None : found;
        for (int? step = from; step is { } at && nearest[at] == Unknown; step = tree.ParentOf(at))
        {
            nearest[at] = found;
            if (found != None && map.Places[found].Id == tree.IdOf(at))
                break;
        }

        return found;
    }

    private void Renew()
    {
        var known = moves == tree.Moves ? nearest.Length : 0;
        if (known == tree.Count)
            return;
        Array.Resize(ref nearest, tree.Count);
        nearest.AsSpan(known).Fill(Unknown);
        moves = tree.Moves;
    }
}
