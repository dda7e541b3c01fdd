namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Which contents are owed: each was written by somebody, and nobody who held it overwrote or deleted it.</summary>
/// <remarks>
/// <para>Every content is written once and is unlike all others. A content written at the source is owed until somebody at the source overwrites or
/// deletes a file there that holds it. What came into ScaiDrive is owed for ever, overwritten or deleted, because versions and trash keep it.</para>
/// <para>Owed means: it is found in the tree of the source, or in ScaiDrive as a file, an older version, or in the trash. So whatever the connector
/// overwrites or deletes on either side must have come to ScaiDrive before.</para>
/// </remarks>
internal sealed class SoakHistory
{
    private readonly Dictionary<string, string> owed = new(StringComparer.Ordinal);
    private readonly Queue<string> lately = new();
    private int contents;

    /// <summary>A content that never was before.</summary>
    internal string NewContent(Random random) => $"content {++contents} " + new string('x', random.Next(random.Next(20) == 0 ? 200_000 : 200));

    internal void Wrote(string text, string where) => owed[ShareSide.HashOf(text)] = where;

    internal void Gave(string text) => owed.Remove(ShareSide.HashOf(text));

    internal void Note(string what)
    {
        lately.Enqueue(what);
        if (lately.Count > 120)
            lately.Dequeue();
    }

    internal string Lately => string.Join('\n', lately);

    /// <summary>Where each owed content was written that is in none of the sets.</summary>
    internal List<string> Missing(params HashSet<string>[] kept) =>
        [.. owed.Where(one => !kept.Any(set => set.Contains(one.Key))).Select(one => one.Value)];
}
