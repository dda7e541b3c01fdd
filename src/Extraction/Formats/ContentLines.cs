using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Calendars and contacts (RFC 5545, RFC 6350 and vCard 2.1): lines that are folded, escaped and sometimes encoded, made readable.</summary>
internal static class ContentLines
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var page = new PageText();
        foreach (var line in Unfold(PlainTextReader.ReadText(document, pages)))
        {
            Append(line, page);
            pages.Progress();
        }
        pages.Add(page);
        return ReadResult.TextOnly;
    }

    // A line that begins with a blank goes on the one before (RFC 5545, 3.1); so does, in vCard 2.1, what follows a soft line break.
    private static IEnumerable<string> Unfold(string text)
    {
        var line = new StringBuilder();
        var encoded = false;
        foreach (var part in text.Split('\n'))
        {
            var next = part.TrimEnd('\r');
            if (encoded && line.Length > 0 && line[^1] == '=')
            {
                line.Length--;
            }
            else if (next is [' ' or '\t', ..])
            {
                next = next[1..];
            }
            else
            {
                yield return line.ToString();
                line.Clear();
                encoded = next.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase);
            }
            line.Append(next);
        }
        yield return line.ToString();
    }

    private static void Append(string line, PageText page)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            page.AppendLine(line);
            return;
        }
        var (name, value) = (line[..colon], line[(colon + 1)..]);
        if (name.Contains("ENCODING=B", StringComparison.OrdinalIgnoreCase) || value.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return; // pictures and keys
        if (name.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase))
            value = QuotedPrintable(value, name);
        var plain = new StringBuilder(name).Append(": ");
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                plain.Append(value[++i] is 'n' or 'N' ? '\n' : value[i]);
            else
                plain.Append(value[i] == ';' ? ' ' : value[i]);
        }
        page.AppendLine(plain.ToString());
    }

    private static string QuotedPrintable(string value, string name)
    {
        var bytes = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '=' && i + 2 < value.Length && byte.TryParse(value.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, null, out var code))
            {
                bytes.Add(code);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([value[i]]));
            }
        }
        var at = name.IndexOf("CHARSET=", StringComparison.OrdinalIgnoreCase);
        var charset = at < 0 ? "" : name[(at + "CHARSET=".Length)..].Split(';')[0];
        return (CodePages.Find(charset) ?? Encoding.UTF8).GetString([.. bytes]);
    }
}
