namespace ScaiDrive.Search.Query;

/// <summary>Where a caller may read, when it is not whole shares. Whoever knows about rights says it; an engine keeps what it works out of one
/// object with that object, so the same one should come again while nothing changed.</summary>
public interface IReadablePlaces
{
    /// <summary>The shares in which it depends on the folder. Of others <see cref="SearchRequest.AllowedShares"/> says all.</summary>
    IReadOnlySet<string> Shares { get; }

    /// <summary>Files for which something else holds than for their place: whether they may be read.</summary>
    IReadOnlyDictionary<string, bool> Files { get; }

    /// <summary>Says of each of some places of <see cref="Shares"/> whether files in it may be read; null of one that is not known now, which is to be
    /// taken for one that may not and asked for again.</summary>
    void Judge(IReadOnlyList<Place> places, Span<bool?> readable);

    /// <summary>The places of one of <see cref="Shares"/> that may be read, or those that may not; null when both are more than so many.</summary>
    FolderChoice? FoldersOf(string shareId, int most);
}

/// <summary>Where a file is.</summary>
/// <param name="ShareId">Its share.</param>
/// <param name="FolderId">Its folder; null at the root.</param>
public readonly record struct Place(string ShareId, string? FolderId);

/// <summary>Some folders of a share.</summary>
/// <param name="Readable">Whether these are all that may be read, or all that may not.</param>
/// <param name="FolderIds">Null stands for the root.</param>
public sealed record FolderChoice(bool Readable, IReadOnlyList<string?> FolderIds);
