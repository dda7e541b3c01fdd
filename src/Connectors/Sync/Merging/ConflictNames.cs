using System.Globalization;
using System.Text;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Merging;

/// <summary>Names of what goes on beside the one that has the place: <c>report (conflict 2026-11-23 from SMB).docx</c>.</summary>
internal static class ConflictNames
{
    /// <param name="name">The name that was wanted.</param>
    /// <param name="day">When the conflict was met.</param>
    /// <param name="type">Type of the connector.</param>
    /// <param name="attempt">0 first; the number is told from 2 on, until a name is free.</param>
    internal static string Of(string name, DateTimeOffset day, string type, int attempt)
    {
        var origin = type == ConnectorTypes.Smb ? "SMB" : CultureInfo.InvariantCulture.TextInfo.ToTitleCase(type);
        var number = attempt == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {attempt + 1}");
        var mark = string.Create(CultureInfo.InvariantCulture, $" (conflict {day.UtcDateTime:yyyy-MM-dd} from {origin}{number})");
        // What follows the last dot is an ending only when something stands before it.
        var dot = name.LastIndexOf('.');
        var (stem, ending) = dot > 0 ? (name[..dot], name[dot..]) : (name, "");
        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(mark) + Encoding.UTF8.GetByteCount(ending) > ItemName.MaxBytes)
        {
            if (stem.Length == 0)
                return mark.Trim();
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem + mark + ending;
    }
}
