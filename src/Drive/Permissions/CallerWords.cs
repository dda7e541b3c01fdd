namespace ScaiDrive.Drive;

/// <summary>What the lists of a tenant say about reading to one caller. One byte for each place that has a list.</summary>
internal sealed class CallerWords
{
    private readonly AclTree lists;
    private readonly bool[] meant;
    private readonly ReadWord[] words;

    internal CallerWords(AclTree lists, string userId, IEnumerable<string> groups)
    {
        this.lists = lists;
        meant = lists.Map.Meaning(userId, groups);
        words = new ReadWord[lists.Map.Places.Count];
        lock (lists.Tree.Gate)
        {
            Moves = lists.Tree.Moves;
            var isKnown = new bool[words.Length];
            foreach (var place in lists.Map.Places)
                Judge(place, isKnown);
        }
    }

    internal AclTree Lists => lists;

    /// <summary>The moves of folders that were known when it was made.</summary>
    internal int Moves { get; }

    /// <summary>What is said about files right in a place that has a list.</summary>
    internal ReadWord Of(AclNode place) => words[place.Number];

    /// <summary>What is said about a file that has a list of its own.</summary>
    internal ReadWord OfFile(AclNode file) =>
        file.WordFor(meant, inherited: false) is not ReadWord.Nothing and var word ? word
        : file.Breaks ? ReadWord.Nothing
        : OfPlace(file.ShareId, file.PlaceId!);

    /// <summary>What is said about files of a folder, or of the root of a share, that have no list of their own. Needs the gate of the tree.</summary>
    internal ReadWord OfPlace(string shareId, string placeId) => lists.NearestTo(shareId, placeId) is { } node ? words[node.Number] : ReadWord.Nothing;

    // Up to the next list whose word is known, then down again: each list takes over what it does not say itself.
    private void Judge(AclNode place, bool[] isKnown)
    {
        var above = new Stack<AclNode>();
        AclNode? node = place;
        for (; node is not null && !isKnown[node.Number]; node = lists.Above(node))
            above.Push(node);
        var word = node is null ? ReadWord.Nothing : words[node.Number];
        while (above.TryPop(out var next))
        {
            word = next.WordFor(meant, inherited: true) is not ReadWord.Nothing and var own ? own : next.Breaks ? ReadWord.Nothing : word;
            (words[next.Number], isKnown[next.Number]) = (word, true);
        }
    }
}
