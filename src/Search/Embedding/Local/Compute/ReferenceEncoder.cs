namespace ScaiDrive.Search.Embedding.Local;

/// <summary>The graph of <c>model.json</c> in plain loops, node by node, one text at a time. The measure for the fast path.</summary>
internal sealed class ReferenceEncoder(ModelTensors tensors) : TextEncoder
{
    private readonly float[] timing = TimingSignal(tensors.InverseTimescales);

    /// <inheritdoc />
    internal override int BatchTokens => ModelTensors.MaxTokens;

    /// <inheritdoc />
    internal override void Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, Span<float> vectors, ref MatrixWork work)
    {
        foreach (var length in lengths)
        {
            EncodeText(ids[..length], vectors[..ModelTensors.ModelSize]);
            ids = ids[length..];
            vectors = vectors[ModelTensors.ModelSize..];
        }
    }

    private void EncodeText(ReadOnlySpan<int> ids, Span<float> vector)
    {
        var rows = ids.Length;
        var input = new float[rows * ModelTensors.EmbeddingSize];
        for (var t = 0; t < rows; t++)
        {
            var embedding = tensors.Embeddings.AsSpan(ids[t] * ModelTensors.EmbeddingSize, ModelTensors.EmbeddingSize);
            for (var i = 0; i < ModelTensors.EmbeddingSize; i++)
            {
                // The graph adds the embedding twice: once with the signal and once around it.
                var at = (t * ModelTensors.EmbeddingSize) + i;
                input[at] = embedding[i] + (embedding[i] + timing[at]);
            }
        }

        var residual = Dense(input, rows, tensors.ResidualKernel, tensors.ResidualBias);
        foreach (var layer in tensors.Layers)
        {
            var attention = Attend(Normalize(input, rows, layer.AttentionNormScale, layer.AttentionNormBias), rows, layer);
            Add(residual, attention);
            var hidden = Dense(Normalize(residual, rows, layer.HiddenNormScale, layer.HiddenNormBias), rows, layer.HiddenKernel, layer.HiddenBias);
            for (var i = 0; i < hidden.Length; i++)
                hidden[i] = MathF.Max(hidden[i], 0);
            Add(residual, Dense(hidden, rows, layer.HiddenOutputKernel, layer.HiddenOutputBias));
            input = residual;
        }

        var mean = new float[ModelTensors.ModelSize];
        for (var t = 0; t < rows; t++)
            Add(mean, residual.AsSpan(t * ModelTensors.ModelSize, ModelTensors.ModelSize));
        for (var i = 0; i < mean.Length; i++)
            mean[i] /= Math.Max(rows, 1);

        var output = Dense(mean, 1, tensors.OutputKernel, tensors.OutputBias);
        var squares = 0f;
        for (var i = 0; i < output.Length; i++)
        {
            output[i] = MathF.Tanh(output[i]);
            squares += output[i] * output[i];
        }

        for (var i = 0; i < output.Length; i++)
            vector[i] = output[i] / MathF.Sqrt(MathF.Max(squares, ModelTensors.LengthEpsilon));
    }

    private static float[] Attend(float[] input, int rows, LayerTensors layer)
    {
        var width = layer.InputSize;
        var head = width / ModelTensors.Heads;
        var projected = Dense(input, rows, layer.QueryKeyValueKernel, layer.QueryKeyValueBias);
        var mixed = new float[rows * width];
        var weights = new float[rows];
        for (var h = 0; h < ModelTensors.Heads; h++)
        {
            for (var t = 0; t < rows; t++)
            {
                var query = projected.AsSpan((t * 3 * width) + (h * head), head);
                var largest = float.NegativeInfinity;
                for (var u = 0; u < rows; u++)
                {
                    var key = projected.AsSpan((u * 3 * width) + width + (h * head), head);
                    var product = 0f;
                    for (var i = 0; i < head; i++)
                        product += query[i] * layer.QueryScale * key[i];
                    weights[u] = product;
                    largest = MathF.Max(largest, product);
                }

                var sum = 0f;
                for (var u = 0; u < rows; u++)
                {
                    weights[u] = MathF.Exp(weights[u] - largest);
                    sum += weights[u];
                }

                var target = mixed.AsSpan((t * width) + (h * head), head);
                for (var u = 0; u < rows; u++)
                {
                    var value = projected.AsSpan((u * 3 * width) + (2 * width) + (h * head), head);
                    for (var i = 0; i < head; i++)
                        target[i] += weights[u] / sum * value[i];
                }
            }
        }

        return Dense(mixed, rows, layer.AttentionOutputKernel, layer.AttentionOutputBias);
    }

    private static float[] Dense(float[] input, int rows, float[] kernel, float[] bias)
    {
        var depth = kernel.Length / bias.Length;
        var output = new float[rows * bias.Length];
        for (var row = 0; row < rows; row++)
        {
            var target = output.AsSpan(row * bias.Length, bias.Length);
            bias.CopyTo(target);
            for (var k = 0; k < depth; k++)
            {
                var factor = input[(row * depth) + k];
                var weights = kernel.AsSpan(k * bias.Length, bias.Length);
                for (var column = 0; column < target.Length; column++)
                    target[column] += factor * weights[column];
            }
        }

        return output;
    }

    private static float[] Normalize(float[] input, int rows, float[] scale, float[] bias)
    {
        var width = scale.Length;
        var output = new float[input.Length];
        for (var row = 0; row < rows; row++)
        {
            var source = input.AsSpan(row * width, width);
            var mean = 0f;
            foreach (var value in source)
                mean += value;
            mean /= width;
            var variance = 0f;
            foreach (var value in source)
                variance += (value - mean) * (value - mean);
            var factor = 1 / MathF.Sqrt((variance / width) + ModelTensors.NormEpsilon);
            for (var i = 0; i < width; i++)
                output[(row * width) + i] = (scale[i] * factor * (source[i] - mean)) + bias[i];
        }

        return output;
    }

    private static void Add(Span<float> target, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] += values[i];
    }
}
