using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Http;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>Reads filters in both spellings. In JSON a list of values has a name of its own; in GraphQL it has not.</summary>
internal static class FilterReader
{
    private static readonly string[] Operators =
    [
        "And", "Or", "Equal", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual", "Like", "WithinGeoRange", "IsNull",
        "ContainsAny", "ContainsAll",
    ];

    private static readonly string[] ValueNames = ["valueText", "valueString", "valueInt", "valueNumber", "valueBoolean", "valueDate"];

    internal static Filter FromJson(JsonNode node)
    {
        var where = Answers.Documented(
            node, "where", ["operator", "operands", "path", .. ValueNames, .. ValueNames.Select(name => name + "Array"), "valueGeoRange"]);
        var values = where.Where(pair => pair.Key.StartsWith("value", StringComparison.Ordinal)).ToList();
        var isList = values is [var only] && only.Key.EndsWith("Array", StringComparison.Ordinal);
        try
        {
            var contains = (string?)where["operator"] is "ContainsAny" or "ContainsAll";
            if (contains != isList && values.Count > 0)
                throw new QueryException($"operator {where["operator"]} needs {(contains ? "an array, such as valueTextArray" : "one value")}");
            return Make(
                (string?)where["operator"], (where["operands"] as JsonArray)?.Select(operand => FromJson(operand!)).ToList(),
                (where["path"] as JsonArray)?.Select(part => (string)part!).ToList(),
                values.Select(pair => isList ? pair.Key[..^"Array".Length] : pair.Key).ToList(),
                values.SelectMany(pair => pair.Value is JsonArray many ? many.Select(Plain) : [Plain(pair.Value)]).ToList());
        }
        catch (QueryException refused)
        {
            throw new RefusedException(422, $"validate: failed to parse where filter: invalid where filter: {refused.Message}");
        }
    }

    internal static Filter FromQuery(QueryValue value)
    {
        var where = (value as QueryValue.Fields ?? throw new QueryException("Argument \"where\" has invalid value: Expected an object.")).Values;
        foreach (var name in where.Keys)
        {
            if (name is not ("operator" or "operands" or "path" or "valueGeoRange") && !ValueNames.Contains(name))
                throw new QueryException($"Argument \"where\" has invalid value. In field \"{name}\": Unknown field.");
        }

        var values = where.Where(pair => pair.Key.StartsWith("value", StringComparison.Ordinal)).ToList();
        var name1 = where.GetValueOrDefault("operator") is QueryValue.Name one
            ? one.Value
            : throw new QueryException("Argument \"where\" has invalid value. In field \"operator\": Expected an enum value.");
        if (values is [{ Value: QueryValue.Many }] && name1 is not ("ContainsAny" or "ContainsAll"))
            throw new QueryException($"operator {name1} takes one value");
        return Make(
            name1,
            (where.GetValueOrDefault("operands") as QueryValue.Many)?.Values.Select(FromQuery).ToList(),
            (where.GetValueOrDefault("path") as QueryValue.Many)?.Values.Select(part => ((QueryValue.Text)part).Value).ToList(),
            values.Select(pair => pair.Key).ToList(),
            values.SelectMany(pair => pair.Value is QueryValue.Many many ? many.Values.Select(one1 => Plain(pair.Key, one1)) : [Plain(pair.Key, pair.Value)]).ToList());
    }

    private static Filter Make(string? name, List<Filter>? operands, List<string>? path, List<string> valueNames, List<object> values)
    {
        if (name is null || !Operators.Contains(name))
            throw new QueryException($"unrecognized operator: {name}");
        if (name is "And" or "Or")
        {
            if (path is not null)
                throw new QueryException($"operator '{name}' not compatible with field 'path', remove 'path' or switch to compare operator (eg. Equal, NotEqual, etc.)");
            if (valueNames.Count > 0)
                throw new QueryException($"operator '{name}' not compatible with field 'value<Type>', remove value field or switch to compare operator (eg. Equal, NotEqual, etc.)");
            return operands is { Count: > 0 }
                ? new(name, operands, null, null, [])
                : throw new QueryException($"operator '{name}', but no operands set - add at least one operand");
        }

        if (path is not { Count: 1 })
            throw new QueryException("field 'path': must have at least one element");
        if (valueNames.Count != 1)
            throw new QueryException($"got operator '{name}', but no value<Type> field set");
        return new(name, [], path[0], valueNames[0], values);
    }

    private static object Plain(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => (string)node!,
        JsonValueKind.Number => (double)node,
        JsonValueKind.True or JsonValueKind.False => (bool)node ? 1d : 0d,
        _ => throw new QueryException("a value of a filter is missing"),
    };

    private static object Plain(string name, QueryValue value) => (name, value) switch
    {
        ("valueText" or "valueString" or "valueDate", QueryValue.Text text) => text.Value,
        // GraphQL's Int has 32 bits.
        ("valueInt", QueryValue.Number { IsWhole: true, Value: >= int.MinValue and <= int.MaxValue } whole) => whole.Value,
        ("valueNumber", QueryValue.Number number) => number.Value,
        ("valueBoolean", QueryValue.Flag flag) => flag.Value ? 1d : 0d,
        _ => throw new QueryException($"Argument \"where\" has invalid value. In field \"{name}\": Expected another type."),
    };
}
