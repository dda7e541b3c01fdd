using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>An object Weaviate did not take, and why.</summary>
internal readonly record struct RefusedObject(Guid Id, string Message);

/// <summary>What this product asks of a Weaviate server, one method per request.</summary>
internal sealed class WeaviateServer(WeaviateClient client)
{
    /// <summary>The most objects a query returns or a deletion removes: the server's default of QUERY_MAXIMUM_RESULTS.</summary>
    internal const int MaximumResults = 10_000;

    private readonly ConcurrentDictionary<(string Collection, string Tenant), bool> _known = new();

    internal Task<bool> IsReadyAsync(CancellationToken cancellationToken) => client.IsReadyAsync(cancellationToken);

    /// <summary>The server's version.</summary>
    internal async Task<string?> VersionAsync(CancellationToken cancellationToken) =>
        (string?)(await client.ReadAsync("meta", cancellationToken))?["version"];

    /// <summary>Whether searches can be asked. The question is refused for its tenant, but in GraphQL.</summary>
    internal async Task<bool> HasGraphQlAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GetAsync(Collections.Files, "-", "limit:1", "fileId", cancellationToken);
            return true;
        }
        catch (WeaviateException fault) when (!fault.IsOutage)
        {
            return fault.Status is null;
        }
    }

    /// <summary>Names and descriptions of all collections.</summary>
    internal async Task<IReadOnlyList<(string Name, string? Description)>> CollectionsAsync(CancellationToken cancellationToken)
    {
        var classes = (await client.ReadAsync("schema", cancellationToken))?["classes"] as JsonArray ?? [];
        return [.. classes.OfType<JsonObject>().Select(collection => ((string)collection["class"]!, (string?)collection["description"]))];
    }

    /// <summary>Makes a collection, unless another process was faster.</summary>
    internal async Task CreateCollectionAsync(string collection, CancellationToken cancellationToken)
    {
        try
        {
            await client.WriteAsync(HttpMethod.Post, "schema", Collections.Definition(collection), orMissing: false, cancellationToken);
        }
        catch (WeaviateException fault) when (!fault.IsOutage)
        {
            if ((await CollectionsAsync(cancellationToken)).All(found => found.Name != collection))
                throw;
        }
    }

    internal Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken)
    {
        Forget();
        return client.WriteAsync(HttpMethod.Delete, $"schema/{collection}", null, orMissing: true, cancellationToken);
    }

    /// <summary>Whether a tenant has a place in a collection that exists. What was found once is remembered.</summary>
    internal async Task<bool> HasTenantAsync(string collection, string tenant, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey((collection, tenant)))
            return true;
        // A collection that is not there is answered like a tenant that is not there, or with 422, as the version pleases.
        if (await client.ReadAsync($"schema/{collection}", cancellationToken) is null
            || !await client.ExistsAsync($"schema/{collection}/tenants/{tenant}", cancellationToken))
            return false;
        _known[(collection, tenant)] = true;
        return true;
    }

    internal async Task AddTenantAsync(string collection, string tenant, CancellationToken cancellationToken)
    {
        await client.WriteAsync(
            HttpMethod.Post, $"schema/{collection}/tenants", new JsonArray(new JsonObject { ["name"] = tenant }), orMissing: false, cancellationToken);
        _known[(collection, tenant)] = true;
    }

    /// <summary>Removes a tenant with everything it has in a collection.</summary>
    internal Task DeleteTenantAsync(string collection, string tenant, CancellationToken cancellationToken)
    {
        _known.TryRemove((collection, tenant), out _);
        return client.WriteAsync(HttpMethod.Delete, $"schema/{collection}/tenants", new JsonArray(tenant), orMissing: true, cancellationToken);
    }

    /// <summary>Asks anew what exists, after the server answered that something does not.</summary>
    internal void Forget() => _known.Clear();

    /// <summary>The properties of one object; null when it is not there.</summary>
    internal async Task<JsonObject?> FindAsync(string collection, string tenant, Guid id, CancellationToken cancellationToken) =>
        (await client.ReadAsync($"objects/{collection}/{id}?tenant={tenant}", cancellationToken))?["properties"] as JsonObject;

    /// <summary>Writes objects, replacing those with the same ids. They become part of the request and cannot be sent in another.</summary>
    /// <returns>Those that were refused; each is judged by itself.</returns>
    internal async Task<IReadOnlyList<RefusedObject>> PutAsync(IReadOnlyList<JsonObject> objects, CancellationToken cancellationToken)
    {
        if (objects.Count == 0)
            return [];
        var body = new JsonObject { ["objects"] = new JsonArray([.. objects.Select(JsonNode? (item) => item)]) };
        var results = await client.WriteAsync(HttpMethod.Post, "batch/objects", body, orMissing: false, cancellationToken) as JsonArray
            ?? throw new WeaviateException("Weaviate answered a batch without results.");
        if (results.Count != objects.Count)
            throw new WeaviateException($"Weaviate answered a batch of {objects.Count} objects with {results.Count} results.");
        var refused = new List<RefusedObject>();
        for (var i = 0; i < results.Count; i++)
        {
            // The status is not always set; the errors are.
            var result = results[i]?["result"];
            var errors = (result?["errors"]?["error"] as JsonArray)?.Select(error => (string?)error?["message"]).ToList() ?? [];
            if (errors.Count > 0 || (string?)result?["status"] == "FAILED")
                refused.Add(new(Guid.Parse((string)objects[i]["id"]!), string.Join("; ", errors)));
        }

        return refused;
    }

    /// <summary>Changes some properties of an object. An object that is not there stays away.</summary>
    internal Task PatchAsync(string collection, string tenant, Guid id, JsonObject properties, CancellationToken cancellationToken) =>
        client.WriteAsync(
            HttpMethod.Patch, $"objects/{collection}/{id}",
            new JsonObject { ["class"] = collection, ["id"] = id.ToString(), ["tenant"] = tenant, ["properties"] = properties },
            orMissing: true, cancellationToken);

    /// <summary>Removes everything a condition holds for.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="where">The condition.</param>
    /// <param name="renew">Makes sure before every request that the caller may still write: there may be many.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    internal async Task DeleteAsync(
        string collection, string tenant, Where where, Func<CancellationToken, Task> renew, CancellationToken cancellationToken)
    {
        while (true)
        {
            await renew(cancellationToken);
            var body = new JsonObject
            {
                ["match"] = new JsonObject { ["class"] = collection, ["where"] = where.ToJson() },
                ["output"] = "minimal",
            };
            var answer = await client.WriteAsync(HttpMethod.Delete, $"batch/objects?tenant={tenant}", body, orMissing: false, cancellationToken);
            var results = answer?["results"] ?? throw new WeaviateException("Weaviate answered a deletion without results.");
            var (matches, limit, failed) = ((long?)results["matches"] ?? 0, (long?)results["limit"] ?? 0, (long?)results["failed"] ?? 0);
            if (failed > 0)
                throw new WeaviateException($"Weaviate could not delete {failed} of {matches} objects of {collection}.");
            // A deletion stops at the limit; the rest wants another.
            if (limit == 0 || matches < limit)
                return;
        }
    }

    /// <summary>The objects a query finds. <paramref name="arguments"/> and <paramref name="fields"/> are GraphQL.</summary>
    internal async Task<IReadOnlyList<JsonObject>> GetAsync(
        string collection, string tenant, string arguments, string fields, CancellationToken cancellationToken)
    {
        var data = await client.QueryAsync($"{{Get{{{collection}(tenant:{GraphText.Quote(tenant)},{arguments}){{{fields}}}}}}}", cancellationToken);
        return [.. (data["Get"]?[collection] as JsonArray ?? []).OfType<JsonObject>()];
    }

    /// <summary>How many objects a condition holds for.</summary>
    internal async Task<int> CountAsync(string collection, string tenant, Where? where, CancellationToken cancellationToken)
    {
        var query = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{{Aggregate{{{collection}(tenant:{GraphText.Quote(tenant)}");
        if (where is not null)
            where.WriteTo(query.Append(",where:"));
        var data = await client.QueryAsync(query.Append("){meta{count}}}}").ToString(), cancellationToken);
        return (int?)data["Aggregate"]?[collection]?[0]?["meta"]?["count"]
            ?? throw new WeaviateException($"Weaviate did not count {collection}.");
    }

    internal static string WhereArgument(Where? where)
    {
        if (where is null)
            return "";
        var text = new StringBuilder("where:");
        where.WriteTo(text);
        return text.Append(',').ToString();
    }
}
