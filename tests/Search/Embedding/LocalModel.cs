using System.Collections.Concurrent;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Embedding;

/// <summary>The installed model, loaded once per instruction set and kept for the whole test run.</summary>
internal static class LocalModel
{
    private static readonly ConcurrentDictionary<InstructionSet, Lazy<LocalEmbeddingGenerator>> Generators = new();
    private static readonly Lazy<SubwordTokenizer> LoadedTokenizer = new(() => new(ModelFiles.ReadVocabulary(RepositoryPaths.Weights)));

    internal static string Peers { get; } = Path.Combine(RepositoryPaths.Root, "eng/npm-peers");

    internal static SubwordTokenizer Tokenizer => LoadedTokenizer.Value;

    /// <summary>Every vector path that this machine can run.</summary>
    internal static IReadOnlyList<InstructionSet> VectorPaths { get; } =
    [
        .. new[] { InstructionSet.Vector128, InstructionSet.Avx2, InstructionSet.Avx512 }
            .Where(set => set <= MatrixKernel.Widest()),
    ];

    internal static LocalEmbeddingGenerator Generator(InstructionSet instructions = InstructionSet.Widest) =>
        Generators.GetOrAdd(instructions, set => new(() =>
            LocalEmbeddingGenerator.Load(RepositoryPaths.Weights, new LocalEmbeddingOptions { InstructionSet = set, MaxThreads = 3 }))).Value;

    internal static async Task<float[][]> EmbedAsync(
        IReadOnlyList<string> texts, InstructionSet instructions = InstructionSet.Widest) =>
        [.. (await Generator(instructions).GenerateAsync(texts)).Select(embedding => embedding.Vector.ToArray())];

    internal static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double product = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            product += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }

        return product / Math.Sqrt(leftSquares * rightSquares);
    }
}
