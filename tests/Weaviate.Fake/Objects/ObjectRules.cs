using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Objects;

/// <summary>Checks an object against its collection. Properties that are not defined are refused: a server may have auto-schema off.</summary>
internal static partial class ObjectRules
{
    internal static Guid Id(string? text) =>
        text is not null && Guid.TryParseExact(text, "D", out var id) ? id : throw new RefusedException(422, $"id in body must be of type uuid: \"{text}\"");

    internal static JsonObject Properties(Collection collection, JsonNode? node)
    {
        var properties = node as JsonObject ?? [];
        foreach (var (name, value) in properties)
        {
            if (!collection.Properties.TryGetValue(name, out var property))
            {
                throw new RefusedException(422,
                    $"invalid object: no such prop with name '{name}' found in class '{collection.Name}' in the schema. Check your schema files for which properties in this class are available");
            }

            if (value is not null)
                Check(collection.Name, property, value);
        }

        return properties;
    }

    internal static float[]? Vector(Collection collection, JsonNode? node, int? dimensions)
    {
        if (node is null)
            return null;
        if (node is not JsonArray values || values.Any(value => value?.GetValueKind() is not JsonValueKind.Number))
            throw new RefusedException(422, "vector in body must be an array of numbers");
        if (collection.SkipsVectors)
            throw new RefusedException(422, $"class '{collection.Name}' skips the vector index, but the object has a vector");
        if (dimensions is { } known && known != values.Count)
            throw new RefusedException(500, $"put object: import into index: new node has a vector with length {values.Count}. Existing nodes have vectors with length {known}");
        return [.. values.Select(value => (float)value!)];
    }

    private static void Check(string className, PropertyType property, JsonNode value)
    {
        if (property.IsArray)
        {
            var items = value as JsonArray
                ?? throw new RefusedException(422, $"invalid {property.DataType} property '{property.Name}' on class '{className}': not an array");
            foreach (var item in items)
                CheckOne(className, property, item!);
            return;
        }

        CheckOne(className, property, value);
    }

    private static void CheckOne(string className, PropertyType property, JsonNode value)
    {
        var kind = value.GetValueKind();
        var fits = property.BaseType switch
        {
            "text" => kind is JsonValueKind.String,
            "int" => kind is JsonValueKind.Number && value.AsValue().TryGetValue<long>(out _),
            "number" => kind is JsonValueKind.Number,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "date" => kind is JsonValueKind.String && IsRfc3339((string)value!),
            "uuid" => kind is JsonValueKind.String && Guid.TryParseExact((string)value!, "D", out _),
            _ => false,
        };
        if (!fits)
            throw new RefusedException(422, $"invalid {property.BaseType} property '{property.Name}' on class '{className}': not a {property.BaseType}, but {value.ToJsonString()}");
    }

    internal static bool IsRfc3339(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")]
    private static partial Regex Rfc3339();
}
