namespace ScaiDrive.Bench.Cranfield;

/// <summary>How good a ranking is, by the usual measures.</summary>
internal static class RankingMeasures
{
    private const int Depth = 10;

    /// <summary>Normalised discounted cumulated gain of the first ten (Jarvelin and Kekalainen, TOIS 2002; gain as judged, discount log2 of rank + 1).</summary>
    internal static double Ndcg(IReadOnlyList<int> found, IReadOnlyDictionary<int, int> gains)
    {
        var ideal = Discounted(gains.Values.OrderDescending());
        return ideal > 0 ? Discounted(found.Select(document => gains.GetValueOrDefault(document))) / ideal : 0;
    }

    /// <summary>The same with every relevant document worth 1.</summary>
    internal static double BinaryNdcg(IReadOnlyList<int> found, IReadOnlyDictionary<int, int> gains) =>
        Ndcg(found, gains.ToDictionary(pair => pair.Key, pair => Math.Min(pair.Value, 1)));

    /// <summary>Share of the relevant documents among those found.</summary>
    internal static double Recall(IReadOnlyList<int> found, IReadOnlyDictionary<int, int> gains)
    {
        var relevant = gains.Count(pair => pair.Value > 0);
        return relevant == 0 ? 0 : (double)found.Count(document => gains.GetValueOrDefault(document) > 0) / relevant;
    }

    private static double Discounted(IEnumerable<int> gains) => gains.Take(Depth).Select((gain, rank) => gain / Math.Log2(rank + 2)).Sum();
}
