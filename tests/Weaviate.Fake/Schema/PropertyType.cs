using System.Text.Json.Nodes;

namespace ScaiDrive.Tests.Weaviate.Schema;

/// <summary>A property of a collection as it was defined.</summary>
internal sealed record PropertyType(string Name, string DataType, string? Tokenization, bool IsFilterable, bool IsSearchable)
{
    internal bool IsText => DataType is "text" or "text[]";

    internal bool IsArray => DataType.EndsWith("[]", StringComparison.Ordinal);

    internal string BaseType => IsArray ? DataType[..^2] : DataType;

    /// <summary>The tokens of a value, as the property's tokenization splits it.</summary>
    internal IEnumerable<string> Tokens(JsonNode? value) => value switch
    {
        null => [],
        JsonArray many => many.SelectMany(Tokens),
        _ => Split((string)value!),
    };

    internal IEnumerable<string> Split(string text) => Tokenization switch
    {
        "field" => [text.Trim()],
        "whitespace" => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        "lowercase" => text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        _ => string.Concat(text.ToLowerInvariant().Select(character => char.IsLetterOrDigit(character) ? character : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };
}
