using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Objects;

/// <summary><c>/v1/objects/{class}/{id}</c>. The tenant stands in the body where there is one, and in the query where there is none.</summary>
internal static class SingleObjects
{
    internal static JsonObject? Find(Database database, string name, string id, string? tenant) => database.Locked(() =>
    {
        var stored = Required(database, name).Of(tenant).Objects.GetValueOrDefault(ObjectRules.Id(id));
        return stored is null ? null : new JsonObject
        {
            ["class"] = name,
            ["id"] = stored.Id.ToString(),
            ["tenant"] = tenant,
            ["properties"] = stored.Properties.DeepClone(),
        };
    });

    internal static JsonNode Put(Database database, string name, string id, JsonNode body) => database.Locked(() =>
    {
        var request = Documented(body);
        Agree(request, name, id);
        Store(database, body);
        return request.DeepClone();
    });

    internal static bool Patch(Database database, string name, string id, JsonNode body) => database.Locked(() =>
    {
        var request = Documented(body);
        Agree(request, name, id);
        var collection = Required(database, name);
        var objects = collection.Of((string?)request["tenant"]).Objects;
        var changed = ObjectRules.Properties(collection, request["properties"]);
        if (!objects.TryGetValue(ObjectRules.Id(id), out var stored))
            return false;
        var merged = (JsonObject)stored.Properties.DeepClone();
        foreach (var (property, value) in changed)
            merged[property] = value?.DeepClone();
        objects[stored.Id] = new(stored.Id, merged, request["vector"] is null ? stored.Vector : ObjectRules.Vector(collection, request["vector"], null));
        return true;
    });

    internal static bool Delete(Database database, string name, string id, string? tenant) =>
        database.Locked(() => Required(database, name).Of(tenant).Objects.Remove(ObjectRules.Id(id)));

    internal static void Store(Database database, JsonNode? node)
    {
        var request = Documented(node);
        var collection = Required(database, (string?)request["class"] ?? "");
        var id = ObjectRules.Id((string?)request["id"]);
        var properties = ObjectRules.Properties(collection, request["properties"]);
        var tenant = collection.Of((string?)request["tenant"]);
        tenant.Objects[id] = new(id, (JsonObject)properties.DeepClone(), ObjectRules.Vector(collection, request["vector"], tenant.Dimensions));
    }

    private static JsonObject Documented(JsonNode? node) =>
        Answers.Documented(node, "object", "class", "id", "tenant", "properties", "vector", "creationTimeUnix", "lastUpdateTimeUnix", "additional", "vectorWeights");

    private static void Agree(JsonObject request, string name, string id)
    {
        if ((string?)request["class"] != name)
            throw new RefusedException(422, $"class in body must be {name}");
        if (request["id"] is { } given && (string?)given != id)
            throw new RefusedException(422, "invalid update: field 'id' is immutable");
    }

    private static Collection Required(Database database, string name) =>
        database.Find(name) ?? throw new RefusedException(422, $"class '{name}' not present in schema");
}
