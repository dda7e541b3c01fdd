using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Support;

/// <summary>Rights as a test says them.</summary>
/// <param name="Nameable">Only lists up to so long are given.</param>
internal sealed record ScriptedPlaces(int Nameable) : IReadablePlaces
{
    public IReadOnlySet<string> Shares { get; init; } = new HashSet<string>();

    public IReadOnlyDictionary<string, bool> Files { get; init; } = new Dictionary<string, bool>();

    public HashSet<Place> Readable { get; init; } = [];

    public HashSet<Place> Hidden { get; init; } = [];

    public void Judge(IReadOnlyList<Place> places, Span<bool?> readable)
    {
        for (var i = 0; i < places.Count; i++)
            readable[i] = Readable.Contains(places[i]) ? true : Hidden.Contains(places[i]) ? false : null;
    }

    public FolderChoice? FoldersOf(string shareId, int most)
    {
        var (readable, hidden) = (Of(Readable), Of(Hidden));
        return Math.Min(readable.Count, hidden.Count) >= Math.Min(most, Nameable) ? null
            : readable.Count <= hidden.Count ? new(true, readable) : new(false, hidden);

        List<string?> Of(IEnumerable<Place> places) => [.. places.Where(place => place.ShareId == shareId).Select(place => place.FolderId)];
    }
}
