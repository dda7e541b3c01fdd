using System.Text;
using System.Text.RegularExpressions;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>The text of a plain body, and the files that old programs wrote right into it.</summary>
internal static partial class PlainBody
{
    private const string PgpStart = "-----BEGIN PGP MESSAGE-----", PgpEnd = "-----END PGP MESSAGE-----";

    /// <summary>What stands in a body beside its text.</summary>
    /// <param name="Name">Name of the file.</param>
    /// <param name="Encoded">Its uuencoded lines; null when it is encrypted.</param>
    internal sealed record Inlay(string Name, string? Encoded);

    /// <summary>The text without its inlays.</summary>
    internal static string Read(string text, HeaderParameters type, bool inMailbox, List<Inlay> inlays)
    {
        if (inMailbox)
            text = Unquoted(text);
        // Space-stuffed lines end in a space that the writer did not write (RFC 3676, DelSp).
        if ("yes".Equals(type["delsp"], StringComparison.OrdinalIgnoreCase) && "flowed".Equals(type["format"], StringComparison.OrdinalIgnoreCase))
            text = text.Replace(" \r\n", "", StringComparison.Ordinal).Replace(" \n", "", StringComparison.Ordinal);
        text = Cut(text, "begin ", IsUuStart, "end", (name, lines) => inlays.Add(new(name, lines)));
        return Cut(text, PgpStart, static line => line == PgpStart ? "PGP message" : null, PgpEnd, (name, _) => inlays.Add(new(name, null)));
    }

    /// <summary>Text between tags of text/enriched and its forerunner text/richtext (RFC 1896); two angle brackets stand for one.</summary>
    internal static string WithoutTags(string text) => Tag().Replace(text.Replace("<<", "\u0001", StringComparison.Ordinal), "").Replace('\u0001', '<');

    // Mailboxes quote lines that look like the start of a message; each writer adds one sign (mboxrd), so one goes.
    private static string Unquoted(string text) => text.Contains(">From ", StringComparison.Ordinal) ? QuotedFrom().Replace(text, "") : text;

    private static string? IsUuStart(string line) => UuStart().Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    private static string Cut(string text, string marker, Func<string, string?> name, string endMarker, Action<string, string> found)
    {
        if (!text.Contains(marker, StringComparison.Ordinal))
            return text;
        var kept = new StringBuilder(text.Length);
        string? inside = null;
        var lines = new StringBuilder();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (inside is null && line.StartsWith(marker, StringComparison.Ordinal) && name(line.TrimEnd().ToString()) is { } started)
                inside = started;
            if (inside is null)
            {
                kept.Append(line).Append('\n');
                continue;
            }
            lines.Append(line).Append('\n');
            if (!line.TrimEnd().SequenceEqual(endMarker))
                continue;
            found(inside, lines.ToString());
            inside = null;
            lines.Clear();
        }
        // What never ends was none.
        return kept.Append(lines).ToString();
    }

    [GeneratedRegex("^begin [0-7]{3,4} (.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex UuStart();

    [GeneratedRegex("^>(?=>*From )", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex QuotedFrom();

    [GeneratedRegex("<[^<>]{1,60}>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
