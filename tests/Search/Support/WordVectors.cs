using Microsoft.Extensions.AI;

namespace ScaiDrive.Search.Tests.Support;

/// <summary>Deterministic vectors: texts that share words are near each other. Can be told to fail.</summary>
internal sealed class WordVectors : IEmbeddingGenerator<string, Embedding<float>>
{
    public const int Dimensions = 64;
    public const string Model = "words-64";

    public bool IsDown
    {
        get => Fault is not null;
        set => Fault = value ? new HttpRequestException("connection refused") : null;
    }

    public Exception? Fault { get; set; }

    public int Calls { get; private set; }

    public static float[] Of(string text)
    {
        var vector = new float[Dimensions];
        foreach (var word in text.ToLowerInvariant().Split([' ', '.', ',', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var hash = 2166136261u;
            foreach (var character in word)
                hash = (hash ^ character) * 16777619u;
            vector[hash % Dimensions] += 1;
            vector[hash / Dimensions % Dimensions] -= 0.5f;
        }

        return vector;
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        return Fault is not null
            ? throw Fault
            : Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(value => new Embedding<float>(Of(value)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
