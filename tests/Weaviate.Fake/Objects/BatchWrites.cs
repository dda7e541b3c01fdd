using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Queries;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Objects;

/// <summary><c>/v1/batch/objects</c>: every object is judged by itself, and the answer is 200 whatever became of them.</summary>
internal static class BatchWrites
{
    internal static JsonArray Put(Database database, JsonNode body, FaultPlan faults)
    {
        var objects = Answers.Documented(body, "body", "objects", "fields")["objects"] as JsonArray
            ?? throw new RefusedException(422, "invalid param 'objects': cannot be empty, need at least one object for batching");
        if (objects.Count == 0)
            throw new RefusedException(422, "invalid param 'objects': cannot be empty, need at least one object for batching");
        return database.Locked(() => new JsonArray([.. objects.Select(item => PutOne(database, item, faults))]));
    }

    internal static JsonObject Delete(Database database, JsonNode body, string? tenant)
    {
        var request = Answers.Documented(body, "body", "match", "output", "dryRun", "deletionTimeUnixMilli");
        var match = Answers.Documented(request["match"], "match", "class", "where");
        if ((string?)request["output"] is not (null or "minimal" or "verbose"))
            throw new RefusedException(422, $"invalid output: \"{request["output"]}\"");
        var name = (string?)match["class"] ?? throw new RefusedException(422, "validate: empty match.class clause");
        return database.Locked(() =>
        {
            var collection = database.Find(name) ?? throw new RefusedException(422, $"validate: failed to get class: {name}, with err=<nil>");
            var filter = FilterReader.FromJson(match["where"] ?? throw new RefusedException(422, "validate: empty match.where clause"));
            Check(filter, collection);
            var objects = collection.Of(tenant).Objects;
            var matches = objects.Values.Where(stored => filter.Holds(collection, stored)).ToList();
            var doomed = matches.Take(FakeWeaviate.MaximumResults).ToList();
            if ((bool?)request["dryRun"] != true)
                doomed.ForEach(stored => objects.Remove(stored.Id));
            return new JsonObject
            {
                ["match"] = match.DeepClone(),
                ["output"] = (string?)request["output"] ?? "minimal",
                ["dryRun"] = (bool?)request["dryRun"] ?? false,
                ["results"] = new JsonObject
                {
                    ["failed"] = 0,
                    ["limit"] = FakeWeaviate.MaximumResults,
                    ["matches"] = matches.Count,
                    ["successful"] = doomed.Count,
                    ["objects"] = null,
                },
            };
        });
    }

    private static void Check(Filter filter, Collection collection)
    {
        try
        {
            filter.Validate(collection);
        }
        catch (QueryException refused)
        {
            throw new RefusedException(422, $"validate: invalid where filter: {refused.Message}");
        }
    }

    private static JsonObject PutOne(Database database, JsonNode? node, FaultPlan faults)
    {
        var answer = (node as JsonObject)?.DeepClone() as JsonObject ?? [];
        try
        {
            if (faults.RefusesObject?.Invoke(answer.ToJsonString()) == true)
                throw new RefusedException(500, "refused as planned");
            SingleObjects.Store(database, node);
            answer["result"] = new JsonObject { ["status"] = "SUCCESS" };
        }
        catch (RefusedException refused)
        {
            // As some versions do: errors without the status FAILED.
            answer["result"] = new JsonObject
            {
                ["errors"] = new JsonObject { ["error"] = new JsonArray(new JsonObject { ["message"] = refused.Message }) },
            };
        }

        return answer;
    }
}
