using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScaiDrive.Tests.Weaviate.Objects;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>A <c>where</c> filter.</summary>
internal sealed record Filter(string Operator, IReadOnlyList<Filter> Operands, string? Property, string? ValueName, IReadOnlyList<object> Values)
{
    internal bool IsJunction => Operator is "And" or "Or";

    /// <exception cref="QueryException">It does not fit the collection.</exception>
    internal void Validate(Collection collection)
    {
        if (IsJunction)
        {
            foreach (var operand in Operands)
                operand.Validate(collection);
            return;
        }

        if (Property is "id" or "_id")
            return;
        if (!collection.Properties.TryGetValue(Property!, out var property))
        {
            throw new QueryException(
                $"no such prop with name '{Property}' found in class '{collection.Name}' in the schema. Check your schema files for which properties in this class are available");
        }

        var wanted = "value" + char.ToUpperInvariant(property.BaseType[0]) + property.BaseType[1..];
        if (ValueName != wanted)
            throw new QueryException($"data type filter cannot use \"{ValueName}\" on type \"{property.DataType}\", use \"{wanted}\" instead");
        if (!property.IsFilterable)
            throw new QueryException($"Filtering by property '{Property}' requires inverted index. Is `indexFilterable` option of property '{Property}' enabled? Set it to `true` or leave empty");
        if (Operator is "Like" && !property.IsText)
            throw new QueryException($"operator Like is only allowed on text, not on {property.DataType}");
        if (property.BaseType == "date" && Values.Any(value => !ObjectRules.IsRfc3339((string)value)))
            throw new QueryException($"trying parse time as RFC3339 string: {Values[0]}");
    }

    internal bool Holds(Collection collection, StoredObject stored)
    {
        if (Operator == "And")
            return Operands.All(operand => operand.Holds(collection, stored));
        if (Operator == "Or")
            return Operands.Any(operand => operand.Holds(collection, stored));
        if (Property is "id" or "_id")
            return Values.Any(value => (string)value == stored.Id.ToString());
        var property = collection.Properties[Property!];
        return property.IsText ? TextHolds(property, stored) : ValueHolds(property, stored);
    }

    private bool TextHolds(PropertyType property, StoredObject stored)
    {
        var tokens = stored.Tokens(property);
        switch (Operator)
        {
            case "Equal":
                return HasAll((string)Values[0]);
            case "NotEqual":
                return !HasAll((string)Values[0]);
            case "ContainsAny":
                return Values.Any(value => HasAll((string)value));
            case "ContainsAll":
                return Values.All(value => HasAll((string)value));
            case "Like":
                // The pattern is split like the property, and every part must match a token.
                return property.Split((string)Values[0]).All(part => Array.Exists(tokens, token => Pattern(part).IsMatch(token)));
            default:
                throw new QueryException($"operator {Operator} is not evaluated on text here");
        }

        bool HasAll(string value) => property.Split(value).ToList() is { Count: > 0 } parts && parts.TrueForAll(part => Array.IndexOf(tokens, part) >= 0);
    }

    // As the server makes it: nothing but the two wildcards is translated, so that other signs of an expression act.
    private static Regex Pattern(string like)
    {
        try
        {
            return new("^" + like.Replace("?", ".", StringComparison.Ordinal).Replace("*", ".*", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant);
        }
        catch (ArgumentException fault)
        {
            throw new QueryException($"parse like value: compile regex from 'like' string: {fault.Message}");
        }
    }

    private bool ValueHolds(PropertyType property, StoredObject stored)
    {
        if (stored.Properties[property.Name] is not { } node)
            return Operator == "NotEqual";
        var actual = Comparable(property, node);
        var comparisons = Values.Select(value => actual.CompareTo(property.BaseType == "date" ? Ticks((string)value) : Convert.ToDouble(value, CultureInfo.InvariantCulture))).ToList();
        return Operator switch
        {
            "Equal" or "ContainsAny" => comparisons.Contains(0),
            "NotEqual" => comparisons[0] != 0,
            "GreaterThan" => comparisons[0] > 0,
            "GreaterThanEqual" => comparisons[0] >= 0,
            "LessThan" => comparisons[0] < 0,
            "LessThanEqual" => comparisons[0] <= 0,
            _ => throw new QueryException($"operator {Operator} is not evaluated on {property.DataType} here"),
        };
    }

    private static double Comparable(PropertyType property, JsonNode node) => property.BaseType switch
    {
        "date" => Ticks((string)node!),
        "boolean" => (bool)node ? 1 : 0,
        _ => (double)node,
    };

    // Ten-thousandths of a millisecond since 1970: exact in a double for the times that matter here.
    private static double Ticks(string text) => (DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcTicks - DateTime.UnixEpoch.Ticks) / 10.0;
}
