using System.Runtime.InteropServices;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>The model's constants by name, and the sizes that the graph in <c>model.json</c> gives them.</summary>
internal sealed class ModelTensors
{
    /// <summary>Token ids and embedding rows; the last rows of the table belong to no piece.</summary>
    internal const int EmbeddingRows = 8002;

    /// <summary>Length of a token's embedding, and of the input of the first layer.</summary>
    internal const int EmbeddingSize = 256;

    /// <summary>Length of everything behind the first attention, and of the answer.</summary>
    internal const int ModelSize = 512;

    /// <summary>Length of the hidden layer of both feed-forward networks.</summary>
    internal const int HiddenSize = 1536;

    /// <summary>Attention heads of both layers.</summary>
    internal const int Heads = 4;

    /// <summary>The graph reads only this many tokens of a text (<c>ClipToMaxLength</c>).</summary>
    internal const int MaxTokens = 128;

    /// <summary>Added to the variance in layer normalisation.</summary>
    internal const float NormEpsilon = 1e-6f;

    /// <summary>Smallest squared length in the final normalisation.</summary>
    internal const float LengthEpsilon = 1e-12f;

    private const string Graph = "module_apply_default/Encoder_en/";
    private const string Encode = Graph + "KonaTransformer/Encode/";

    private readonly byte[] bytes;
    private readonly IReadOnlyDictionary<string, (int Offset, int[] Shape)> tensors;

    internal ModelTensors(byte[] bytes, IReadOnlyDictionary<string, (int Offset, int[] Shape)> tensors)
    {
        this.bytes = bytes;
        this.tensors = tensors;
        Embeddings = Read("module/Embeddings_en", EmbeddingRows, EmbeddingSize);
        InverseTimescales = Read(Encode + "TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", 1, EmbeddingSize / 2);
        ResidualKernel = Read(Encode + "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat", EmbeddingSize, ModelSize);
        ResidualBias = Read(Encode + "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat", ModelSize);
        Layers = [ReadLayer(0, EmbeddingSize), ReadLayer(1, ModelSize)];
        OutputKernel = Read("module/Encoder_en/hidden_layers/tanh_layer_0/weights", ModelSize, ModelSize);
        OutputBias = Read("module/Encoder_en/hidden_layers/tanh_layer_0/bias", ModelSize);
    }

    /// <summary>[EmbeddingRows, EmbeddingSize].</summary>
    internal float[] Embeddings { get; }

    /// <summary>[EmbeddingSize / 2]: the position times these gives the angles of the timing signal.</summary>
    internal float[] InverseTimescales { get; }

    /// <summary>[EmbeddingSize, ModelSize]: widens the residual around the first attention.</summary>
    internal float[] ResidualKernel { get; }

    /// <summary>[ModelSize].</summary>
    internal float[] ResidualBias { get; }

    /// <summary>The two transformer layers.</summary>
    internal IReadOnlyList<LayerTensors> Layers { get; }

    /// <summary>[ModelSize, ModelSize]: from the mean of the tokens to the answer, before tanh.</summary>
    internal float[] OutputKernel { get; }

    /// <summary>[ModelSize].</summary>
    internal float[] OutputBias { get; }

    private LayerTensors ReadLayer(int index, int inputSize)
    {
        var layer = $"{Encode}Layer_{index}/TransformerLayer/";
        var node = $"{Encode}TransformerStack/Layer_{index}/TransformerLayer/";
        var kernels = $"module/Encoder_en/KonaTransformer/Encode/Layer_{index}/TransformerLayer/MultiheadAttention/";
        return new LayerTensors
        {
            InputSize = inputSize,
            AttentionNormScale = Read(layer + "layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", inputSize),
            AttentionNormBias = Read(layer + "layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", inputSize),
            QueryKeyValueKernel = Read(kernels + "qkv_transform_single/kernel/part_0", 1, 1, inputSize, 3 * inputSize),
            QueryKeyValueBias = Read(layer + "MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat", 3 * inputSize),
            QueryScale = Read(node + "MultiheadAttention/mul/y")[0],
            AttentionOutputKernel = Read(kernels + "output_transform_single/kernel/part_0", 1, 1, inputSize, ModelSize),
            AttentionOutputBias = Read(layer + "MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat", ModelSize),
            HiddenNormScale = Read(layer + "FFN/layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", ModelSize),
            HiddenNormBias = Read(layer + "FFN/layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", ModelSize),
            HiddenKernel = Read(node + "FFN/conv1/Tensordot/Reshape_1", ModelSize, HiddenSize),
            HiddenBias = Read(layer + "FFN/conv1/bias/ConcatPartitions/concat", HiddenSize),
            HiddenOutputKernel = Read(node + "FFN/conv2/Tensordot/Reshape_1", HiddenSize, ModelSize),
            HiddenOutputBias = Read(layer + "FFN/conv2/bias/ConcatPartitions/concat", ModelSize),
        };
    }

    private float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        if (!tensors.TryGetValue(name, out var tensor) || !shape.SequenceEqual(tensor.Shape))
            throw new InvalidDataException($"model.json has no tensor {name} of shape [{string.Join(", ", shape.ToArray())}].");
        var length = 1;
        foreach (var size in shape)
            length *= size;
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(tensor.Offset, length * sizeof(float))).ToArray();
    }
}

/// <summary>The constants of one transformer layer. Kernels are [input, output], row by row.</summary>
internal sealed record LayerTensors
{
    internal required int InputSize { get; init; }

    internal required float[] AttentionNormScale { get; init; }

    internal required float[] AttentionNormBias { get; init; }

    /// <summary>[InputSize, 3 * InputSize]: queries, keys and values side by side, each head after head.</summary>
    internal required float[] QueryKeyValueKernel { get; init; }

    internal required float[] QueryKeyValueBias { get; init; }

    /// <summary>Queries are multiplied with this: one over the square root of a head's size.</summary>
    internal required float QueryScale { get; init; }

    internal required float[] AttentionOutputKernel { get; init; }

    internal required float[] AttentionOutputBias { get; init; }

    internal required float[] HiddenNormScale { get; init; }

    internal required float[] HiddenNormBias { get; init; }

    internal required float[] HiddenKernel { get; init; }

    internal required float[] HiddenBias { get; init; }

    internal required float[] HiddenOutputKernel { get; init; }

    internal required float[] HiddenOutputBias { get; init; }
}
