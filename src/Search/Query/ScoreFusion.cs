namespace ScaiDrive.Search.Query;

/// <summary>Joins what words and what meaning found by a weighted sum of scores brought to one scale.</summary>
/// <remarks>
/// A convex combination of normalised scores (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS
/// 2023), which keeps what ranks forget: how far the first is ahead. Where words alone know the answer, fusion by rank let
/// files that only resemble the query push it down; docs/adr/0009-ranking.md has the figures.
/// </remarks>
internal static class ScoreFusion
{
    // alpha^p passes through (0, 0), (1, 1), and (0.7, 0.3): at the default alpha, meaning weighs 0.3.
    private static readonly double Exponent = Math.Log(0.3) / Math.Log(0.7);

    /// <summary>The weight of meaning for an alpha of the API; outside 0 to 1 it is clamped.</summary>
    internal static double WeightOf(double alpha) => Math.Pow(Math.Clamp(alpha, 0, 1), Exponent);

    /// <summary>All files of several rankings, each at its best rank; of equal ranks the ranking named first goes first.</summary>
    internal static IReadOnlyList<RankedFile> Interleave(IReadOnlyList<IReadOnlyList<RankedFile>> rankings) =>
    [
        .. rankings.SelectMany((ranking, number) => ranking.Select((file, rank) => (File: file, Rank: rank, Number: number)))
            .OrderBy(entry => entry.Rank).ThenBy(entry => entry.Number)
            .Select(entry => entry.File)
            .DistinctBy(file => file.FileId),
    ];

    /// <summary>All files of the rankings, best first, with the chunk that meaning chose. A side whose weight is zero adds nothing.</summary>
    /// <param name="words">By words.</param>
    /// <param name="meanings">By meaning, one ranking for each model.</param>
    /// <param name="weight">Of meaning, 0 to 1.</param>
    internal static IReadOnlyList<RankedFile> Fuse(Ranking words, IReadOnlyList<IReadOnlyList<RankedFile>> meanings, double weight)
    {
        var files = words.Files.ToDictionary(file => file.FileId, StringComparer.Ordinal);
        foreach (var file in Interleave(meanings))
            files[file.FileId] = file;
        var fused = Fuse(
            [.. words.Files.Select(Scored)], words.Total > words.Files.Count, [.. meanings.Select(ranking => ranking.Select(Scored).ToList())], weight);
        return [.. fused.Select(entry => files[entry.Key] with { Score = entry.Score })];

        static (string, double) Scored(RankedFile file) => (file.FileId, file.Score);
    }

    /// <summary>Everything in the rankings by its fused score, 0 to 1, best first. Equal scores stay in the order of the rankings.</summary>
    /// <param name="words">By words, best first.</param>
    /// <param name="isCut">Whether words found more than is listed.</param>
    /// <param name="meanings">By meaning, best first, one ranking for each model.</param>
    /// <param name="weight">Of meaning, 0 to 1.</param>
    internal static IReadOnlyList<(TKey Key, double Score)> Fuse<TKey>(
        IReadOnlyList<(TKey Key, double Score)> words, bool isCut, IReadOnlyList<IReadOnlyList<(TKey Key, double Score)>> meanings, double weight)
        where TKey : notnull
    {
        var sides = new Dictionary<TKey, (double Words, double Meaning, int Order)>();
        if (weight < 1)
        {
            // What is not listed has no word of the query, and so 0; or, where the list was cut, less than its last.
            foreach (var (key, score) in Scaled(words, isCut && words.Count > 0 ? words[^1].Score : 0))
                sides.TryAdd(key, (score, 0, sides.Count));
        }

        foreach (var ranking in weight > 0 ? meanings : [])
        {
            // A cosine has no zero: every text has some likeness, how much depends on the model and on the query.
            foreach (var (key, score) in Scaled(ranking, ranking.Count > 0 ? ranking[^1].Score : 0))
            {
                var known = sides.GetValueOrDefault(key, (Words: 0, Meaning: 0, Order: sides.Count));
                sides[key] = known with { Meaning = Math.Max(known.Meaning, score) };
            }
        }

        return [.. sides.OrderByDescending(side => Sum(side.Value)).ThenBy(side => side.Value.Order).Select(side => (side.Key, Sum(side.Value)))];

        double Sum((double Words, double Meaning, int Order) side) => (1 - weight) * side.Words + weight * side.Meaning;
    }

    // The best becomes 1 and the least 0; when nothing tells them apart, all are as good as the best.
    private static IEnumerable<(TKey Key, double Score)> Scaled<TKey>(IReadOnlyList<(TKey Key, double Score)> ranking, double least)
    {
        var range = ranking.Count > 0 ? ranking[0].Score - least : 0;
        return ranking.Select(entry => (entry.Key, range > 0 ? (entry.Score - least) / range : 1));
    }
}
