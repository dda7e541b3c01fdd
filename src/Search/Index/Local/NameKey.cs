using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Local;

/// <summary>What of a name and a query is compared to see whether somebody typed a whole name.</summary>
internal static class NameKey
{
    /// <summary>The words, lower case, without diacritics, with one space between them.</summary>
    internal static string Of(string text) =>
        string.Join(' ', Words.In(text).Select(word => WordForm.Fold(WordForm.Normalize(text.AsSpan(word.Start, word.End - word.Start)))));

    /// <summary>Of a name without its extension.</summary>
    internal static string OfTitle(string name) => Of(Path.GetFileNameWithoutExtension(name));
}
