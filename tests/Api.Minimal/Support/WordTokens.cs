using ScaiDrive.Search.Chunking;

namespace ScaiDrive.Api.Minimal.Tests.Support;

/// <summary>A token is a word.</summary>
internal sealed class WordTokens : ITokenCounter
{
    public int MaxTokens => 128;

    public int Count(ReadOnlySpan<char> text)
    {
        var (words, inside) = (0, false);
        foreach (var character in text)
        {
            var isSpace = char.IsWhiteSpace(character);
            if (!isSpace && !inside)
                words++;
            inside = !isSpace;
        }

        return words;
    }
}
