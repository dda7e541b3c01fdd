using System.Globalization;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>Figures as people read them. Invariant: the page speaks English, whatever the server's locale.</summary>
internal static class Wording
{
    /// <summary>12,345.</summary>
    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>As exact as it matters: "41 s", "3 min 5 s", "23 min", "2 h 10 min", "14 h", "4 d 3 h".</summary>
    internal static string Age(double seconds)
    {
        var age = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.MaxValue.TotalSeconds / 2));
        return age switch
        {
            { TotalSeconds: < 60 } => Say($"{(int)age.TotalSeconds} s"),
            { TotalMinutes: >= 10 and < 60 } => Say($"{age.Minutes} min"),
            { TotalMinutes: < 60 } => Say($"{age.Minutes} min {age.Seconds} s"),
            { TotalHours: >= 10 and < 24 } => Say($"{age.Hours} h"),
            { TotalHours: < 24 } => Say($"{age.Hours} h {age.Minutes} min"),
            _ => Say($"{(int)age.TotalDays} d {age.Hours} h"),
        };
    }

    /// <summary>Decimal units: "812 B", "4.2 kB", "31 MB".</summary>
    internal static string Bytes(long bytes)
    {
        if (bytes < 1000)
            return Say($"{bytes} B");
        double size = bytes;
        string[] units = ["kB", "MB", "GB", "TB"];
        var unit = -1;
        while (size >= 999.5 && unit < units.Length - 1)
            (size, unit) = (size / 1000, unit + 1);
        return size < 9.95 ? Say($"{size:0.0} {units[unit]}") : Say($"{size:0} {units[unit]}");
    }

    /// <summary>2026-03-31.</summary>
    internal static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>0.734.</summary>
    internal static string Score(double score) => score.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>"93%"; never 100% while something is missing.</summary>
    internal static string Share(long part, long whole) => whole == 0 ? "0%" : Say($"{100 * part / whole}%");

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
