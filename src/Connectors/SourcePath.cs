namespace ScaiDrive.Connectors;

/// <summary>Paths inside a source: parts separated by <c>/</c>, no leading slash, the root is the empty string.</summary>
public static class SourcePath
{
    /// <summary>The path of an entry of a directory.</summary>
    public static string Combine(string directory, string name) => string.IsNullOrEmpty(directory) ? name : $"{directory}/{name}";

    /// <summary>Everything before the last part; empty for an entry of the root.</summary>
    public static string DirectoryOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    /// <summary>The last part.</summary>
    public static string NameOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path[(path.LastIndexOf('/') + 1)..];
    }

    /// <summary>The parts; none for the root.</summary>
    public static string[] Parts(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? [] : path.Split('/');
    }

    /// <summary>Whether a path is the directory itself or lies below it.</summary>
    public static bool IsAtOrBelow(string path, string directory)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(directory);
        return directory.Length == 0
            || (path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/'));
    }

    /// <summary>Orders names by their UTF-8 bytes, as PostgreSQL does under collation C.</summary>
    /// <remarks>UTF-16 order differs from it in one place: surrogates sort before U+E000..U+FFFF, yet stand for larger code points.</remarks>
    public static int CompareNames(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            var (a, b) = (left[i], right[i]);
            if (a == b)
                continue;
            if (char.IsSurrogate(a) != char.IsSurrogate(b))
                return char.IsSurrogate(a) ? (b >= '\uE000' ? 1 : a - b) : (a >= '\uE000' ? -1 : a - b);
            return a - b;
        }

        return left.Length - right.Length;
    }

    /// <summary>A name for a file that is being written to a source. Such names are never mirrored.</summary>
    public static string TemporaryName() => $"{TemporaryStart}{Guid.NewGuid():N}{TemporaryEnd}";

    /// <summary>Whether a name was made by <see cref="TemporaryName"/>.</summary>
    public static bool IsTemporary(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(TemporaryStart, StringComparison.Ordinal) && name.EndsWith(TemporaryEnd, StringComparison.Ordinal);
    }

    private const string TemporaryStart = ".scaidrive-";
    private const string TemporaryEnd = ".tmp";
}
