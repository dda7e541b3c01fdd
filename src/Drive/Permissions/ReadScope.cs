namespace ScaiDrive.Drive;

/// <summary>What one caller may read, for whoever looks for files: worked out for places, not for each file.</summary>
/// <remarks>The same object again while nothing changed, so what was worked out from it can be kept with it.</remarks>
public sealed class ReadScope
{
    internal ReadScope(IReadOnlySet<string>? shares, IReadOnlySet<long>? sourceAcls, ReadPlaces? places = null) =>
        (Shares, SourceAcls, Places) = (shares, sourceAcls, places);

    /// <summary>Of those who have every right, while no share is in the trash.</summary>
    public static ReadScope Everything { get; } = new(null, null);

    /// <summary>The shares in which they may read something, as far as ScaiDrive decides; null: all.</summary>
    public IReadOnlySet<string>? Shares { get; }

    /// <summary>Where it is not a whole share; null: they may read everything in <see cref="Shares"/>.</summary>
    public ReadPlaces? Places { get; }

    /// <summary>The lists of sources that let them in (<see cref="DriveFile.SourceAclId"/>); null: all. A file without a list needs none.</summary>
    public IReadOnlySet<long>? SourceAcls { get; }
}

/// <summary>Which places of some shares one caller may read. A place is a folder, or a share for its root.</summary>
public sealed class ReadPlaces
{
    private readonly CallerWords words;
    private readonly IReadOnlySet<string> byRole;

    internal ReadPlaces(CallerWords words, IReadOnlySet<string> byRole, IReadOnlySet<string> shares, IReadOnlyDictionary<string, bool> files) =>
        (this.words, this.byRole, Shares, Files) = (words, byRole, shares, files);

    /// <summary>The shares in which it depends on the place.</summary>
    public IReadOnlySet<string> Shares { get; }

    /// <summary>Files for which something else holds than for their place: whether they may be read.</summary>
    public IReadOnlyDictionary<string, bool> Files { get; }

    /// <summary>Says of each of some places whether files in it may be read; null of a folder that is not known yet.</summary>
    public void Judge(IReadOnlyList<ReadPlace> places, Span<bool?> readable)
    {
        ArgumentNullException.ThrowIfNull(places);
        lock (words.Lists.Tree.Gate)
        {
            for (var i = 0; i < places.Count; i++)
                readable[i] = words.Lists.Knows(places[i].ShareId, places[i].Id) ? IsReadable(places[i]) : null;
        }
    }

    /// <summary>The places of one of <see cref="Shares"/> that may be read, or those that may not, whichever are fewer.</summary>
    /// <param name="shareId">The share.</param>
    /// <param name="most">Null is answered when there are more than so many.</param>
    public PlaceList? List(string shareId, int most)
    {
        var (readable, hidden) = (new List<string>(), new List<string>());
        lock (words.Lists.Tree.Gate)
        {
            // A share without folders is not in the tree.
            foreach (var id in words.Lists.Tree.FoldersOf(shareId).Prepend(shareId))
            {
                (IsReadable(new(shareId, id)) ? readable : hidden).Add(id);
                if (readable.Count > most && hidden.Count > most)
                    return null;
            }
        }

        return Math.Min(hidden.Count, readable.Count) > most ? null : hidden.Count <= readable.Count ? new(false, hidden) : new(true, readable);
    }

    private bool IsReadable(ReadPlace place) => words.OfPlace(place.ShareId, place.Id) switch
    {
        ReadWord.Allowed => true,
        ReadWord.Denied => false,
        _ => byRole.Contains(place.ShareId),
    };
}

/// <summary>A folder, or the root of a share.</summary>
/// <param name="ShareId">The share.</param>
/// <param name="Id">The folder; the share itself for its root.</param>
public readonly record struct ReadPlace(string ShareId, string Id);

/// <summary>Places of a share.</summary>
/// <param name="Readable">Whether these are all that may be read, or all that may not.</param>
/// <param name="Ids">Folders, and the share itself for its root.</param>
public sealed record PlaceList(bool Readable, IReadOnlyList<string> Ids);
