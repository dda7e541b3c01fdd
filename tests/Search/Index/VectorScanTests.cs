using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class VectorScanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(384)]
    [InlineData(512)]
    [InlineData(1536)]
    public void The_product_is_that_of_a_plain_loop_at_any_length(int dimensions)
    {
        var random = new Random(dimensions);
        for (var round = 0; round < 50; round++)
        {
            var (left, right) = (new sbyte[dimensions], new sbyte[dimensions]);
            for (var i = 0; i < dimensions; i++)
                (left[i], right[i]) = round == 0 ? ((sbyte)-127, (sbyte)127) : ((sbyte)random.Next(-127, 128), (sbyte)random.Next(-127, 128));
            var expected = 0;
            for (var i = 0; i < dimensions; i++)
                expected += left[i] * right[i];
            Assert.Equal(expected, VectorScan.Dot(VectorScan.Widen(left), right));
        }
    }

    [Fact]
    public void Quantised_values_are_within_half_a_step()
    {
        var vector = Unit(new Random(5), 512);
        var codes = new sbyte[512];
        var scale = VectorScan.Quantise(vector, codes);
        Assert.All(Enumerable.Range(0, 512), i => Assert.InRange(Math.Abs(codes[i] * scale - vector[i]), 0, scale * 0.5001f));
        Assert.Equal(0, VectorScan.Quantise(new float[512], codes));
        Assert.Equal(0, VectorScan.Quantise([float.NaN, float.PositiveInfinity], codes));
    }

    [Fact]
    public void Ranking_by_integers_finds_what_ranking_by_floats_finds()
    {
        const int Dimensions = 512;
        const int Vectors = 5_000;
        var random = new Random(11);
        var vectors = Enumerable.Range(0, Vectors).Select(_ => Unit(random, Dimensions)).ToArray();
        var codes = vectors.Select(vector =>
        {
            var quantised = new sbyte[Dimensions];
            return (Scale: VectorScan.Quantise(vector, quantised), Codes: quantised);
        }).ToArray();
        var found = 0;
        for (var round = 0; round < 20; round++)
        {
            var query = Unit(random, Dimensions);
            var quantised = new sbyte[Dimensions];
            VectorScan.Quantise(query, quantised);
            var wide = VectorScan.Widen(quantised);
            var exact = Best(Vectors, i => System.Numerics.Tensors.TensorPrimitives.Dot(query, vectors[i]), 10);
            // As in the index: more candidates than wanted, which are then compared exactly.
            var candidates = Best(Vectors, i => VectorScan.Dot(wide, codes[i].Codes) * codes[i].Scale, 50);
            found += exact.Intersect(candidates).Count();
        }

        Assert.True(found >= 198, $"{found} of 200");
    }

    [Fact]
    public async Task The_index_ranks_as_exact_cosines_do()
    {
        await using var room = await SearchRoom.CreateAsync();
        var random = new Random(23);
        string[] words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];
        var texts = Enumerable.Range(0, 150).ToDictionary(
            i => $"fil_{i:000}", _ => string.Join(' ', Enumerable.Range(0, random.Next(3, 12)).Select(_ => words[random.Next(words.Length)])), StringComparer.Ordinal);
        foreach (var (id, text) in texts)
            await room.AddAsync(id, id, text);
        var query = WordVectors.Of("alpha gamma theta");
        var exact = texts.ToDictionary(text => text.Key, text => Cosine(query, WordVectors.Of(text.Value)), StringComparer.Ordinal);
        var near = await room.NearAsync("alpha gamma theta");
        Assert.Equal(50, near.Count);
        Assert.All(near, file => Assert.Equal(exact[file.FileId], file.Score, 1e-4));
        Assert.All(exact.Values.OrderDescending().Zip(near), pair => Assert.Equal(pair.First, pair.Second.Score, 1e-4));
    }

    private static List<int> Best(int count, Func<int, float> score, int wanted) =>
        [.. Enumerable.Range(0, count).OrderByDescending(score).Take(wanted)];

    private static double Cosine(float[] left, float[] right) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(left, right);

    private static float[] Unit(Random random, int dimensions)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
            vector[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        var norm = System.Numerics.Tensors.TensorPrimitives.Norm(vector);
        for (var i = 0; i < dimensions; i++)
            vector[i] /= norm;
        return vector;
    }
}
