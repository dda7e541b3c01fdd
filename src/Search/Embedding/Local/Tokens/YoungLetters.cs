namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// Form KC of the characters younger than Unicode 15 that become Latin letters and digits: the outlined ones U+1CCD6..U+1CCF9
/// (Unicode 16) and the modifier letter U+A7F1 (Unicode 17). ICU of stable distributions does not know them yet; the tokens
/// of a text must not depend on the machine.
/// </summary>
internal static class YoungLetters
{
    private const char ModifierS = '\uA7F1';
    private const char OutlinedHigh = '\uD833';
    private const char OutlinedA = '\uDCD6';
    private const char Outlined0 = '\uDCF0';
    private const char Outlined9 = '\uDCF9';

    internal static bool AreIn(ReadOnlySpan<char> text) => text.ContainsAny(ModifierS, OutlinedHigh);

    /// <summary>The text with these characters replaced. Nothing else changes.</summary>
    internal static ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        var replaced = new char[text.Length];
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var isOutlined = text[i] == OutlinedHigh && i + 1 < text.Length && text[i + 1] is >= OutlinedA and <= Outlined9;
            replaced[written++] = isOutlined ? Plain(text[++i]) : text[i] == ModifierS ? 'S' : text[i];
        }

        return replaced.AsSpan(0, written);
    }

    private static char Plain(char low) => (char)(low < Outlined0 ? 'A' + (low - OutlinedA) : '0' + (low - Outlined0));
}
