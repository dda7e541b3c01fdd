namespace ScaiDrive.Search.Embedding.Providers.Health;

/// <summary>Counts times in steps that grow by a quarter, so that percentiles of many processes can be added up: within an eighth of the truth.</summary>
internal static class LatencyBuckets
{
    private const double Growth = 1.25;

    /// <summary>The last one holds all from 100 s on.</summary>
    internal const int Count = 53;

    internal static int Of(TimeSpan took) =>
        (int)Math.Clamp(Math.Ceiling(Math.Log(Math.Max(took.TotalMilliseconds, 1), Growth)), 0, Count - 1);

    /// <summary>Milliseconds that the given share of the times stay below; null when there are none.</summary>
    internal static double? Percentile(IReadOnlyList<long> counts, double share)
    {
        var all = counts.Sum();
        if (all == 0)
            return null;
        var (rank, seen) = (share * all, 0L);
        for (var i = 0; i < counts.Count; i++)
        {
            seen += counts[i];
            // The middle of the step, by its logarithm.
            if (seen >= rank && counts[i] > 0)
                return Math.Round(Math.Pow(Growth, Math.Max(i - 0.5, 0)), 1);
        }

        return null;
    }
}
