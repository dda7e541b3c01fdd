using System.Collections.Concurrent;
using System.Diagnostics;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// The forward pass on packed weights. All texts of a batch lie one after the other, so that every dense layer is one
/// matrix product over many rows; only attention is done text by text.
/// </summary>
/// <remarks>
/// Same function as the graph, with less work. The scale and bias of a normalisation are folded into the kernel behind
/// it, the scale of the queries into theirs. What stands before the first attention is looked up
/// (<see cref="FirstLayerTables"/>). Zeros behind the first rectifier are left out (<see cref="SparseProduct"/>); behind
/// the second one the mean over the tokens comes first, because it is linear, so that the dense layer there has one row
/// per text.
/// </remarks>
internal sealed unsafe class VectorEncoder : TextEncoder
{
    private readonly MatrixKernel kernel;
    private readonly FirstLayerTables firstLayer;
    private readonly PackedMatrix firstAttentionOutput;
    private readonly PackedMatrix firstHidden;
    private readonly SparseProduct firstHiddenOutput;
    private readonly PackedMatrix secondProjection;
    private readonly PackedMatrix secondAttentionOutput;
    private readonly PackedMatrix secondHidden;
    private readonly PackedMatrix secondHiddenOutput;
    private readonly PackedMatrix output;
    private readonly ConcurrentBag<Workspace> workspaces = [];

    internal VectorEncoder(ModelTensors tensors, MatrixKernel kernel)
    {
        this.kernel = kernel;
        var (first, second) = (tensors.Layers[0], tensors.Layers[1]);
        var (projection, projectionBias) = FoldProjection(first);
        firstLayer = new FirstLayerTables(kernel, tensors, projection, projectionBias);
        firstAttentionOutput = PackedMatrix.Pack(kernel, first.AttentionOutputKernel, first.AttentionOutputBias);
        firstHidden = PackHidden(first);
        firstHiddenOutput = new SparseProduct(first.HiddenOutputKernel, first.HiddenOutputBias);
        (projection, projectionBias) = FoldProjection(second);
        secondProjection = PackedMatrix.Pack(kernel, projection, projectionBias);
        secondAttentionOutput = PackedMatrix.Pack(kernel, second.AttentionOutputKernel, second.AttentionOutputBias);
        secondHidden = PackHidden(second);
        secondHiddenOutput = PackedMatrix.Pack(kernel, second.HiddenOutputKernel, second.HiddenOutputBias);
        output = PackedMatrix.Pack(kernel, tensors.OutputKernel, tensors.OutputBias);
    }

    /// <inheritdoc />
    // Three texts of full length: enough rows that reading the weights costs nothing, few enough for the second-level
    // cache, and a multiple of every kernel's tile rows.
    internal override int BatchTokens => 3 * ModelTensors.MaxTokens;

    /// <inheritdoc />
    internal override void Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, Span<float> vectors, ref MatrixWork work)
    {
        if (!workspaces.TryTake(out var space))
            space = new Workspace(kernel, BatchTokens);

        var first = 0;
        foreach (var length in lengths)
        {
            firstLayer.LookUp(
                ids.Slice(first, length), space.Residual.Pointer + (first * ModelTensors.ModelSize),
                space.Wide.Pointer + (first * 3 * ModelTensors.EmbeddingSize));
            first += length;
        }

        Attend(space, lengths, ModelTensors.EmbeddingSize, ref work);
        Pack(space, space.Mixed.Pointer, ids.Length, ModelTensors.EmbeddingSize);
        Multiply(space, ids.Length, firstAttentionOutput, space.Residual.Pointer, Finish.Add, ref work);
        PackNormalized(space, ids.Length);
        Multiply(space, ids.Length, firstHidden, space.Wide.Pointer, Finish.Rectify, ref work);
        AddHiddenOutput(space, ids.Length, ref work);

        PackNormalized(space, ids.Length);
        Multiply(space, ids.Length, secondProjection, space.Wide.Pointer, Finish.Store, ref work);
        Attend(space, lengths, ModelTensors.ModelSize, ref work);
        Pack(space, space.Mixed.Pointer, ids.Length, ModelTensors.ModelSize);
        Multiply(space, ids.Length, secondAttentionOutput, space.Residual.Pointer, Finish.Add, ref work);
        PackNormalized(space, ids.Length);
        Multiply(space, ids.Length, secondHidden, space.Wide.Pointer, Finish.Rectify, ref work);

        Pool(space, lengths, vectors, ref work);
        workspaces.Add(space);

        // The buffers are used by address: they must not be collected before this line.
        GC.KeepAlive(space);
        GC.KeepAlive(this);
    }

    private void AddHiddenOutput(Workspace space, int rows, ref MatrixWork work)
    {
        var began = Stopwatch.GetTimestamp();

        // The tiles are free now: they hold the places of the values that are not zero.
        work.Operations += firstHiddenOutput.MultiplyAdd(
            space.Wide.Pointer, rows, space.Residual.Pointer, (int*)space.Tiles.Pointer, (int*)space.Scales.Pointer);
        work.Ticks += Stopwatch.GetTimestamp() - began;
    }

    /// <summary>From queries, keys and values in <c>Wide</c> to the attended values in <c>Mixed</c>.</summary>
    private void Attend(Workspace space, ReadOnlySpan<int> lengths, int width, ref MatrixWork work)
    {
        var began = Stopwatch.GetTimestamp();
        long operations = 0;
        var head = width / ModelTensors.Heads;
        var first = 0;
        var columns = kernel.TileColumns;
        foreach (var length in lengths)
        {
            var tiles = kernel.TilesOf(length);
            var keys = (length + columns - 1) / columns * columns;
            for (var h = 0; h < ModelTensors.Heads; h++)
            {
                var query = space.Wide.Pointer + ((long)first * 3 * width) + (h * head);
                RowOperations.Pack(query, 3 * width, length, head, space.Tiles.Pointer, kernel.TileRows, null, null);

                // Panels of columns are laid out as tiles of rows are, so packing the keys as rows transposes them.
                RowOperations.Pack(query + width, 3 * width, length, head, space.Panels.Pointer, columns, null, null);
                for (var column = 0; column < keys; column += columns)
                {
                    kernel.MultiplyPanel(
                        space.Tiles.Pointer, tiles, space.Panels.Pointer + (column * head), head,
                        space.Zeros.Pointer, space.Scores.Pointer + column, keys, Finish.Store);
                }

                RowOperations.Exponentials(space.Scores.Pointer, keys, length, length, space.Scales.Pointer);
                RowOperations.Pack(
                    space.Scores.Pointer, keys, length, length, space.Tiles.Pointer, kernel.TileRows, null, space.Scales.Pointer);
                var values = query + (2 * width);
                for (var column = 0; column < head; column += columns)
                {
                    RowOperations.CopyStrip(values + column, 3 * width, length, columns, space.Panels.Pointer);

                    // The padding rows of the last tile run into the next text's, which is written after this one.
                    kernel.MultiplyPanel(
                        space.Tiles.Pointer, tiles, space.Panels.Pointer, length, space.Zeros.Pointer,
                        space.Mixed.Pointer + ((long)first * width) + (h * head) + column, width, Finish.Store);
                }

                operations += 4L * length * length * head;
            }

            first += length;
        }

        work.Operations += operations;
        work.Ticks += Stopwatch.GetTimestamp() - began;
    }

    private void Pool(Workspace space, ReadOnlySpan<int> lengths, Span<float> vectors, ref MatrixWork work)
    {
        // One row per text from here on. Mixed is free by now.
        var means = space.Mixed.Pointer;
        var hiddenMeans = space.Means.Pointer;
        var first = 0;
        for (var text = 0; text < lengths.Length; text++)
        {
            RowOperations.Mean(
                space.Residual.Pointer + ((long)first * ModelTensors.ModelSize), lengths[text], ModelTensors.ModelSize,
                means + (text * ModelTensors.ModelSize));
            RowOperations.Mean(
                space.Wide.Pointer + ((long)first * ModelTensors.HiddenSize), lengths[text], ModelTensors.HiddenSize,
                hiddenMeans + (text * ModelTensors.HiddenSize));
            first += lengths[text];
        }

        Pack(space, hiddenMeans, lengths.Length, ModelTensors.HiddenSize);
        Multiply(space, lengths.Length, secondHiddenOutput, means, Finish.Add, ref work);
        for (var text = 0; text < lengths.Length; text++)
        {
            // The mean over no token is zero, without the bias just added.
            if (lengths[text] == 0)
                new Span<float>(means + (text * ModelTensors.ModelSize), ModelTensors.ModelSize).Clear();
        }

        Pack(space, means, lengths.Length, ModelTensors.ModelSize);
        Multiply(space, lengths.Length, output, means, Finish.Store, ref work);
        for (var text = 0; text < lengths.Length; text++)
        {
            var source = new ReadOnlySpan<float>(means + (text * ModelTensors.ModelSize), ModelTensors.ModelSize);
            var vector = vectors.Slice(text * ModelTensors.ModelSize, ModelTensors.ModelSize);
            var squares = 0f;
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = MathF.Tanh(source[i]);
                squares += vector[i] * vector[i];
            }

            var scale = 1 / MathF.Sqrt(MathF.Max(squares, ModelTensors.LengthEpsilon));
            foreach (ref var value in vector)
                value *= scale;
        }
    }

    private void Pack(Workspace space, float* source, int rows, int depth) =>
        RowOperations.Pack(source, depth, rows, depth, space.Tiles.Pointer, kernel.TileRows, null, null);

    private void PackNormalized(Workspace space, int rows)
    {
        var source = space.Residual.Pointer;
        RowOperations.Moments(source, rows, ModelTensors.ModelSize, space.Shifts.Pointer, space.Scales.Pointer);
        RowOperations.Pack(
            source, ModelTensors.ModelSize, rows, ModelTensors.ModelSize, space.Tiles.Pointer, kernel.TileRows,
            space.Shifts.Pointer, space.Scales.Pointer);
    }

    private void Multiply(Workspace space, int rows, PackedMatrix matrix, float* target, Finish finish, ref MatrixWork work)
    {
        var began = Stopwatch.GetTimestamp();
        kernel.Multiply(space.Tiles.Pointer, kernel.TilesOf(rows), matrix, target, matrix.Columns, finish);
        work.Operations += 2L * rows * matrix.Depth * matrix.Columns;
        work.Ticks += Stopwatch.GetTimestamp() - began;
    }

    private PackedMatrix PackHidden(LayerTensors layer)
    {
        var (hidden, bias) = Fold(layer.HiddenKernel, layer.HiddenBias, layer.HiddenNormScale, layer.HiddenNormBias);
        return PackedMatrix.Pack(kernel, hidden, bias);
    }

    private static (float[] Matrix, float[] Bias) FoldProjection(LayerTensors layer)
    {
        var (projection, bias) = Fold(
            layer.QueryKeyValueKernel, layer.QueryKeyValueBias, layer.AttentionNormScale, layer.AttentionNormBias);
        for (var row = 0; row < projection.Length; row += bias.Length)
        {
            foreach (ref var value in projection.AsSpan(row, layer.InputSize))
                value *= layer.QueryScale;
        }

        foreach (ref var value in bias.AsSpan(0, layer.InputSize))
            value *= layer.QueryScale;
        return (projection, bias);
    }

    // (scale * x + bias) W + b = x (scale * W) + (bias W + b)
    private static (float[] Matrix, float[] Bias) Fold(float[] matrix, float[] bias, float[] normScale, float[] normBias)
    {
        var folded = new float[matrix.Length];
        var sums = Array.ConvertAll(bias, value => (double)value);
        for (var k = 0; k < normScale.Length; k++)
        {
            for (var column = 0; column < bias.Length; column++)
            {
                var weight = matrix[(k * bias.Length) + column];
                folded[(k * bias.Length) + column] = normScale[k] * weight;
                sums[column] += (double)normBias[k] * weight;
            }
        }

        return (folded, Array.ConvertAll(sums, sum => (float)sum));
    }

    /// <summary>The buffers of one batch, sized for the longest, with room for the padding rows of the last tile.</summary>
    private sealed class Workspace
    {
        internal Workspace(MatrixKernel kernel, int tokens)
        {
            var rows = (kernel.TilesOf(tokens) + 1) * kernel.TileRows;
            var keys = ModelTensors.MaxTokens + kernel.TileColumns;
            Residual = new AlignedFloats(rows * ModelTensors.ModelSize);
            Wide = new AlignedFloats(rows * ModelTensors.HiddenSize);
            Mixed = new AlignedFloats(rows * ModelTensors.ModelSize);
            Means = new AlignedFloats(rows * ModelTensors.HiddenSize);
            Tiles = new AlignedFloats(rows * ModelTensors.HiddenSize);
            Panels = new AlignedFloats(keys * ModelTensors.MaxTokens);
            Scores = new AlignedFloats((ModelTensors.MaxTokens + kernel.TileRows) * keys);
            Shifts = new AlignedFloats(rows);
            Scales = new AlignedFloats(rows);
            Zeros = new AlignedFloats(kernel.TileColumns);
        }

        internal AlignedFloats Residual { get; }

        /// <summary>Queries, keys and values; later the hidden layer.</summary>
        internal AlignedFloats Wide { get; }

        internal AlignedFloats Mixed { get; }

        internal AlignedFloats Means { get; }

        internal AlignedFloats Tiles { get; }

        internal AlignedFloats Panels { get; }

        internal AlignedFloats Scores { get; }

        internal AlignedFloats Shifts { get; }

        internal AlignedFloats Scales { get; }

        internal AlignedFloats Zeros { get; }
    }
}
