namespace ScaiDrive.Search.Query.Context;

/// <summary>Tells texts that say the same, although a few words or the layout differ: copies and versions of one document.</summary>
/// <remarks>By the runs of three words that both have (Broder, "On the resemblance and containment of documents", 1997).</remarks>
internal sealed class Likeness
{
    private const int Run = 3;

    // Containment rather than resemblance: versions of a document are cut at different places.
    private const double Same = 0.9;

    private readonly HashSet<int> _runs = [];

    internal Likeness(string text)
    {
        var words = new List<int>();
        foreach (var word in Words.In(text))
            words.Add(string.GetHashCode(text.AsSpan(word.Start, word.End - word.Start), StringComparison.OrdinalIgnoreCase));
        for (var i = 0; i + Run <= words.Count; i++)
            _runs.Add(HashCode.Combine(words[i], words[i + 1], words[i + 2]));
    }

    /// <summary>Whether nearly all of this text is also in the other.</summary>
    internal bool IsIn(Likeness other) => _runs.Count > 0 && _runs.Count(other._runs.Contains) >= Same * _runs.Count;
}
