namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>BM25 over a handful of texts at hand (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).</summary>
internal static class Bm25
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    /// <summary>A score for each text; zero when it has none of the terms.</summary>
    /// <param name="texts">How often each term stands in it, and how many words it has.</param>
    internal static IReadOnlyList<double> Rank(IReadOnlyList<(int[] Counts, int Length)> texts)
    {
        if (texts.Count == 0)
            return [];
        var average = Math.Max(1, texts.Average(text => text.Length));
        var weights = Enumerable.Range(0, texts[0].Counts.Length).Select(term =>
        {
            var having = texts.Count(text => text.Counts[term] > 0);
            return Math.Log(1 + (texts.Count - having + 0.5) / (having + 0.5));
        }).ToArray();
        return [.. texts.Select(text => text.Counts.Select((count, term) =>
            weights[term] * count * (K1 + 1) / (count + K1 * (1 - B + B * text.Length / average))).Sum())];
    }
}
