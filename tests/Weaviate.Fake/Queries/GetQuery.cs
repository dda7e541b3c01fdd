using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.Weaviate.Objects;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary><c>Get</c>: objects by filter, by words, or by the nearest vectors.</summary>
internal sealed class GetQuery(Collection collection, QueryField field)
{
    private readonly FieldArguments _arguments = new("GetObjectsObj", field);

    internal JsonArray Answer()
    {
        _arguments.Allow(
            "where", "tenant", "limit", "offset", "after", "sort", "bm25", "nearVector", "nearObject", "hybrid", "group", "groupBy", "autocut", "consistencyLevel");
        var filter = _arguments.Where(collection);
        var objects = collection.Of(_arguments.Text("tenant")).Objects.Values;
        var (limit, offset) = (_arguments.Whole("limit") ?? 25, _arguments.Whole("offset") ?? 0);
        if (limit + offset > FakeWeaviate.MaximumResults)
            throw new QueryException("explorer: invalid pagination params: query maximum results exceeded");
        if (_arguments.Has("bm25") && _arguments.Has("nearVector"))
            throw new QueryException("explorer: get class: parameters contain multiple search operators, only one is allowed");
        var ranked = Rank(objects, filter);
        if (_arguments.Fields("groupBy", "path", "groups", "objectsPerGroup") is { } groupBy)
            return Groups(ranked, groupBy);
        return new([.. ranked.Skip(offset).Take(limit).Select(found => Show(found, field.Selections, null))]);
    }

    private IEnumerable<Found> Rank(IReadOnlyCollection<StoredObject> objects, Filter? filter)
    {
        var isSearch = _arguments.Has("bm25") || _arguments.Has("nearVector");
        if (_arguments.Has("sort") && isSearch)
            throw new QueryException("sorting cannot be combined with search");
        if (_arguments.Has("bm25"))
            return ByWords(objects).Where(found => filter?.Holds(collection, found.Stored) != false);
        var passing = objects.Where(stored => filter?.Holds(collection, stored) != false).ToList();
        return _arguments.Has("nearVector") ? ByVector(passing) : Sorted(passing).Select(stored => new Found(stored, null, null));
    }

    private IEnumerable<Found> ByWords(IReadOnlyCollection<StoredObject> objects)
    {
        var bm25 = _arguments.Fields("bm25", "query", "properties")!;
        var query = bm25.GetValueOrDefault("query") is QueryValue.Text text ? text.Value : "";
        if (query.Length == 0)
            throw new QueryException("explorer: get class: bm25 objects: keyword search: query cannot be empty");
        var properties = bm25.TryGetValue("properties", out var names)
            ? FieldArguments.Texts(names, "properties").Select(Boosted).ToList()
            : collection.Properties.Values.Where(property => property.IsSearchable).Select(property => (property, 1)).ToList();
        // Scores have 32 bits there.
        return Bm25F.Score(objects, properties, query)
            .Select(scored => new Found(scored.Key, (float)scored.Value, null))
            .OrderByDescending(found => found.Score);
    }

    private (PropertyType Property, int Boost) Boosted(string name)
    {
        var parts = name.Split('^');
        if (!collection.Properties.TryGetValue(parts[0], out var property))
            throw new QueryException($"no such prop with name '{parts[0]}' found in class '{collection.Name}' in the schema");
        if (!property.IsSearchable)
            throw new QueryException($"Searching by property '{parts[0]}' requires inverted index. Is `indexSearchable` option of property '{parts[0]}' enabled? Set it to `true` or leave empty");
        return (property, parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1);
    }

    private List<Found> ByVector(IEnumerable<StoredObject> objects)
    {
        var near = _arguments.Fields("nearVector", "vector", "distance", "certainty", "targetVectors")!;
        if (near.ContainsKey("distance") && near.ContainsKey("certainty"))
            throw new QueryException("cannot provide distance and certainty");
        if (near.GetValueOrDefault("vector") is not QueryValue.Many many || many.Values.Any(value => value is not QueryValue.Number))
            throw FieldArguments.Wrong("nearVector", "[Float]!");
        float[] query = [.. many.Values.Select(value => (float)((QueryValue.Number)value).Value)];
        var furthest = near.GetValueOrDefault("distance") is QueryValue.Number distance ? distance.Value
            : near.GetValueOrDefault("certainty") is QueryValue.Number certainty ? 2 * (1 - certainty.Value) : double.MaxValue;
        var found = new List<Found>();
        foreach (var stored in objects.Where(stored => stored.Vector is not null))
        {
            if (stored.Vector!.Length != query.Length)
                throw new QueryException($"explorer: get class: vector search: vector lengths don't match: {stored.Vector.Length} vs {query.Length}");
            var cosine = TensorPrimitives.CosineSimilarity(stored.Vector, query);
            found.Add(new(stored, null, float.IsNaN(cosine) ? 1 : 1 - cosine));
        }

        return [.. found.Where(one => one.Distance <= furthest).OrderBy(one => one.Distance)];
    }

    private IEnumerable<StoredObject> Sorted(List<StoredObject> objects)
    {
        if (!_arguments.Has("sort"))
            return objects;
        var sorts = (field.Arguments["sort"] as QueryValue.Many)?.Values ?? [field.Arguments["sort"]];
        IOrderedEnumerable<StoredObject>? sorted = null;
        foreach (var sort in sorts.Cast<QueryValue.Fields>())
        {
            var path = FieldArguments.Texts(sort.Values["path"], "path")[0];
            if (!collection.Properties.ContainsKey(path) && path != "_id")
                throw new QueryException($"no such prop with name '{path}' found in class '{collection.Name}' in the schema");
            var isDescending = sort.Values.GetValueOrDefault("order") switch
            {
                null or QueryValue.Name { Value: "asc" } => false,
                QueryValue.Name { Value: "desc" } => true,
                _ => throw FieldArguments.Wrong("order", "enum"),
            };
            string Key(StoredObject stored) => path == "_id" ? stored.Id.ToString() : stored.Properties[path]?.ToString() ?? "";
            sorted = (sorted, isDescending) switch
            {
                (null, false) => objects.OrderBy(Key, StringComparer.Ordinal),
                (null, true) => objects.OrderByDescending(Key, StringComparer.Ordinal),
                (_, false) => sorted.ThenBy(Key, StringComparer.Ordinal),
                _ => sorted.ThenByDescending(Key, StringComparer.Ordinal),
            };
        }

        return sorted!;
    }

    private JsonArray Groups(IEnumerable<Found> ranked, IReadOnlyDictionary<string, QueryValue> groupBy)
    {
        if (!_arguments.Has("bm25") && !_arguments.Has("nearVector"))
            throw new QueryException("groupBy works with search operators only");
        var path = FieldArguments.Texts(groupBy["path"], "path") is [var only] ? only : throw new QueryException("groupBy path is limited to one property");
        var (groups, perGroup) = ((int)((QueryValue.Number)groupBy["groups"]).Value, (int)((QueryValue.Number)groupBy["objectsPerGroup"]).Value);
        var number = 0;
        return new([.. ranked.GroupBy(found => found.Stored.Properties[path]?.ToString()).Take(groups)
            .Select(group => Show(group.First(), field.Selections, new(number++, path, group.Key, [.. group.Take(perGroup)])))]);
    }

    private JsonObject Show(Found found, IReadOnlyList<QueryField> selections, Group? group)
    {
        var shown = new JsonObject();
        foreach (var selection in selections)
        {
            if (selection.Name == "_additional")
                shown["_additional"] = Additional(found, selection.Selections, group);
            else if (collection.Properties.ContainsKey(selection.Name))
                shown[selection.Name] = found.Stored.Properties[selection.Name]?.DeepClone();
            else
                throw new QueryException($"Cannot query field \"{selection.Name}\" on type \"{collection.Name}\".");
        }

        return shown.Count > 0 ? shown : throw new QueryException($"Field \"{collection.Name}\" of type \"[{collection.Name}]\" must have a sub selection.");
    }

    private JsonObject Additional(Found found, IReadOnlyList<QueryField> selections, Group? group)
    {
        var shown = new JsonObject();
        foreach (var selection in selections)
        {
            shown[selection.Name] = selection.Name switch
            {
                "id" => found.Stored.Id.ToString(),
                // As text, as in the documentation's examples.
                "score" => found.Score?.ToString("R", CultureInfo.InvariantCulture) ?? "0",
                "distance" => found.Distance is { } distance ? JsonValue.Create(distance) : null,
                "certainty" => found.Distance is { } distance ? JsonValue.Create(1 - distance / 2) : null,
                "vector" => new JsonArray([.. (found.Stored.Vector ?? []).Select(value => JsonValue.Create(value))]),
                "group" when group is not null => Describe(group, selection.Selections),
                _ => throw new QueryException($"Cannot query field \"{selection.Name}\" on type \"{collection.Name}AdditionalProps\"."),
            };
        }

        return shown;
    }

    private JsonObject Describe(Group group, IReadOnlyList<QueryField> selections)
    {
        var shown = new JsonObject();
        foreach (var selection in selections)
        {
            shown[selection.Name] = selection.Name switch
            {
                "id" => group.Number,
                "groupedBy" => new JsonObject { ["value"] = group.Value, ["path"] = new JsonArray(group.Path) },
                "count" => group.Hits.Count,
                "minDistance" => group.Hits.Min(hit => hit.Distance),
                "maxDistance" => group.Hits.Max(hit => hit.Distance),
                "hits" => new JsonArray([.. group.Hits.Select(hit => Show(hit, selection.Selections, null))]),
                _ => throw new QueryException($"Cannot query field \"{selection.Name}\" on type \"{collection.Name}AdditionalGroup\"."),
            };
        }

        return shown;
    }

    private sealed record Found(StoredObject Stored, float? Score, float? Distance);

    private sealed record Group(int Number, string Path, string? Value, IReadOnlyList<Found> Hits);
}
