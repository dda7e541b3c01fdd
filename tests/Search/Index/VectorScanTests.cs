using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class VectorScanTests
{
    public static TheoryData<string> Paths => [.. VectorScan.Paths.Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public unsafe void Every_path_gives_the_products_of_a_plain_loop_at_any_length(string path)
    {
        foreach (var dimensions in new[] { 1, 15, 31, 64, 95, 127, 128, 192, 384, 512, 1536 })
        {
            var random = new Random(dimensions);
            var records = new sbyte[100 * dimensions];
            for (var round = 0; round < 10; round++)
            {
                // The extremes first: the largest integers of either sign on both sides.
                for (var i = 0; i < records.Length; i++)
                    records[i] = round == 0 ? (sbyte)(i / dimensions % 2 == 0 ? -127 : 127) : (sbyte)random.Next(-127, 128);
                var query = VectorScan.QuantiseQuery([.. Enumerable.Range(0, dimensions).Select(_ => round == 0 ? -1 : random.NextSingle() - 0.5f)]);
                var slots = Enumerable.Range(0, 100).Where(_ => round % 2 == 0 || random.Next(3) > 0).ToArray();
                var products = new int[slots.Length - 20];
                fixed (sbyte* first = records)
                    VectorScan.Paths[path](query, first, slots, products);
                for (var i = 0; i < products.Length; i++)
                    Assert.Equal(Enumerable.Range(0, dimensions).Sum(k => query.Codes[k] * records[slots[i] * dimensions + k]), products[i]);
            }
        }
    }

    [Fact]
    public void The_widest_path_is_the_one_searched_with()
    {
        Assert.Contains("scalar", VectorScan.Paths.Keys);
        Assert.Equal(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, VectorScan.Paths.ContainsKey("avx512"));
        Assert.Equal(System.Runtime.Intrinsics.X86.Avx2.IsSupported, VectorScan.Paths.ContainsKey("avx2"));
    }

    [Fact]
    public void Neighbours_in_a_query_stay_below_what_sixteen_bits_can_add()
    {
        var random = new Random(3);
        for (var round = 0; round < 1_000; round++)
        {
            var query = VectorScan.QuantiseQuery([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (float)Math.Pow(random.NextDouble() - 0.5, 3))]);
            Assert.Equal(query.Codes.Sum(code => code), query.Sum);
            foreach (var pair in query.Codes.Chunk(2))
                Assert.InRange(pair.Sum(code => Math.Abs((int)code)), 0, 128);
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
            var products = Products(VectorScan.QuantiseQuery(query), codes.SelectMany(record => record.Codes).ToArray());
            var exact = Best(Vectors, i => System.Numerics.Tensors.TensorPrimitives.Dot(query, vectors[i]), 10);
            // As in the index: more candidates than wanted, which are then compared exactly.
            var candidates = Best(Vectors, i => products[i] * codes[i].Scale, 50);
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

    private static unsafe int[] Products(QueryCodes query, sbyte[] records)
    {
        var products = new int[records.Length / query.Codes.Length];
        fixed (sbyte* first = records)
            VectorScan.Products(query, first, [.. Enumerable.Range(0, products.Length)], products);
        return products;
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
