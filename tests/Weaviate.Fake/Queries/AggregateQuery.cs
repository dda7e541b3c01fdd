using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary><c>Aggregate</c>: how many objects there are, of all or by the values of a property.</summary>
internal sealed class AggregateQuery(Collection collection, QueryField field)
{
    internal JsonArray Answer()
    {
        var arguments = new FieldArguments("AggregateObjectsObj", field);
        arguments.Allow("where", "tenant", "limit", "groupBy");
        var filter = arguments.Where(collection);
        var stored = collection.Of(arguments.Text("tenant")).Objects.Values.Where(one => filter?.Holds(collection, one) != false).ToList();
        if (field.Selections.Count == 0)
            throw new QueryException($"Field \"{field.Name}\" of type \"[Aggregate{field.Name}]\" must have a sub selection.");
        if (!arguments.Has("groupBy"))
            return new(Describe(stored.Count, null, null));
        var path = FieldArguments.Texts(field.Arguments["groupBy"], "groupBy") is [var only]
            ? only
            : throw new QueryException("groupBy is limited to one property");
        if (!collection.Properties.ContainsKey(path))
            throw new QueryException($"no such prop with name '{path}' found in class '{collection.Name}' in the schema");
        return new([.. stored.GroupBy(one => (string?)one.Properties[path]).OrderByDescending(group => group.Count())
            .Take(arguments.Whole("limit") ?? FakeWeaviate.MaximumResults).Select(group => Describe(group.Count(), path, group.Key))]);
    }

    private JsonObject Describe(int count, string? path, string? value)
    {
        var answer = new JsonObject();
        foreach (var selection in field.Selections)
        {
            answer[selection.Name] = selection.Name switch
            {
                "meta" when selection.Selections is [{ Name: "count" }] => new JsonObject { ["count"] = count },
                "groupedBy" => path is null ? null : new JsonObject { ["path"] = new JsonArray(path), ["value"] = value },
                _ => throw new QueryException($"Cannot query field \"{selection.Name}\" on type \"Aggregate{collection.Name}\"."),
            };
        }

        return answer;
    }
}
