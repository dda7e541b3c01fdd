using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Names and definitions of the collections. Objects carry what is searched and filtered, not what is shown.</summary>
internal static class Collections
{
    /// <summary>To be raised with a definition below, and with what <see cref="IndexedWords"/> makes of a text: everything is then built anew.</summary>
    internal const int SchemaVersion = 2;

    /// <summary>One object per file: its words, and what filters look at.</summary>
    internal const string Files = "ScaiDriveFile";

    /// <summary>One object per tenant: how far its index is.</summary>
    internal const string State = "ScaiDriveIndex";

    /// <summary>Begins the names of the collections of chunks, one per model.</summary>
    internal const string ChunksPrefix = "ScaiDriveChunk_";

    private const int LongestReadablePart = 80;
    private const int LongestTenantName = 64;

    /// <summary>The collection of a model's vectors. Vectors of one length only fit together, so the length is part of the name.</summary>
    internal static string ChunksOf(string model, int dimensions)
    {
        var readable = string.Concat(model.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        if (readable.Length > LongestReadablePart)
            readable = readable[..LongestReadablePart];
        // Two models may read alike; their hashes differ.
        return $"{ChunksPrefix}{readable}_{dimensions}_{Hash(model, 8)}";
    }

    /// <summary>The tenant's name there: 1 to 64 letters, digits, underscores or hyphens.</summary>
    internal static string TenantOf(string tenantId) =>
        tenantId.Length is > 0 and <= LongestTenantName && tenantId.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-')
            ? tenantId
            : "x-" + Hash(tenantId, 40);

    internal static JsonObject Definition(string collection) => collection switch
    {
        Files => Define(collection, Skipped(),
            [
                Words("name"), Words("content"), Compared("namePairs"), Compared("contentPairs"), Compared("nameForms"), Compared("contentForms"),
                Whole("nameKey"), Whole("titleKey"), Whole("models"), Whole("revision"), Kept("language"), .. Filtered(),
            ]),
        State => Define(collection, Skipped(), [Kept("generation"), Kept("schemaVersion"), Kept("cursor"), Kept("builtThrough")]),
        _ => Define(collection, new() { ["distance"] = "cosine" }, [Whole("revision"), Number("chunkIndex"), .. Filtered()]),
    };

    private static JsonObject Define(string collection, JsonObject vectorIndex, JsonObject[] properties) => new()
    {
        ["class"] = collection,
        ["description"] = DescriptionOf(SchemaVersion),
        ["vectorizer"] = "none",
        ["vectorIndexType"] = "hnsw",
        ["vectorIndexConfig"] = vectorIndex,
        ["multiTenancyConfig"] = new JsonObject { ["enabled"] = true },
        // Words are stemmed before they come here; a list of English stop words would meet stems of other languages.
        ["invertedIndexConfig"] = new JsonObject
        {
            ["bm25"] = new JsonObject { ["k1"] = 1.2, ["b"] = 0.75 },
            ["stopwords"] = new JsonObject { ["preset"] = "none" },
        },
        ["properties"] = new JsonArray(properties),
    };

    /// <summary>Which version a collection was made for, from its description; null when it is none of ours.</summary>
    internal static int? VersionIn(string? description) =>
        description is not null && description.StartsWith(DescriptionStart, StringComparison.Ordinal)
        && int.TryParse(description[DescriptionStart.Length..], System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : null;

    private const string DescriptionStart = "ScaiDrive search index, schema ";

    private static string DescriptionOf(int version) => DescriptionStart + version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Skipped() => new() { ["skip"] = true };

    private static JsonObject[] Filtered() =>
        [Whole("fileId"), Whole("shareId"), Whole("folderId"), Whole("path"), Whole("mimeType"), Time("modifiedAt"), Whole("aclId")];

    private static JsonObject Words(string name) => Text(name, "whitespace", filterable: true, searchable: true);

    private static JsonObject Compared(string name) => Text(name, "whitespace", filterable: true, searchable: false);

    private static JsonObject Whole(string name)
    {
        var property = Text(name, "field", filterable: true, searchable: false);
        if (name == "models")
            property["dataType"] = new JsonArray("text[]");
        return property;
    }

    private static JsonObject Kept(string name) => Text(name, "field", filterable: false, searchable: false);

    private static JsonObject Text(string name, string tokenization, bool filterable, bool searchable) => new()
    {
        ["name"] = name,
        ["dataType"] = new JsonArray("text"),
        ["tokenization"] = tokenization,
        ["indexFilterable"] = filterable,
        ["indexSearchable"] = searchable,
    };

    private static JsonObject Number(string name) => new() { ["name"] = name, ["dataType"] = new JsonArray("int"), ["indexFilterable"] = true };

    private static JsonObject Time(string name) => new() { ["name"] = name, ["dataType"] = new JsonArray("date"), ["indexFilterable"] = true };

    private static string Hash(string text, int length) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}
