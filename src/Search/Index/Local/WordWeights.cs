namespace ScaiDrive.Search.Index.Local;

/// <summary>BM25 with the constants and the inverse document frequency of SQLite's FTS5, so that scores from both can be added.</summary>
internal static class WordWeights
{
    /// <summary>A word in the name says more about a file than a word in its text. Also in <see cref="LocalIndexSql.Rank"/>.</summary>
    internal const int InName = 3;

    internal const int InText = 1;

    /// <summary>More than this adds next to nothing.</summary>
    internal const int MostWeight = byte.MaxValue;

    // https://sqlite.org/fts5.html#the_bm25_function
    private const double K1 = 1.2;
    private const double B = 0.75;

    // A word in more than half of all files would count against them; it counts next to nothing instead.
    private const double LeastIdf = 1e-6;

    internal static double Idf(int files, int filesWithWord)
    {
        var idf = Math.Log((files - filesWithWord + 0.5) / (filesWithWord + 0.5));
        return idf > 0 ? idf : LeastIdf;
    }

    /// <summary>The other way round: the weight that gives this score for an inverse document frequency of 1.</summary>
    internal static int WeightOf(double score, double relativeLength)
    {
        var weight = score * K1 * (1 - B + B * relativeLength) / (K1 + 1 - score);
        if (score >= K1 + 1 || weight >= MostWeight)
            return MostWeight;
        return Math.Max(1, (int)Math.Round(weight));
    }

    /// <summary>The part of a score that one word adds.</summary>
    /// <param name="idf">See <see cref="Idf"/>.</param>
    /// <param name="weight">How often it occurs, by where.</param>
    /// <param name="relativeLength">Length of the file by the mean of all.</param>
    internal static double Score(double idf, float weight, double relativeLength) =>
        idf * (weight * (K1 + 1)) / (weight + K1 * (1 - B + B * relativeLength));
}
