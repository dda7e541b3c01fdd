namespace ScaiDrive.Search.Query.Context;

/// <summary>Chooses chunks in the order of their rank, each text once, and joins those that follow one another.</summary>
internal sealed class PassageSelection(int maxChunks)
{
    private readonly List<(FoundChunk Chunk, Likeness Likeness, List<string> OtherFileIds)> _chosen = [];

    /// <summary>The passages, best first.</summary>
    /// <param name="ranked">Best first, of files the caller may read.</param>
    internal IReadOnlyList<Passage> Choose(IEnumerable<FoundChunk> ranked)
    {
        foreach (var chunk in ranked)
        {
            var likeness = new Likeness(chunk.Text);
            if (FindSame(chunk, likeness) is { } others)
                Note(others, chunk.FileId);
            else if (_chosen.Count < maxChunks)
                _chosen.Add((chunk, likeness, []));
        }

        // OrderBy keeps the rank of equals.
        return [.. _chosen.GroupBy(entry => entry.Chunk.FileId).SelectMany(Join).OrderByDescending(passage => passage.Score)];

        void Note((FoundChunk Chunk, List<string> OtherFileIds) same, string fileId)
        {
            if (fileId != same.Chunk.FileId && !same.OtherFileIds.Contains(fileId))
                same.OtherFileIds.Add(fileId);
        }
    }

    // Neighbours of one file share their overlap; that is no repetition.
    private (FoundChunk, List<string>)? FindSame(FoundChunk chunk, Likeness likeness)
    {
        foreach (var (known, knownLikeness, others) in _chosen)
        {
            if (chunk.Hash == known.Hash || likeness.IsIn(knownLikeness))
                return (known, others);
        }

        return null;
    }

    private static IEnumerable<Passage> Join(IEnumerable<(FoundChunk Chunk, Likeness Likeness, List<string> OtherFileIds)> ofFile)
    {
        var run = new List<(FoundChunk Chunk, List<string> OtherFileIds)>();
        foreach (var (chunk, _, others) in ofFile.OrderBy(entry => entry.Chunk.Index))
        {
            if (run.Count > 0 && run[^1].Chunk.Index + 1 != chunk.Index)
            {
                yield return Passage(run);
                run = [];
            }

            run.Add((chunk, others));
        }

        yield return Passage(run);

        static Passage Passage(List<(FoundChunk Chunk, List<string> OtherFileIds)> run) =>
            new([.. run.Select(entry => entry.Chunk)], [.. run.SelectMany(entry => entry.OtherFileIds).Distinct(StringComparer.Ordinal)]);
    }
}
