using System.Buffers;

namespace ScaiDrive.Search.Index.Local;

/// <summary>Keeps the best record of each file.</summary>
internal sealed class BestOfFiles(ReadOnlyMemory<float> unit, bool[] allowed) : ScanQuery(unit, allowed), IDisposable
{
    private readonly int _rows = allowed.Length;
    private readonly float[] _scores = RentCleared(allowed.Length);
    private readonly int[] _slots = ArrayPool<int>.Shared.Rent(allowed.Length);

    /// <summary>By row: the best score, or minus infinity.</summary>
    internal ReadOnlySpan<float> Scores => _scores.AsSpan(0, _rows);

    /// <summary>By row: the slot of the best record, where there is a score.</summary>
    internal ReadOnlySpan<int> Slots => _slots;

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_scores);
        ArrayPool<int>.Shared.Return(_slots);
    }

    /// <inheritdoc />
    protected override void Take(VectorSegment segment, ReadOnlySpan<int> slots, ReadOnlySpan<int> products, float scale)
    {
        var (fileOf, scaleOf) = (segment.FileOf, segment.ScaleOf);
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            var score = products[i] * (scale * scaleOf[slot]);
            ref var best = ref _scores[fileOf[slot]];
            if (score > best)
                (best, _slots[fileOf[slot]]) = (score, slot);
        }
    }

    private static float[] RentCleared(int length)
    {
        var scores = ArrayPool<float>.Shared.Rent(length);
        scores.AsSpan(0, length).Fill(float.NegativeInfinity);
        return scores;
    }
}
