using System.Text;
using System.Text.RegularExpressions;

namespace ScaiDrive.Connectors.Filtering;

/// <summary>Decides by path which entries of a source are mirrored.</summary>
/// <remarks>
/// <para>A pattern without a slash is compared with the name alone, at any depth (<c>*.pdf</c>, <c>~$*</c>). One with a slash is compared with the
/// whole path from the root of the source (<c>2024/*.pdf</c>, <c>archive/**</c>, <c>**/build/*.o</c>). <c>*</c> and <c>?</c> stay within one name,
/// <c>**</c> crosses directories, a trailing slash (<c>cache/</c>) means directories only, a leading one ties a pattern to the root.
/// Everything else is literal.</para>
/// <para>An excluded directory is left out with all below. Includes choose among files; directories are always entered.</para>
/// </remarks>
public sealed class PathFilter
{
    /// <summary>What a new connector leaves out: lock files of office programs and what file browsers leave behind.</summary>
    public static IReadOnlyList<string> DefaultExcludes { get; } = ["~$*", "Thumbs.db", ".DS_Store", "desktop.ini"];

    private readonly Pattern[] includes;
    private readonly Pattern[] excludes;

    /// <summary>Reads the patterns.</summary>
    /// <param name="includePatterns">Only files that match one; empty is all files.</param>
    /// <param name="excludePatterns">Not what matches one; wins over includes.</param>
    /// <param name="ignoreCase">Whether <c>*.PDF</c> and <c>*.pdf</c> are the same.</param>
    /// <exception cref="ConnectorException">A pattern is empty or has nothing but slashes.</exception>
    public PathFilter(IReadOnlyList<string> includePatterns, IReadOnlyList<string> excludePatterns, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(includePatterns);
        ArgumentNullException.ThrowIfNull(excludePatterns);
        includes = [.. includePatterns.Select(pattern => Pattern.Read(pattern, ignoreCase))];
        excludes = [.. excludePatterns.Select(pattern => Pattern.Read(pattern, ignoreCase))];
    }

    /// <summary>Whether some files are left out because they match no include pattern.</summary>
    public bool HasIncludes => includes.Length > 0;

    /// <summary>Whether an entry is mirrored, its directory taken for granted.</summary>
    public bool Admits(string path, bool isDirectory)
    {
        ArgumentNullException.ThrowIfNull(path);
        return !excludes.Any(pattern => pattern.Matches(path, isDirectory))
            && (isDirectory || includes.Length == 0 || includes.Any(pattern => pattern.Matches(path, isDirectory)));
    }

    /// <summary>Whether an entry is mirrored, with every directory above it.</summary>
    public bool AdmitsWithParents(string path, bool isDirectory)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (!Admits(path[..slash], isDirectory: true))
                return false;
        }

        return Admits(path, isDirectory);
    }

    /// <summary>Why a file is not mirrored: the exclude pattern, and the file or directory above it that it fits.</summary>
    /// <returns>Null when it is mirrored. <see cref="PathExclusion.Pattern"/> is null when it fits none of the include patterns.</returns>
    public PathExclusion? FindExclusion(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (excludes.FirstOrDefault(pattern => pattern.Matches(path[..slash], isDirectory: true)) is { } above)
                return new(above.Text, path[..slash]);
        }

        return excludes.FirstOrDefault(pattern => pattern.Matches(path, isDirectory: false)) is { } own ? new(own.Text, path)
            : Admits(path, isDirectory: false) ? null
            : new(null, path);
    }

    private sealed record Pattern(string Text, Regex Expression, bool NameOnly, bool DirectoriesOnly)
    {
        internal bool Matches(string path, bool isDirectory) =>
            (isDirectory || !DirectoriesOnly) && Expression.IsMatch(NameOnly ? SourcePath.NameOf(path) : path);

        internal static Pattern Read(string text, bool ignoreCase)
        {
            var directoriesOnly = text.EndsWith('/');
            var anchored = text.StartsWith('/');
            var body = text.Trim('/').Normalize(NormalizationForm.FormC);
            if (body.Length == 0)
                throw new ConnectorException(ConnectorCodes.InvalidSettings, $"The pattern '{text}' is empty. Examples: *.pdf, archive/**, cache/.");

            // NonBacktracking: patterns come from people, and its time is linear in the path whatever they write.
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline | (ignoreCase ? RegexOptions.IgnoreCase : 0);
            return new Pattern(text, new Regex($@"\A{Translate(body)}\z", options), NameOnly: !anchored && !body.Contains('/', StringComparison.Ordinal), directoriesOnly);
        }

        private static string Translate(string body)
        {
            var expression = new StringBuilder();
            for (var i = 0; i < body.Length; i++)
            {
                var rest = body.AsSpan(i);
                if (rest.StartsWith("**/"))
                {
                    expression.Append("(?:.*/)?");
                    i += 2;
                }
                else if (rest.StartsWith("**"))
                {
                    expression.Append(".*");
                    i++;
                }
                else
                {
                    expression.Append(body[i] switch
                    {
                        '*' => "[^/]*",
                        '?' => "[^/]",
                        _ => Regex.Escape(body[i].ToString()),
                    });
                }
            }

            return expression.ToString();
        }
    }
}

/// <summary>Why a file is not mirrored.</summary>
/// <param name="Pattern">The exclude pattern that it fits; null when it fits none of the include patterns.</param>
/// <param name="Path">The file, or the directory above it that the pattern fits.</param>
public sealed record PathExclusion(string? Pattern, string Path);
