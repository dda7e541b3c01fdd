using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class VectorPathTests
{
    public static TheoryData<InstructionSet> VectorPaths => [.. LocalModel.VectorPaths];

    [Theory]
    [MemberData(nameof(VectorPaths))]
    public async Task Every_vector_path_agrees_with_the_plain_loops(InstructionSet instructions)
    {
        string[] texts = ["", "a", "\uD83D\uDE00", .. VariedTexts.All.Where(text => text.Length is > 10 and < 60).Take(12), VariedTexts.All[^1]];

        var expected = await LocalModel.EmbedAsync(texts, InstructionSet.Scalar);
        var actual = await LocalModel.EmbedAsync(texts, instructions);

        for (var i = 0; i < texts.Length; i++)
        {
            Assert.InRange(LocalModel.Cosine(expected[i], actual[i]), 0.999999, 1.000001);
            for (var dimension = 0; dimension < expected[i].Length; dimension++)
                Assert.Equal(expected[i][dimension], actual[i][dimension], 1e-4);
        }
    }

    [Fact]
    public void Nothing_is_allocated_for_a_token()
    {
        var encoder = new VectorEncoder(ModelFiles.ReadTensors(RepositoryPaths.Weights), MatrixKernel.For(MatrixKernel.Widest()));
        var text = string.Concat(Enumerable.Repeat("caf\u00E9 \uFB01le and prose, ", 12));
        var vectors = new float[ModelTensors.ModelSize];
        Encode();
        // The pool of buffers may be trimmed in between, but not each time; a byte a token would be 1,500.
        Assert.InRange(Enumerable.Range(0, 10).Min(_ => Allocated()), 0, 1_000);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 20; round++)
                Encode();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Encode()
        {
            Span<int> ids = stackalloc int[ModelTensors.MaxTokens];
            var count = LocalModel.Tokenizer.Encode(text, ids, out _);
            var work = default(MatrixWork);
            encoder.Encode(ids[..count], [count], vectors, ref work);
        }
    }

    [Theory]
    [MemberData(nameof(VectorPaths))]
    public unsafe void A_matrix_product_equals_the_plain_sum_for_every_finish(InstructionSet instructions)
    {
        var kernel = MatrixKernel.For(instructions);
        var random = new Random(1);
        foreach (var (rows, depth) in new[] { (1, 1), (kernel.TileRows, 7), (kernel.TileRows + 1, 64), ((3 * kernel.TileRows) - 1, 129) })
        {
            var columns = 2 * kernel.TileColumns;
            var padded = kernel.TilesOf(rows) * kernel.TileRows;
            var left = Numbers(random, rows * depth);
            var right = Numbers(random, depth * columns);
            var bias = Numbers(random, columns);
            var before = Numbers(random, padded * columns);
            var tiles = new AlignedFloats(padded * depth);
            fixed (float* source = left)
                RowOperations.Pack(source, depth, rows, depth, tiles.Pointer, kernel.TileRows, null, null);
            var matrix = PackedMatrix.Pack(kernel, right, bias);

            foreach (var finish in Enum.GetValues<Finish>())
            {
                var actual = (float[])before.Clone();
                fixed (float* target = actual)
                    kernel.Multiply(tiles.Pointer, kernel.TilesOf(rows), matrix, target, columns, finish);
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                    {
                        double sum = bias[column];
                        for (var k = 0; k < depth; k++)
                            sum += (double)left[(row * depth) + k] * right[(k * columns) + column];
                        var expected = finish switch
                        {
                            Finish.Add => before[(row * columns) + column] + sum,
                            Finish.Rectify => Math.Max(sum, 0),
                            _ => sum,
                        };
                        Assert.Equal(expected, actual[(row * columns) + column], 1e-4);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 5, 12)]
    [InlineData(12, 16, 12)]
    [InlineData(19, 7, 12)]
    [InlineData(11, 9, 6)]
    [InlineData(33, 6, 32)]
    public unsafe void Packing_transposes_shifts_scales_and_pads_with_zeros(int rows, int depth, int tileRows)
    {
        var random = new Random(2);
        var stride = depth + 3;
        var source = Numbers(random, rows * stride);
        var shifts = Numbers(random, rows);
        var scales = Numbers(random, rows);
        var tiles = (rows + tileRows - 1) / tileRows;
        var packed = Numbers(random, tiles * tileRows * depth);
        fixed (float* values = source, shift = shifts, scale = scales, target = packed)
            RowOperations.Pack(values, stride, rows, depth, target, tileRows, shift, scale);

        for (var row = 0; row < tiles * tileRows; row++)
        {
            for (var k = 0; k < depth; k++)
            {
                var expected = row < rows ? (source[(row * stride) + k] - shifts[row]) * scales[row] : 0;
                Assert.Equal(expected, packed[(row / tileRows * tileRows * depth) + (k * tileRows) + (row % tileRows)]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(61)]
    public unsafe void Attention_weights_are_the_exponentials_over_their_sum(int width)
    {
        const int Stride = 64;
        var random = new Random(5);
        foreach (var spread in new[] { 0.001f, 1, 30, 500 })
        {
            var before = Array.ConvertAll(Numbers(random, Stride), value => spread * value);
            var actual = (float[])before.Clone();
            float scale;
            fixed (float* row = actual)
                RowOperations.Exponentials(row, Stride, 1, width, &scale);

            double largest = before[..width].Max();
            var sum = before[..width].Sum(value => Math.Exp(value - largest));
            for (var i = 0; i < width; i++)
                Assert.Equal(Math.Exp(before[i] - largest) / sum, actual[i] * scale, 1e-6);
            Assert.Equal(before[width..], actual[width..]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.07)]
    [InlineData(1)]
    public unsafe void A_sparse_product_equals_the_plain_sum(double density)
    {
        const int Rows = 5, Depth = 72, Columns = 128;
        var random = new Random(4);
        var left = Array.ConvertAll(Numbers(random, Rows * Depth), value => random.NextDouble() < density ? Math.Abs(value) : 0);
        var right = Numbers(random, Depth * Columns);
        var bias = Numbers(random, Columns);
        var before = Numbers(random, Rows * Columns);
        var actual = (float[])before.Clone();
        var counts = new int[Rows];
        var product = new SparseProduct(right, bias);
        fixed (float* source = (float[])left.Clone(), target = actual)
        fixed (int* places = new int[left.Length], count = counts)
            Assert.Equal(2L * Columns * left.Count(value => value > 0), product.MultiplyAdd(source, Rows, target, places, count));

        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                double expected = before[(row * Columns) + column] + bias[column];
                for (var k = 0; k < Depth; k++)
                    expected += (double)left[(row * Depth) + k] * right[(k * Columns) + column];
                Assert.Equal(expected, actual[(row * Columns) + column], 1e-4);
            }
        }
    }

    private static float[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
