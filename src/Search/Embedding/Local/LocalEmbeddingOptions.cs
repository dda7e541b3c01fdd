namespace ScaiDrive.Search.Embedding.Local;

/// <summary>The vector instructions the encoder computes with.</summary>
public enum InstructionSet
{
    /// <summary>The widest one this machine has.</summary>
    Widest,

    /// <summary>None: plain loops over the model's graph as published. Slow; every other path is tested against it.</summary>
    Scalar,

    /// <summary>128 bits: Arm64 (AdvSimd), or x86 without AVX2.</summary>
    Vector128,

    /// <summary>256 bits: x86 with AVX2 and FMA.</summary>
    Avx2,

    /// <summary>512 bits: x86 with AVX-512F.</summary>
    Avx512,
}

/// <summary>How one process runs the local embedding model.</summary>
public sealed record LocalEmbeddingOptions
{
    /// <summary>Texts are encoded on at most this many threads at a time, over all callers together, and on one more for calls of one or two texts. Default: one per processor.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which instructions to use. Default: the widest this machine has.</summary>
    public InstructionSet InstructionSet { get; init; } = InstructionSet.Widest;
}
