using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScaiDrive.Tests.Weaviate.Http;

namespace ScaiDrive.Tests.Weaviate.Schema;

/// <summary>Checks the definition of a collection against the published fields and values.</summary>
internal static partial class ClassRules
{
    private static readonly string[] DataTypes =
    [
        "text", "text[]", "int", "int[]", "number", "number[]", "boolean", "boolean[]", "date", "date[]", "uuid", "uuid[]", "blob",
        "geoCoordinates", "phoneNumber", "object", "object[]",
    ];

    private static readonly string[] Tokenizations = ["word", "lowercase", "whitespace", "field", "trigram", "gse"];

    internal static JsonObject Check(JsonNode body)
    {
        var definition = Answers.Documented(
            body, "class", "class", "description", "vectorizer", "vectorIndexType", "vectorIndexConfig", "multiTenancyConfig", "invertedIndexConfig",
            "properties", "moduleConfig", "replicationConfig", "shardingConfig", "vectorConfig");
        var name = (string?)definition["class"] ?? "";
        if (!ClassName().IsMatch(name))
            throw new RefusedException(422, $"'{name}' is not a valid class name");
        CheckVectors(definition);
        CheckIndex(definition);
        Answers.Documented(definition["multiTenancyConfig"] ?? new JsonObject(), "multiTenancyConfig", "enabled", "autoTenantCreation", "autoTenantActivation");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in PropertiesOf(definition))
        {
            if (!seen.Add(property.Name))
                throw new RefusedException(422, $"class \"{name}\": conflict for property \"{property.Name}\": already in use or provided multiple times");
        }

        return definition;
    }

    internal static IReadOnlyList<PropertyType> PropertiesOf(JsonObject definition) =>
        [.. (definition["properties"] as JsonArray ?? []).Select(property => Property((string)definition["class"]!, property))];

    private static PropertyType Property(string className, JsonNode? node)
    {
        var property = Answers.Documented(
            node, "property", "name", "description", "dataType", "tokenization", "indexFilterable", "indexSearchable", "moduleConfig", "nestedProperties");
        var name = (string?)property["name"] ?? "";
        if (!PropertyName().IsMatch(name) || name is "_additional" or "id" or "_id")
            throw new RefusedException(422, $"'{name}' is not a valid property name. Property names in Weaviate are restricted to valid GraphQL names, which must be “/[_A-Za-z][_0-9A-Za-z]*/”.");
        if (property["dataType"] is not JsonArray { Count: 1 } types || !DataTypes.Contains((string?)types[0]))
            throw new RefusedException(422, $"property '{name}': invalid dataType: {property["dataType"]?.ToJsonString()}: unknown primitive data type");
        var type = (string)types[0]!;
        var isText = type is "text" or "text[]";
        var tokenization = (string?)property["tokenization"];
        if (tokenization is not null && !isText)
            throw new RefusedException(422, $"Tokenization is not allowed for data type '{type}'");
        if (tokenization is not null && !Tokenizations.Contains(tokenization))
            throw new RefusedException(422, $"Tokenization '{tokenization}' is not allowed for data type '{type}'");
        if ((bool?)property["indexSearchable"] == true && !isText)
            throw new RefusedException(422, "`indexSearchable` is allowed only for text/text[] data types. For other data types set false or leave empty");
        return new(
            name, type, isText ? tokenization ?? "word" : null, (bool?)property["indexFilterable"] ?? true,
            isText && ((bool?)property["indexSearchable"] ?? true));
    }

    private static void CheckVectors(JsonObject definition)
    {
        if ((string?)definition["vectorizer"] is not (null or "none"))
            throw new RefusedException(422, $"vectorizer: invalid vectorizer \"{definition["vectorizer"]}\"");
        if ((string?)definition["vectorIndexType"] is not (null or "hnsw" or "flat" or "dynamic"))
            throw new RefusedException(422, $"unrecognized or unsupported vectorIndexType \"{definition["vectorIndexType"]}\"");
        var config = Answers.Documented(
            definition["vectorIndexConfig"] ?? new JsonObject(), "vectorIndexConfig", "distance", "skip", "ef", "efConstruction", "maxConnections",
            "dynamicEfMin", "dynamicEfMax", "dynamicEfFactor", "vectorCacheMaxObjects", "flatSearchCutoff", "cleanupIntervalSeconds", "pq", "bq", "sq");
        if ((string?)config["distance"] is not (null or "cosine" or "dot" or "l2-squared" or "hamming" or "manhattan"))
            throw new RefusedException(422, $"distance must be one of [cosine, dot, l2-squared, manhattan, hamming], got {config["distance"]}");
        if (config["skip"] is { } skip && skip.GetValueKind() is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False))
            throw new RefusedException(422, "skip must be a boolean");
    }

    private static void CheckIndex(JsonObject definition)
    {
        var config = Answers.Documented(
            definition["invertedIndexConfig"] ?? new JsonObject(), "invertedIndexConfig", "bm25", "stopwords", "indexTimestamps", "indexNullState",
            "indexPropertyLength", "cleanupIntervalSeconds");
        Answers.Documented(config["bm25"] ?? new JsonObject(), "bm25", "k1", "b");
        var stopwords = Answers.Documented(config["stopwords"] ?? new JsonObject(), "stopwords", "preset", "additions", "removals");
        if ((string?)stopwords["preset"] is not (null or "en" or "none"))
            throw new RefusedException(422, $"stopwordPreset '{stopwords["preset"]}' does not exist");
    }

    [GeneratedRegex("^[A-Z][_0-9A-Za-z]{0,254}$")]
    private static partial Regex ClassName();

    [GeneratedRegex("^[_A-Za-z][_0-9A-Za-z]{0,230}$")]
    private static partial Regex PropertyName();
}
