using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>A text as it stands in a presentation.</summary>
/// <param name="Kind">What it is for ([MS-PPT] 2.13.33): 0 and 6 are titles.</param>
/// <param name="Content">Lines end in <c>\n</c>.</param>
internal sealed record PptText(uint Kind, string Content)
{
    internal bool IsTitle => Kind is 0 or 6;
}

/// <summary>What the fields in the texts of a slide show.</summary>
internal sealed record PptFurniture(string? Date, string? Header, string? Footer)
{
    internal static PptFurniture None { get; } = new(null, null, null);

    internal static PptFurniture Read(PptRecords records, PptRecord? container) =>
        container is { } found ? new(records.Text(found, 0), records.Text(found, 1), records.Text(found, 2)) : None;
}

/// <summary>Reads the rows of records that make up texts.</summary>
internal static class PptTexts
{
    private const uint OtherText = 4;

    /// <summary>The texts in a row of records: each begins with a header.</summary>
    internal static List<PptText> Read(PptRecords records, IEnumerable<PptRecord> row, PptFurniture furniture)
    {
        var texts = new List<PptText>();
        var kind = OtherText;
        StringBuilder? text = null;
        var fields = new List<(int At, string? Shown)>();
        foreach (var record in row)
        {
            switch (record.Type)
            {
                case PptType.TextHeader:
                    End();
                    (kind, text) = (records.Number(record, 0), new());
                    break;
                case PptType.TextChars:
                    (text ??= new()).Append(Encoding.Unicode.GetString(records.Content(record)[..(record.Length / 2 * 2)]));
                    break;
                case PptType.TextBytes:
                    (text ??= new()).Append(Encoding.Latin1.GetString(records.Content(record)));
                    break;
                case PptType.SlideNumberField or PptType.DateField or PptType.FormattedDateField:
                    fields.Add(((int)records.Number(record, 0), null));
                    break;
                case PptType.OwnDateField:
                    fields.Add(((int)records.Number(record, 0), furniture.Date));
                    break;
                case PptType.HeaderField:
                    fields.Add(((int)records.Number(record, 0), furniture.Header));
                    break;
                case PptType.FooterField:
                    fields.Add(((int)records.Number(record, 0), furniture.Footer));
                    break;
            }
        }
        End();
        return texts;

        // A field stands as one character in its text. Texts without words count too: shapes refer to texts by their number.
        void End()
        {
            if (text is not null)
                texts.Add(new(kind, Shown(text, fields)));
            text = null;
            fields.Clear();
        }
    }

    private static string Shown(StringBuilder text, List<(int At, string? Shown)> fields)
    {
        if (fields.Count > 0)
            text = WithFields(text.ToString(), fields);
        return text.Replace('\v', '\n').Replace('\r', '\n').Replace("\0", "").ToString().Trim();
    }

    private static StringBuilder WithFields(string text, List<(int At, string? Shown)> fields)
    {
        var (whole, done) = (new StringBuilder(text.Length), 0);
        foreach (var (at, shown) in fields.Where(field => field.At >= 0 && field.At < text.Length).DistinctBy(static field => field.At).OrderBy(static field => field.At))
        {
            whole.Append(text, done, at - done).Append(shown);
            done = at + 1;
        }
        return whole.Append(text, done, text.Length - done);
    }
}
