using ScaiDrive.Drive;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Says to search what Drive knows of a caller's rights; neither room knows the other.</summary>
internal sealed class SearchPlaces(ReadPlaces places) : IReadablePlaces
{
    public IReadOnlySet<string> Shares => places.Shares;

    public IReadOnlyDictionary<string, bool> Files => places.Files;

    public void Judge(IReadOnlyList<Place> wanted, Span<bool?> readable) =>
        places.Judge([.. wanted.Select(place => new ReadPlace(place.ShareId, place.FolderId ?? place.ShareId))], readable);

    public FolderChoice? FoldersOf(string shareId, int most) =>
        places.List(shareId, most) is { } list ? new(list.Readable, [.. list.Ids.Select(id => id == shareId ? null : id)]) : null;
}
