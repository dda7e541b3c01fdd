using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Comma-separated and like tables (RFC 4180, with the separators people use): a row a line, cells parted by tabs.</summary>
internal static class DelimitedReader
{
    private const int SampleLength = 16 * 1024;

    internal static ReadResult Read(SourceDocument document, PageSink pages, char? separator)
    {
        var text = PlainTextReader.ReadText(document, pages);
        pages.Add(ToRows(text, separator ?? FindSeparator(text)), []);
        return ReadResult.TextOnly;
    }

    /// <summary>The candidate that stands most often outside quotes in the sample.</summary>
    internal static char FindSeparator(string text)
    {
        ReadOnlySpan<char> candidates = [',', ';', '\t', '|'];
        Span<int> counts = stackalloc int[candidates.Length];
        var quoted = false;
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, SampleLength)))
        {
            quoted ^= character == '"';
            if (!quoted && candidates.IndexOf(character) is >= 0 and var which)
                counts[which]++;
        }
        var best = 0;
        for (var i = 1; i < counts.Length; i++)
            best = counts[i] > counts[best] ? i : best;
        return candidates[best];
    }

    internal static string ToRows(string text, char separator)
    {
        var rows = new StringBuilder(text.Length);
        var quoted = false;
        var cellStart = true;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quoted)
            {
                if (character != '"')
                    rows.Append(character is '\n' or '\r' ? ' ' : character);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    rows.Append(text[i++]);
                else
                    quoted = false;
            }
            else if (character == '"' && cellStart)
            {
                (quoted, cellStart) = (true, false);
            }
            else if (character == separator)
            {
                rows.Append('\t');
                cellStart = true;
            }
            else
            {
                rows.Append(character);
                cellStart = character == '\n';
            }
        }
        return rows.ToString();
    }
}
