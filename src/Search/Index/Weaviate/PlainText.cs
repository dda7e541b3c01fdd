using System.Text;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Text without any character that means something in a pattern, so that <c>Like</c> can ask for any beginning.</summary>
/// <remarks>
/// Weaviate makes a regular expression of a pattern and cannot escape in it: <c>?</c> and <c>*</c> are wildcards, and versions
/// differ in what becomes of dots and brackets. What could mean something is kept in the private use area instead, on both sides.
/// </remarks>
internal static class PlainText
{
    private const int PrivateUse = 0xE000;
    private const string Meaningful = "\\^$.|?*+()[]{}";

    internal static string Encode(string text)
    {
        if (!text.Any(MeansSomething))
            return text;
        var encoded = new StringBuilder(text.Length);
        foreach (var character in text)
            encoded.Append(MeansSomething(character) ? (char)(PrivateUse + character) : character);
        return encoded.ToString();
    }

    internal static string Decode(string text) =>
        string.Create(text.Length, text, (decoded, source) =>
        {
            for (var i = 0; i < decoded.Length; i++)
            {
                var original = (char)(source[i] - PrivateUse);
                decoded[i] = source[i] >= PrivateUse && MeansSomething(original) ? original : source[i];
            }
        });

    // Control characters: a dot of a regular expression does not match a line feed.
    private static bool MeansSomething(char character) => character < ' ' || Meaningful.Contains(character, StringComparison.Ordinal);
}
