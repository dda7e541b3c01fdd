namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// The dense layers in front of the first attention, as sums of two rows looked up: what goes into them is twice a
/// token's embedding plus its position's signal, and both sets are small.
/// </summary>
/// <remarks>
/// The widened residual is linear in that sum. Queries, keys and values are linear in its normalised form,
/// (sum - mean) / deviation; taking the mean of each column of the kernel off that column beforehand takes the mean of
/// the sum off too, and the deviation stays a factor per token. Costs 41 MB and 40 ms once, saves a twelfth of the work.
/// </remarks>
internal sealed unsafe class FirstLayerTables
{
    // A multiple of every kernel's tile rows, so that padding rows of one block never reach into another.
    private const int BlockRows = 252;

    private const int ProjectionSize = 3 * ModelTensors.EmbeddingSize;

    private readonly float[] embeddings;
    private readonly float[] timing;
    private readonly float[] projectionBias;
    private readonly AlignedFloats tokenResiduals;
    private readonly AlignedFloats tokenProjections;
    private readonly AlignedFloats timingResiduals;
    private readonly AlignedFloats timingProjections;

    /// <summary>Computes the tables.</summary>
    /// <param name="kernel">Multiplies them.</param>
    /// <param name="tensors">The model.</param>
    /// <param name="projection">Kernel of queries, keys and values with the normalisation's scale in it.</param>
    /// <param name="projectionBias">Its bias with the normalisation's in it.</param>
    internal FirstLayerTables(MatrixKernel kernel, ModelTensors tensors, float[] projection, float[] projectionBias)
    {
        this.projectionBias = projectionBias;
        embeddings = Array.ConvertAll(tensors.Embeddings, value => 2 * value);
        timing = TextEncoder.TimingSignal(tensors.InverseTimescales);
        var residual = PackedMatrix.Pack(kernel, tensors.ResidualKernel, tensors.ResidualBias);
        var residualWithoutBias = PackedMatrix.Pack(kernel, tensors.ResidualKernel, new float[ModelTensors.ModelSize]);
        var centred = PackedMatrix.Pack(kernel, Centre(projection), new float[ProjectionSize]);
        tokenResiduals = Multiply(kernel, embeddings, residualWithoutBias);
        timingResiduals = Multiply(kernel, timing, residual);
        tokenProjections = Multiply(kernel, embeddings, centred);
        timingProjections = Multiply(kernel, timing, centred);
    }

    /// <summary>Writes the widened residual, and queries, keys and values, of the tokens of one text.</summary>
    /// <param name="ids">The tokens, from the first of the text on.</param>
    /// <param name="residuals">Takes <see cref="ModelTensors.ModelSize"/> values per token.</param>
    /// <param name="projections">Takes three times <see cref="ModelTensors.EmbeddingSize"/> values per token.</param>
    internal void LookUp(ReadOnlySpan<int> ids, float* residuals, float* projections)
    {
        var sum = stackalloc float[ModelTensors.EmbeddingSize];
        float mean;
        float scale;
        fixed (float* embedding = embeddings, signal = timing, bias = projectionBias)
        {
            for (var position = 0; position < ids.Length; position++)
            {
                RowOperations.Sum(
                    embedding + (ids[position] * ModelTensors.EmbeddingSize), signal + (position * ModelTensors.EmbeddingSize),
                    ModelTensors.EmbeddingSize, sum);
                RowOperations.Moments(sum, 1, ModelTensors.EmbeddingSize, &mean, &scale);
                RowOperations.Sum(
                    tokenResiduals.Pointer + (ids[position] * ModelTensors.ModelSize),
                    timingResiduals.Pointer + (position * ModelTensors.ModelSize), ModelTensors.ModelSize, residuals);
                RowOperations.ScaledSum(
                    tokenProjections.Pointer + (ids[position] * ProjectionSize),
                    timingProjections.Pointer + (position * ProjectionSize), scale, bias, ProjectionSize, projections);
                residuals += ModelTensors.ModelSize;
                projections += ProjectionSize;
            }
        }
    }

    private static float[] Centre(float[] kernel)
    {
        var centred = new float[kernel.Length];
        for (var column = 0; column < ProjectionSize; column++)
        {
            var sum = 0.0;
            for (var at = column; at < kernel.Length; at += ProjectionSize)
                sum += kernel[at];
            for (var at = column; at < kernel.Length; at += ProjectionSize)
                centred[at] = (float)(kernel[at] - (sum / ModelTensors.EmbeddingSize));
        }

        return centred;
    }

    private static AlignedFloats Multiply(MatrixKernel kernel, float[] source, PackedMatrix matrix)
    {
        var rows = source.Length / matrix.Depth;
        var product = new AlignedFloats((rows + kernel.TileRows) * matrix.Columns);
        Parallel.For(0, (rows + BlockRows - 1) / BlockRows, block =>
        {
            var first = block * BlockRows;
            var count = Math.Min(BlockRows, rows - first);
            var tiles = new AlignedFloats(BlockRows * matrix.Depth);
            fixed (float* values = source)
            {
                RowOperations.Pack(
                    values + (first * matrix.Depth), matrix.Depth, count, matrix.Depth, tiles.Pointer, kernel.TileRows, null, null);
            }

            kernel.Multiply(
                tiles.Pointer, kernel.TilesOf(count), matrix, product.Pointer + (first * matrix.Columns), matrix.Columns, Finish.Store);
            GC.KeepAlive(tiles);
        });
        return product;
    }
}
