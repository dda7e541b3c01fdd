using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Comma-separated and like tables (RFC 4180, with the separators people use): a row a line, cells parted by tabs.</summary>
internal static class DelimitedReader
{
    private const int SampleLength = 16 * 1024;
    private const double MinAlike = 0.9;

    internal static ReadResult Read(SourceDocument document, PageSink pages, char? separator)
    {
        var text = PlainTextReader.ReadText(document, pages);
        pages.Add(ToRows(text, separator ?? FindSeparator(text)), []);
        return ReadResult.TextOnly;
    }

    /// <summary>What parts the cells: Excel's own word for it, else the candidate that stands in every row equally often, else the most frequent.</summary>
    internal static char FindSeparator(string text)
    {
        if (text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && text.Length > 5 && text[5] is '\r' or '\n')
            return text[4];
        // Commas stand in numbers and sentences, the others hardly ever: given a choice, they part the cells.
        ReadOnlySpan<char> candidates = ['\t', ';', '|', ','];
        var rows = Counts(text, candidates);
        var best = candidates.Length - 1;
        var most = -1L;
        for (var i = 0; i < candidates.Length; i++)
        {
            var usual = rows[0][i];
            if (usual > 0 && rows.Count(row => row[i] == usual) >= rows.Count * MinAlike)
                return candidates[i];
            var total = rows.Sum(row => (long)row[i]);
            (best, most) = total > most ? (i, total) : (best, most);
        }
        return candidates[best];
    }

    // How often each candidate stands outside quotes, by row.
    private static List<int[]> Counts(string text, ReadOnlySpan<char> candidates)
    {
        List<int[]> rows = [new int[candidates.Length]];
        var quoted = false;
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, SampleLength)))
        {
            quoted ^= character == '"';
            if (quoted)
                continue;
            if (character == '\n')
                rows.Add(new int[candidates.Length]);
            else if (candidates.IndexOf(character) is >= 0 and var which)
                rows[^1][which]++;
        }
        // The last row is cut, or the nothing behind the last line end.
        if (rows.Count > 1)
            rows.RemoveAt(rows.Count - 1);
        return rows;
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
