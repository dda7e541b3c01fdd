using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors;

/// <summary>Which names a source can hold.</summary>
/// <param name="IgnoresCase">Two names that differ only in case are the same entry.</param>
/// <param name="IsWindows">Reserved names, characters and trailing dots or spaces of Windows are refused.</param>
/// <param name="MaxNameLength">Longest name, in UTF-16 units for Windows, in bytes of UTF-8 otherwise.</param>
/// <param name="MaxPathLength">Longest path from the root, in the same units.</param>
public sealed record NameRules(bool IgnoresCase, bool IsWindows, int MaxNameLength, int MaxPathLength)
{
    // Names of devices, with any ending: Microsoft, "Naming Files, Paths, and Namespaces". The superscript digits count as digits.
    private static readonly HashSet<string> Reserved = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. "123456789\u00b9\u00b2\u00b3".SelectMany(digit => new[] { $"COM{digit}", $"LPT{digit}" }),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A Linux file system.</summary>
    public static NameRules Posix { get; } = new(IgnoresCase: false, IsWindows: false, MaxNameLength: 255, MaxPathLength: 4_000);

    /// <summary>A share of a Windows server, or of one that behaves so.</summary>
    public static NameRules Windows { get; } = new(IgnoresCase: true, IsWindows: true, MaxNameLength: 255, MaxPathLength: 32_000);

    /// <summary>Why the source cannot hold an entry at a path; null when it can. Only the last name is judged, and the length of the path.</summary>
    public SourceFault? Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = SourcePath.NameOf(path);
        var reason =
            SourcePath.IsTemporary(name) ? "is one that is used while files are written"
            : Length(name) > MaxNameLength ? string.Create(CultureInfo.InvariantCulture, $"is longer than {MaxNameLength}")
            : Length(path) > MaxPathLength ? string.Create(CultureInfo.InvariantCulture, $"makes a path longer than {MaxPathLength}")
            : IsWindows ? WindowsReason(name)
            : null;
        return reason is null ? null : new SourceFault(ProblemCodes.NameNotAllowed, $"The name {reason}.");
    }

    /// <summary>Equal for two names that the source, or the share, takes for the same.</summary>
    public string Fold(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var normal = name.Normalize(NormalizationForm.FormC);
        return IgnoresCase ? normal.ToUpperInvariant() : normal;
    }

    private int Length(string text) => IsWindows ? text.Length : Encoding.UTF8.GetByteCount(text);

    private static string? WindowsReason(string name)
    {
        var stem = name.Split('.')[0].TrimEnd(' ');
        if (Reserved.Contains(stem))
            return $"is that of a device ({stem.ToUpperInvariant()})";
        if (name[^1] is '.' or ' ')
            return "ends in a dot or a space";
        foreach (var sign in name)
        {
            if (sign < ' ')
                return string.Create(CultureInfo.InvariantCulture, $"has the control character {(int)sign}");
            if (sign is '<' or '>' or ':' or '"' or '\\' or '|' or '?' or '*')
                return $"has the character {sign}";
        }

        return null;
    }
}
