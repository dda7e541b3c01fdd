using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScaiDrive.Tests.Weaviate.Http;
using ScaiDrive.Tests.Weaviate.Objects;

namespace ScaiDrive.Tests.Weaviate.Schema;

/// <summary>The collections with their tenants. One lock: this is no place for speed.</summary>
internal sealed partial class Database
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);

    internal JsonObject Schema() => Locked(() => new JsonObject
    {
        ["classes"] = new JsonArray([.. _collections.Values.Select(collection => collection.Definition.DeepClone())]),
    });

    internal JsonNode Create(JsonObject definition) => Locked(() =>
    {
        var name = (string)definition["class"]!;
        if (_collections.Keys.Any(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)))
            throw new RefusedException(422, $"class name {name} already exists");
        _collections[name] = new(name, (JsonObject)definition.DeepClone());
        return definition.DeepClone();
    });

    internal Collection? Find(string name) => Locked(() => _collections.GetValueOrDefault(name));

    internal void Delete(string name) => Locked(() => _collections.Remove(name));

    internal void Clear() => Locked(() =>
    {
        _collections.Clear();
        return true;
    });

    internal JsonArray TenantsOf(string name) => Locked(() => new JsonArray([.. Required(name).Tenants.Keys.Select(Describe)]));

    internal bool HasTenant(string name, string tenant) => Locked(() => Required(name).Tenants.ContainsKey(tenant));

    internal JsonArray AddTenants(string name, JsonNode body) => Locked(() =>
    {
        var collection = Required(name);
        var names = (body as JsonArray ?? throw new RefusedException(422, "body must be an array"))
            .Select(tenant => (string?)Answers.Documented(tenant, "tenant", "name", "activityStatus")["name"] ?? "").ToList();
        foreach (var tenant in names)
        {
            if (!TenantName().IsMatch(tenant))
                throw new RefusedException(422, $"tenant name `{tenant}` should only contain alphanumeric characters (a-z, A-Z, 0-9), underscore (_), and hyphen (-), with a length between 1 and 64 characters");
            collection.Tenants.TryAdd(tenant, new());
        }

        return new JsonArray([.. names.Select(Describe)]);
    });

    internal void RemoveTenants(string name, JsonNode body) => Locked(() =>
    {
        var collection = Required(name);
        foreach (var tenant in body as JsonArray ?? throw new RefusedException(422, "body must be an array"))
            collection.Tenants.Remove((string)tenant!);
        return true;
    });

    internal int Count(string prefix, string tenant) => Locked(() => _collections.Values
        .Where(collection => collection.Name.StartsWith(prefix, StringComparison.Ordinal))
        .Sum(collection => collection.Tenants.GetValueOrDefault(tenant)?.Objects.Count ?? 0));

    internal T Locked<T>(Func<T> work)
    {
        lock (_lock)
            return work();
    }

    private static JsonNode Describe(string tenant) => new JsonObject { ["name"] = tenant, ["activityStatus"] = "HOT" };

    private Collection Required(string name) => _collections.GetValueOrDefault(name) ?? throw new RefusedException(422, $"class \"{name}\" not found");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex TenantName();
}

/// <summary>A collection, its definition checked.</summary>
internal sealed class Collection(string name, JsonObject definition)
{
    internal string Name { get; } = name;

    internal JsonObject Definition { get; } = definition;

    internal IReadOnlyDictionary<string, PropertyType> Properties { get; } =
        ClassRules.PropertiesOf(definition).ToDictionary(property => property.Name, StringComparer.Ordinal);

    internal bool IsMultiTenant { get; } = (bool?)definition["multiTenancyConfig"]?["enabled"] ?? false;

    internal bool SkipsVectors { get; } = (bool?)definition["vectorIndexConfig"]?["skip"] ?? false;

    internal Dictionary<string, TenantObjects> Tenants { get; } = new(StringComparer.Ordinal);

    /// <summary>The tenant's objects, or the refusal that the server gives.</summary>
    internal TenantObjects Of(string? tenant)
    {
        if (!IsMultiTenant)
        {
            if (!string.IsNullOrEmpty(tenant))
                throw new RefusedException(422, $"class {Name} has multi-tenancy disabled, but request was with tenant");
            return Tenants.TryGetValue("", out var all) ? all : Tenants[""] = new();
        }

        if (string.IsNullOrEmpty(tenant))
            throw new RefusedException(422, $"class {Name} has multi-tenancy enabled, but request was without tenant");
        return Tenants.GetValueOrDefault(tenant) ?? throw new RefusedException(422, $"tenant not found: \"{tenant}\"");
    }
}
