namespace ScaiDrive.Search.Index.Local;

/// <summary>Keeps the best of many scored rows. Equal scores fall back to a fixed order, so that pages never overlap.</summary>
internal sealed class TopRanks(int capacity)
{
    private readonly PriorityQueue<(int Row, double Score, ulong Order), (double Score, ulong Order)> _kept =
        new(Comparer<(double Score, ulong Order)>.Create(Compare));

    /// <summary>What scores less is not kept.</summary>
    internal double Lowest => _kept.Count < capacity ? double.NegativeInfinity : capacity == 0 ? double.PositiveInfinity : _kept.Peek().Score;

    internal void Add(int row, double score, ulong order)
    {
        if (_kept.Count < capacity)
            _kept.Enqueue((row, score, order), (score, order));
        else if (capacity > 0 && Compare((score, order), (_kept.Peek().Score, _kept.Peek().Order)) > 0)
            _kept.EnqueueDequeue((row, score, order), (score, order));
    }

    /// <summary>The rows kept, best first. Empties the collection.</summary>
    internal List<(int Row, double Score)> Take()
    {
        var best = new List<(int, double)>(_kept.Count);
        while (_kept.TryDequeue(out var kept, out _))
            best.Add((kept.Row, kept.Score));
        best.Reverse();
        return best;
    }

    // Less is worse: a lower score, or at equal score a higher order.
    private static int Compare((double Score, ulong Order) left, (double Score, ulong Order) right)
    {
        var byScore = left.Score.CompareTo(right.Score);
        return byScore != 0 ? byScore : right.Order.CompareTo(left.Order);
    }
}
