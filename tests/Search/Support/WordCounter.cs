using ScaiDrive.Search.Chunking;

namespace ScaiDrive.Search.Tests.Support;

/// <summary>Counts a token for every five characters of a word, so that long words cost more, as with a real vocabulary.</summary>
internal sealed class WordCounter(int maxTokens = 256) : ITokenCounter
{
    public int MaxTokens => maxTokens;

    public long CharactersCounted { get; private set; }

    public int Count(ReadOnlySpan<char> text)
    {
        CharactersCounted += text.Length;
        var (tokens, run) = (0, 0);
        foreach (var character in text)
        {
            run = char.IsWhiteSpace(character) ? 0 : run + 1;
            if (run % 5 == 1)
                tokens++;
        }

        return tokens;
    }
}
