using System.Text;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Sizes of texts for models whose own tokenizer is not here.</summary>
internal static class TextFit
{
    // Tokenizers of large vocabularies need a token for about four bytes of English and three of most other scripts. Too high a guess only
    // makes requests smaller.
    private const int BytesPerToken = 3;

    /// <summary>A careful guess from above.</summary>
    internal static int Tokens(string text) => 1 + (Encoding.UTF8.GetByteCount(text) / BytesPerToken);

    /// <summary>The beginning of a text that has at most so many tokens.</summary>
    internal static string Cut(string text, int tokens)
    {
        var (bytes, length) = (0L, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > (long)tokens * BytesPerToken - BytesPerToken)
                break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
