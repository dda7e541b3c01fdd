using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>A condition on objects, written in GraphQL for searches and as JSON for deletions.</summary>
internal abstract record Where
{
    internal static Where All(params IEnumerable<Where> operands) => Join("And", operands);

    internal static Where Any(params IEnumerable<Where> operands) => Join("Or", operands);

    internal static Where Equal(string property, string value) => new Comparison("Equal", property, "valueText", value);

    internal static Where NotEqual(string property, string value) => new Comparison("NotEqual", property, "valueText", value);

    /// <summary>Text with <c>*</c> for anything. The other characters must be letters, digits or encoded by <see cref="PlainText"/>.</summary>
    internal static Where Like(string property, string pattern) => new Comparison("Like", property, "valueText", pattern);

    internal static Where ContainsAny(string property, IReadOnlyList<string> values) => new Containment("ContainsAny", property, values);

    internal static Where ContainsAll(string property, IReadOnlyList<string> values) => new Containment("ContainsAll", property, values);

    internal static Where NotBefore(string property, DateTimeOffset time) => new Comparison("GreaterThanEqual", property, "valueDate", Rfc3339.Of(time));

    internal static Where Before(string property, DateTimeOffset time) => new Comparison("LessThan", property, "valueDate", Rfc3339.Of(time));

    internal static Where NotAfter(string property, DateTimeOffset time) => new Comparison("LessThanEqual", property, "valueDate", Rfc3339.Of(time));

    /// <summary>As an input object of GraphQL.</summary>
    internal abstract void WriteTo(StringBuilder query);

    /// <summary>As the <c>where</c> of a batch deletion. Lists have names of their own there.</summary>
    internal abstract JsonObject ToJson();

    private static Where Join(string name, IEnumerable<Where> operands)
    {
        var all = operands.ToList();
        return all.Count == 1 ? all[0] : new Junction(name, all);
    }

    private sealed record Junction(string Operator, IReadOnlyList<Where> Operands) : Where
    {
        internal override void WriteTo(StringBuilder query)
        {
            query.Append(CultureInfo.InvariantCulture, $"{{operator:{Operator},operands:[");
            for (var i = 0; i < Operands.Count; i++)
            {
                if (i > 0)
                    query.Append(',');
                Operands[i].WriteTo(query);
            }

            query.Append("]}");
        }

        internal override JsonObject ToJson() => new()
        {
            ["operator"] = Operator,
            ["operands"] = new JsonArray([.. Operands.Select(operand => operand.ToJson())]),
        };
    }

    private sealed record Comparison(string Operator, string Property, string ValueName, string Value) : Where
    {
        internal override void WriteTo(StringBuilder query) => query.Append(
            CultureInfo.InvariantCulture, $"{{path:[{GraphText.Quote(Property)}],operator:{Operator},{ValueName}:{GraphText.Quote(Value)}}}");

        internal override JsonObject ToJson() => new()
        {
            ["path"] = new JsonArray(Property),
            ["operator"] = Operator,
            [ValueName] = Value,
        };
    }

    private sealed record Containment(string Operator, string Property, IReadOnlyList<string> Values) : Where
    {
        internal override void WriteTo(StringBuilder query) => query.Append(
            CultureInfo.InvariantCulture, $"{{path:[{GraphText.Quote(Property)}],operator:{Operator},valueText:{GraphText.List(Values)}}}");

        internal override JsonObject ToJson() => new()
        {
            ["path"] = new JsonArray(Property),
            ["operator"] = Operator,
            ["valueTextArray"] = new JsonArray([.. Values.Select(value => JsonValue.Create(value))]),
        };
    }
}

/// <summary>Times as Weaviate reads them.</summary>
internal static class Rfc3339
{
    internal static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
