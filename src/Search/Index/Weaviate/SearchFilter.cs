using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The filters of a request as a condition. The same properties stand on files and on chunks.</summary>
/// <param name="IsEmpty">Nothing can pass.</param>
/// <param name="Condition">Null: everything passes.</param>
internal sealed record SearchFilter(bool IsEmpty, Where? Condition)
{
    /// <summary>More passes than may be found: what is found has to be looked through.</summary>
    internal bool IsRough { get; private init; }

    private static readonly SearchFilter Nothing = new(true, null);

    /// <summary>The filter together with another condition.</summary>
    internal Where And(Where other) => Condition is null ? other : Where.All(Condition, other);

    /// <summary>The filters of a request.</summary>
    internal static SearchFilter Of(SearchRequest request)
    {
        var conditions = new List<Where>();
        if (request.ShareId is { } share)
        {
            if (request.AllowedShares?.Contains(share) == false)
                return Nothing;
            conditions.Add(Where.Equal("shareId", share));
        }

        var rights = RightsFilter.Of(request);
        if (rights.IsEmpty)
            return Nothing;
        if (rights.Condition is { } readable)
            conditions.Add(readable);
        if (request.AllowedAcls is { } acls)
            conditions.Add(Where.ContainsAny("aclId", [FileObject.NoAcl, .. acls.Order().Select(FileObject.AclId)]));
        if (request.MimeTypes.Count > 0 && !request.MimeTypes.Any(IsAnything))
            conditions.Add(Where.Any(request.MimeTypes.Select(MimeType)));
        if (request.ModifiedFrom is { } from)
            conditions.Add(Where.NotBefore("modifiedAt", from));
        if (request.ModifiedTo is { } to)
            conditions.Add(Where.Before("modifiedAt", to));
        if (request.FolderId is { } folder)
            conditions.Add(Inside(request, folder));
        if (request.PathPrefix is { Length: > 0 } prefix)
            conditions.Add(Under(prefix.StartsWith('/') ? prefix : "/" + prefix));
        return new(false, conditions.Count == 0 ? null : Where.All(conditions)) { IsRough = rights.IsRough };
    }

    /// <summary>A type as it is stored: lower case, without parameters.</summary>
    internal static string StoredType(string mimeType) =>
        mimeType.Split(';')[0].Trim() is { Length: > 0 } type ? PlainText.Encode(type.ToLowerInvariant()) : "-";

    private static bool IsAnything(string pattern) => pattern.Trim() is "*" or "*/*";

    private static Where MimeType(string pattern)
    {
        var wanted = pattern.Trim().ToLowerInvariant();
        return wanted.EndsWith("/*", StringComparison.Ordinal)
            ? Where.Like("mimeType", PlainText.Encode(wanted[..^1]) + "*")
            : Where.Equal("mimeType", PlainText.Encode(wanted));
    }

    private static Where Inside(SearchRequest request, string folder)
    {
        var inside = Where.Equal("folderId", folder);
        return request is { Recursive: true, FolderPath: { } path, FolderShareId: { } share }
            ? Where.Any(inside, Where.All(Under(path.EndsWith('/') ? path : path + "/"), Where.Equal("shareId", share)))
            : inside;
    }

    private static Where Under(string prefix) => Where.Like("path", PlainText.Encode(prefix) + "*");
}
