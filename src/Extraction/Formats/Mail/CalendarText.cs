using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>What people see of an invitation or a visiting card (iCalendar, RFC 5545; vCard, RFC 6350): one line for each property that is meant for them.</summary>
internal static class CalendarText
{
    private static readonly Dictionary<string, string> Shown = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SUMMARY"] = "",
        ["DTSTART"] = "Start: ",
        ["DTEND"] = "End: ",
        ["DUE"] = "Due: ",
        ["LOCATION"] = "Location: ",
        ["DESCRIPTION"] = "",
        ["ORGANIZER"] = "Organizer: ",
        ["ATTENDEE"] = "Attendee: ",
        ["COMMENT"] = "",
        ["CATEGORIES"] = "Categories: ",
        ["CONTACT"] = "Contact: ",
        ["RESOURCES"] = "Resources: ",
        ["URL"] = "",
        ["FN"] = "",
        ["N"] = "",
        ["NICKNAME"] = "",
        ["ORG"] = "",
        ["TITLE"] = "",
        ["ROLE"] = "",
        ["TEL"] = "Telephone: ",
        ["EMAIL"] = "Email: ",
        ["ADR"] = "Address: ",
        ["LABEL"] = "",
        ["NOTE"] = "",
        ["BDAY"] = "Birthday: ",
        ["IMPP"] = "",
    };

    /// <summary>A file of its own: appointments or cards of a program.</summary>
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var page = new PageText();
        Append(PlainTextReader.ReadText(document, pages), page);
        pages.Add(page);
        return ReadResult.TextOnly;
    }

    internal static void Append(string text, PageText page)
    {
        page.EndLine();
        foreach (var line in Unfolded(text))
        {
            var colon = Colon(line);
            if (colon <= 0)
                continue;
            var parameters = line[..colon].Split(';');
            // "item1.TEL": a group may stand before the name.
            var name = parameters[0][(parameters[0].LastIndexOf('.') + 1)..];
            if (!Shown.TryGetValue(name, out var label))
                continue;
            var value = Value(line[(colon + 1)..], parameters);
            var common = parameters.FirstOrDefault(static parameter => parameter.StartsWith("CN=", StringComparison.OrdinalIgnoreCase))?[3..].Trim('"');
            if (value.Length > 0)
                page.AppendLine(string.IsNullOrEmpty(common) ? label + value : $"{label}{common} {value}");
        }
    }

    private static string Value(string raw, string[] parameters)
    {
        var value = new StringBuilder();
        if (Array.Exists(parameters, static parameter => parameter.EndsWith("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase)))
        {
            var charset = parameters.FirstOrDefault(static parameter => parameter.StartsWith("CHARSET=", StringComparison.OrdinalIgnoreCase))?["CHARSET=".Length..];
            using var decoded = new StreamReader(
                new QuotedPrintableStream(new MemoryStream(Encoding.UTF8.GetBytes(raw))), CodePages.Find(charset ?? "utf-8") ?? Encoding.UTF8);
            raw = decoded.ReadToEnd();
        }
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\\' && i + 1 < raw.Length)
                value.Append(raw[++i] is 'n' or 'N' ? '\n' : raw[i]);
            else
                value.Append(raw[i] == ';' ? ' ' : raw[i]);
        }
        return value.ToString().Trim();
    }

    // A colon inside quotes belongs to a parameter.
    private static int Colon(string line)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ':' && !quoted)
                return i;
        }
        return -1;
    }

    private static IEnumerable<string> Unfolded(string text)
    {
        var line = new StringBuilder();
        var isEncoded = false;
        foreach (var piece in text.Split('\n'))
        {
            var part = piece.TrimEnd('\r');
            // vCard 2.1 goes on after the soft line break of an encoded value; the others after a blank.
            var isSoft = line.Length > 0 && line[^1] == '=' && isEncoded;
            if (isSoft || part is [' ' or '\t', ..])
            {
                isEncoded |= SaysEncoded(part);
                line.Length -= isSoft ? 1 : 0;
                line.Append(isSoft ? part : part.AsSpan(1));
                continue;
            }
            yield return line.ToString();
            line.Clear().Append(part);
            isEncoded = SaysEncoded(part);
        }
        yield return line.ToString();

        static bool SaysEncoded(string part) => part.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase);
    }
}
