namespace ScaiDrive.Search.Query;

/// <summary>Joins two rankings by reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009).</summary>
internal static class RankFusion
{
    // Chosen on Cranfield with the local model; see bench.
    private const double K = 20;

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

    /// <summary>All files of both rankings, best first. A side whose weight is zero adds nothing.</summary>
    internal static IReadOnlyList<RankedFile> Fuse(IReadOnlyList<RankedFile> words, IReadOnlyList<RankedFile> meaning, double weight)
    {
        var fused = new Dictionary<string, RankedFile>(StringComparer.Ordinal);
        if (weight < 1)
        {
            for (var rank = 0; rank < words.Count; rank++)
                fused[words[rank].FileId] = words[rank] with { Score = (1 - weight) / (K + rank + 1) };
        }

        for (var rank = 0; weight > 0 && rank < meaning.Count; rank++)
        {
            var file = meaning[rank];
            var score = weight / (K + rank + 1);
            fused[file.FileId] = fused.TryGetValue(file.FileId, out var byWords)
                ? file with { Score = byWords.Score + score }
                : file with { Score = score };
        }

        return [.. fused.Values.OrderByDescending(file => file.Score).ThenBy(file => file.FileId, StringComparer.Ordinal)];
    }
}
