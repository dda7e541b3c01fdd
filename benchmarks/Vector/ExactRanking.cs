using System.Numerics.Tensors;

namespace ScaiDrive.Bench.Vector;

/// <summary>The truth: every query compared with every chunk in full precision.</summary>
internal static class ExactRanking
{
    /// <summary>The best files of each query, once among all files and once among those of the shares allowed.</summary>
    internal static (string[][] All, string[][] Allowed) Best(
        SyntheticChunks synthetic, float[][] queries, int files, int chunksPerFile, IReadOnlySet<string> allowedShares, int wanted)
    {
        var best = queries.Select(_ => new float[files]).ToArray();
        Parallel.For(0, files, () => new float[SyntheticChunks.Dimensions], (file, _, vector) =>
        {
            var fileVector = synthetic.FileVector(file);
            foreach (var scores in best)
                scores[file] = float.NegativeInfinity;
            for (var chunk = 0; chunk < chunksPerFile; chunk++)
            {
                SyntheticChunks.Chunk(fileVector, file * chunksPerFile + chunk, vector);
                for (var query = 0; query < queries.Length; query++)
                    best[query][file] = MathF.Max(best[query][file], TensorPrimitives.Dot<float>(queries[query], vector));
            }

            return vector;
        }, _ => { });
        var isAllowed = Enumerable.Range(0, files).Select(file => allowedShares.Contains(SyntheticChunks.ShareOf(file))).ToArray();
        return ([.. best.Select(scores => Top(scores, _ => true))], [.. best.Select(scores => Top(scores, file => isAllowed[file]))]);

        string[] Top(float[] scores, Func<int, bool> isWanted) =>
            [.. Enumerable.Range(0, files).Where(isWanted).OrderByDescending(file => scores[file]).Take(wanted).Select(BuiltIndex.IdOf)];
    }
}
