using System.Globalization;
using System.Text.Json.Nodes;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Makes the objects of a file, and compares what is stored of it.</summary>
internal static class FileObject
{
    /// <summary>The properties that <see cref="KnownFile"/> reads.</summary>
    internal const string KnownFields = "fileId revision models language shareId folderId path mimeType modifiedAt aclId";

    /// <summary>Stands for the root of a share.</summary>
    internal const string NoFolder = "-";

    private const string NoLanguage = "-";

    /// <summary>Stands for a file that no list of its source restricts.</summary>
    internal const string NoAcl = "-";

    internal static JsonObject Of(string tenantId, FeedFile file, FeedContent content, IEnumerable<string> collections, TextStems stems)
    {
        var text = IndexedWords.OfContent(content, stems);
        var properties = Renamed(file.File, content.Language, stems);
        properties["content"] = text.Tokens;
        properties["contentPairs"] = text.Pairs;
        properties["contentForms"] = text.Forms;
        properties["models"] = new JsonArray([.. collections.Select(collection => JsonValue.Create(collection))]);
        properties["revision"] = Revision(content.Revision);
        properties["language"] = content.Language ?? NoLanguage;
        return Object(Collections.Files, tenantId, ObjectId.OfFile(tenantId, file.File.FileId), properties);
    }

    internal static JsonObject OfChunk(string collection, string tenantId, FeedFile file, long revision, int chunkIndex, float[] vector)
    {
        var properties = FiltersOf(file.File);
        properties["chunkIndex"] = chunkIndex;
        properties["revision"] = Revision(revision);
        var chunk = Object(collection, tenantId, ObjectId.OfChunk(tenantId, file.File.FileId, chunkIndex, collection), properties);
        chunk["vector"] = new JsonArray([.. vector.Select(value => JsonValue.Create(value))]);
        return chunk;
    }

    /// <summary>What a rename changes in the file's own object.</summary>
    internal static JsonObject Renamed(IndexedFile file, string? language, TextStems stems)
    {
        var name = IndexedWords.OfName(file.Name, language, stems);
        var properties = FiltersOf(file);
        properties["name"] = name.Tokens;
        properties["namePairs"] = name.Pairs;
        properties["nameForms"] = name.Forms;
        properties["nameKey"] = KeyOf(NameKey.Of(file.Name));
        properties["titleKey"] = KeyOf(NameKey.OfTitle(file.Name));
        return properties;
    }

    private static string KeyOf(string key) => key.Length > 0 ? key : "-";

    internal static JsonObject FiltersOf(IndexedFile file) => new()
    {
        ["fileId"] = file.FileId,
        ["shareId"] = file.ShareId,
        // A patch must be able to take a folder away, and nothing is not a value that can be indexed.
        ["folderId"] = file.FolderId ?? NoFolder,
        ["path"] = PlainText.Encode(file.Path),
        ["mimeType"] = SearchFilter.StoredType(file.MimeType),
        ["modifiedAt"] = Rfc3339.Of(file.ModifiedAt),
        ["aclId"] = file.AclId is { } acl ? AclId(acl) : NoAcl,
    };

    internal static string AclId(long acl) => acl.ToString(CultureInfo.InvariantCulture);

    internal static string Revision(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    internal static JsonObject Object(string collection, string tenantId, Guid id, JsonObject properties) => new()
    {
        ["class"] = collection,
        ["id"] = id.ToString(),
        ["tenant"] = Collections.TenantOf(tenantId),
        ["properties"] = properties,
    };
}

/// <summary>What Weaviate holds of a file.</summary>
internal sealed record KnownFile(string Revision, IReadOnlyList<string> Collections, JsonObject Properties)
{
    /// <summary>The language its words were stemmed by.</summary>
    internal string? Language => (string?)Properties["language"] is { } language and not "-" ? language : null;

    internal static KnownFile Of(JsonObject found) => new(
        (string?)found["revision"] ?? "", [.. (found["models"] as JsonArray ?? []).Select(model => (string)model!)], found);

    /// <summary>Whether filters would judge the file as it is now. Its name is the end of its path.</summary>
    internal bool HasPlaceOf(IndexedFile file)
    {
        var wanted = FileObject.FiltersOf(file);
        return wanted.All(property => property.Key == "modifiedAt"
            ? DateTimeOffset.TryParse((string?)Properties[property.Key], CultureInfo.InvariantCulture, out var stored)
                && Rfc3339.Of(stored) == (string?)property.Value
            : ((string?)Properties[property.Key] ?? "") == (string?)property.Value);
    }
}
