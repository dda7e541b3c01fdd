using System.Text;

namespace ScaiDrive.Drive;

/// <summary>The rules for names of shares, folders and files.</summary>
/// <remarks>Names are kept in Unicode NFC, so that the same name typed on a Mac (which decomposes) and elsewhere is one
/// name. Case matters.</remarks>
public static class ItemName
{
    /// <summary>As in most file systems, so that what is stored here can be synced to them.</summary>
    public const int MaxBytes = 255;

    /// <summary>The name as it is stored.</summary>
    /// <exception cref="InvalidNameException">Empty, <c>.</c>, <c>..</c>, with a slash or a NUL in it, not valid Unicode, or longer than
    /// <see cref="MaxBytes"/> in UTF-8.</exception>
    public static string Normalize(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is "" or "." or "..")
            throw new InvalidNameException(name, "must not be empty, '.' or '..'");
        if (name.AsSpan().ContainsAny('/', '\0'))
            throw new InvalidNameException(name, "must not contain a slash or a NUL character");
        string normal;
        try
        {
            normal = name.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair: neither UTF-8 nor PostgreSQL can hold it.
            throw new InvalidNameException(name, "must be valid Unicode");
        }

        if (Encoding.UTF8.GetByteCount(normal) > MaxBytes)
            throw new InvalidNameException(name, "must not be longer than 255 bytes in UTF-8");
        return normal;
    }
}

/// <summary>The rules for paths inside a share: <c>/a/b.txt</c>, and <c>/</c> for the root.</summary>
public static class ItemPath
{
    /// <summary>Longest path of a folder in UTF-8; about what Windows allows.</summary>
    public const int MaxBytes = 32768;

    /// <summary>The names on the way from the root; empty for the root itself. One slash at each end is optional.</summary>
    /// <exception cref="InvalidNameException">One of the names is invalid; an empty one between two slashes too.</exception>
    public static string[] Split(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path is "" or "/")
            return [];
        var first = path.StartsWith('/') ? 1 : 0;
        var end = path.Length > first && path.EndsWith('/') ? path.Length - 1 : path.Length;
        return [.. path[first..end].Split('/').Select(ItemName.Normalize)];
    }

    /// <exception cref="PathTooLongException">The path of the folder would be longer than <see cref="MaxBytes"/>.</exception>
    internal static string OfFolder(string? parentPath, string name)
    {
        var path = OfFile(parentPath, name);
        return Encoding.UTF8.GetByteCount(path) <= MaxBytes ? path : throw new PathTooLongException();
    }

    internal static string OfFile(string? parentPath, string name) => $"{parentPath}/{name}";
}
