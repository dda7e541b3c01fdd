using System.Numerics.Tensors;

namespace ScaiDrive.Bench.Vector;

/// <summary>
/// Unit vectors as a collection of documents has them: topics, files about a topic, chunks of a file. Chunks of one file have
/// a cosine of about 0.6 to each other, files of one topic 0.36. Made anew for each number from a seed, so that nothing is kept.
/// </summary>
internal sealed class SyntheticChunks
{
    internal const int Dimensions = 512;
    internal const int Topics = 1_000;
    internal const int Shares = 100;

    // Squares add up to one: 0.36 of a chunk is its topic, 0.24 its file, 0.4 its own.
    private const float TopicShare = 0.6f;
    private const float FileShare = 0.49f;
    private const float OwnShare = 0.632f;

    private readonly float[][] topics = [.. Enumerable.Range(0, Topics).Select(topic => Noise(Kind.Topic, topic))];

    private enum Kind
    {
        Topic = 1,
        File = 2,
        Chunk = 3,
        Query = 4,
    }

    internal static string ShareOf(int file) => $"shr_{Mixed(file, 5) % Shares:00}";

    /// <summary>What the chunks of a file have in common.</summary>
    internal float[] FileVector(int file)
    {
        var vector = Noise(Kind.File, file);
        TensorPrimitives.Multiply(vector, FileShare, vector);
        TensorPrimitives.MultiplyAdd(topics[(int)(Mixed(file, 6) % Topics)], TopicShare, vector, vector);
        return vector;
    }

    /// <summary>One chunk of a file.</summary>
    internal static void Chunk(ReadOnlySpan<float> fileVector, int number, Span<float> vector) =>
        AddOwn(fileVector, Kind.Chunk, number, vector);

    /// <summary>A question: half of them about one file, half about a topic.</summary>
    internal float[] Query(int number, int files)
    {
        var vector = new float[Dimensions];
        AddOwn(number % 2 == 0 ? FileVector((int)(Mixed(number, 7) % (uint)files)) : topics[(int)(Mixed(number, 8) % Topics)], Kind.Query, number, vector);
        return vector;
    }

    private static void AddOwn(ReadOnlySpan<float> common, Kind kind, int number, Span<float> vector)
    {
        Noise(kind, number, vector);
        TensorPrimitives.MultiplyAdd(vector, OwnShare, common, vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
    }

    private static float[] Noise(Kind kind, int number)
    {
        var noise = new float[Dimensions];
        Noise(kind, number, noise);
        return noise;
    }

    // About normal, of length about one: each value is the sum of the four quarters of a random number (xorshift64*, Vigna 2016).
    private static void Noise(Kind kind, int number, Span<float> noise)
    {
        var state = Mixed(number, (int)kind) | 1;

        // The variance of a uniform 16-bit number is 2^32 / 12; four of them, and 512 values.
        var scale = 1 / MathF.Sqrt(4 * (65_536f * 65_536f / 12) * Dimensions);
        foreach (ref var value in noise)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            var random = state * 2685821657736338717UL;
            value = scale * ((short)random + (short)(random >> 16) + (short)(random >> 32) + (short)(random >> 48));
        }
    }

    // The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mixed(int number, int salt)
    {
        var mixed = ((ulong)(uint)number + 1) * 0x9E3779B97F4A7C15UL + (ulong)salt * 0xD1B54A32D192ED03UL;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
