namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// The forward pass: from token ids to one vector per text. Universal Sentence Encoder (Cer et al. 2018) in its lite
/// form: token embeddings with a timing signal, two transformer layers (Vaswani et al. 2017, normalised before each
/// part), the mean over the tokens, one dense layer with tanh, length 1. Thread-safe.
/// </summary>
internal abstract class TextEncoder
{
    /// <summary>Texts and tokens that are worth computing together; more in one call is computed in several steps.</summary>
    internal abstract int BatchTokens { get; }

    /// <summary>Encodes texts that lie one after the other.</summary>
    /// <param name="ids">The token ids of all texts.</param>
    /// <param name="lengths">Tokens of each text, 0 to <see cref="ModelTensors.MaxTokens"/>; their sum at most <see cref="BatchTokens"/>, their number too.</param>
    /// <param name="vectors">Takes <see cref="ModelTensors.ModelSize"/> values for each text.</param>
    /// <param name="work">Counts what the matrix products did.</param>
    internal abstract void Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, Span<float> vectors, ref MatrixWork work);

    /// <summary>The signal added to the tokens of a text: sines, then cosines, of the position times each inverse timescale.</summary>
    /// <returns>[MaxTokens, EmbeddingSize].</returns>
    internal static float[] TimingSignal(ReadOnlySpan<float> inverseTimescales)
    {
        var half = inverseTimescales.Length;
        var signal = new float[ModelTensors.MaxTokens * 2 * half];
        for (var position = 0; position < ModelTensors.MaxTokens; position++)
        {
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = MathF.SinCos(position * inverseTimescales[i]);
                signal[(position * 2 * half) + i] = sine;
                signal[(position * 2 * half) + half + i] = cosine;
            }
        }

        return signal;
    }
}

/// <summary>What matrix products did: multiplications and additions counted one by one, padding left out, and stopwatch ticks of the threads that did them.</summary>
internal record struct MatrixWork(long Operations, long Ticks);
