using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary><c>/v1/graphql</c>: always 200; what is wrong with a query stands in <c>errors</c>.</summary>
internal static class GraphQl
{
    internal static JsonObject Answer(Database database, JsonNode body)
    {
        var request = Answers.Documented(body, "body", "query", "operationName", "variables");
        var query = (string?)request["query"] is { Length: > 0 } text ? text : throw new RefusedException(422, "query cannot be empty.");
        try
        {
            return database.Locked(() => Execute(database, QueryParser.Parse(query)));
        }
        catch (QueryException refused)
        {
            return Failed(refused.Message);
        }
        catch (RefusedException refused)
        {
            return Failed($"explorer: {refused.Message}");
        }
    }

    private static JsonObject Execute(Database database, IReadOnlyList<QueryField> roots)
    {
        var data = new JsonObject();
        foreach (var root in roots)
        {
            if (root.Name is not ("Get" or "Aggregate"))
                throw new QueryException($"Cannot query field \"{root.Name}\" on type \"WeaviateObj\".");
            var answers = new JsonObject();
            foreach (var field in root.Selections)
            {
                var collection = database.Find(field.Name)
                    ?? throw new QueryException($"Cannot query field \"{field.Name}\" on type \"{root.Name}ObjectsObj\".");
                answers[field.Name] = root.Name == "Get" ? new GetQuery(collection, field).Answer() : new AggregateQuery(collection, field).Answer();
            }

            data[root.Name] = answers;
        }

        return new() { ["data"] = data };
    }

    private static JsonObject Failed(string message) => new()
    {
        ["data"] = null,
        ["errors"] = new JsonArray(new JsonObject { ["message"] = message, ["locations"] = new JsonArray(), ["path"] = null }),
    };
}
