namespace ScaiDrive.Search.Query;

/// <summary>MIME types with wildcards: <c>*</c>, <c>*/*</c>, <c>image/*</c>, <c>application/pdf</c>. Case does not matter.</summary>
internal static class MimePattern
{
    /// <summary>Whether a type, its parameters left aside, fits a pattern.</summary>
    internal static bool Matches(string pattern, string mimeType)
    {
        var type = mimeType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var parameters)
            type = type[..parameters];
        type = type.Trim();
        var wanted = pattern.AsSpan().Trim();
        if (wanted is "*" or "*/*")
            return true;
        return wanted.EndsWith("/*")
            ? type.StartsWith(wanted[..^1], StringComparison.OrdinalIgnoreCase)
            : type.Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }
}
