namespace ScaiDrive.Search.Index.Local;

/// <summary>Keeps the best records, whichever files they belong to.</summary>
/// <param name="unit">The query, of length one.</param>
/// <param name="allowed">By row: whether the file may be seen.</param>
/// <param name="wanted">How many.</param>
/// <param name="orderOf">Decides between equal scores: of a file's row and a chunk's position.</param>
internal sealed class BestChunks(ReadOnlyMemory<float> unit, bool[] allowed, int wanted, Func<int, int, ulong> orderOf) : ScanQuery(unit, allowed)
{
    private readonly TopRanks _top = new(wanted);

    /// <summary>The slots of the records kept, best first.</summary>
    internal int[] Take() => [.. _top.Take().Select(record => record.Row)];

    /// <inheritdoc />
    protected override void Take(VectorSegment segment, ReadOnlySpan<int> slots, ReadOnlySpan<int> products, float scale)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            var score = products[i] * (scale * segment.ScaleOf[slot]);
            if (score >= _top.Lowest)
                _top.Add(slot, score, orderOf(segment.FileOf[slot], segment.ChunkOf[slot]));
        }
    }
}
