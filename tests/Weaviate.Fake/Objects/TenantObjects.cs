using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Objects;

/// <summary>The objects of one tenant in one collection, in the order of their ids, as a list query returns them.</summary>
internal sealed class TenantObjects
{
    internal SortedDictionary<Guid, StoredObject> Objects { get; } = [];

    /// <summary>The length all vectors here have, once there is one.</summary>
    internal int? Dimensions => Objects.Values.FirstOrDefault(stored => stored.Vector is not null)?.Vector!.Length;
}

/// <summary>An object as it was written.</summary>
internal sealed class StoredObject(Guid id, JsonObject properties, float[]? vector)
{
    private readonly Dictionary<string, string[]> _tokens = new(StringComparer.Ordinal);

    internal Guid Id { get; } = id;

    internal JsonObject Properties { get; } = properties;

    internal float[]? Vector { get; } = vector;

    internal string[] Tokens(PropertyType property) =>
        _tokens.TryGetValue(property.Name, out var known) ? known : _tokens[property.Name] = [.. property.Tokens(Properties[property.Name])];
}
