namespace ScaiDrive.Search.Chunking;

/// <summary>Measures text in the tokens of an embedding model, so that a chunk fits the model that will read it.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface ITokenCounter
{
    /// <summary>The longest text, in tokens, that the model reads whole; longer text would be cut.</summary>
    int MaxTokens { get; }

    /// <summary>Counts the tokens of <paramref name="text"/>; 0 for empty text. Any UTF-16 is accepted, unpaired surrogates included.</summary>
    int Count(ReadOnlySpan<char> text);
}
