namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>The records of a chart ([MS-XLS] 2.1.7.20.1): titles and names of series, then the cached categories and values, a line for each.</summary>
internal sealed class BiffChart(BiffRecords records, BiffWorkbook workbook, SheetPage page)
{
    private const ushort SeriesText = 0x100D, CacheKind = 0x1065, Number = 0x203, Label = 0x204, BoolOrError = 0x205;
    private const int MaxCached = 1 << 16;

    private readonly SortedDictionary<(int Kind, int Series), List<string>> _cached = [];
    private int _kind;
    private int _count;

    /// <summary>Takes the present record, if only charts have it.</summary>
    internal bool Take()
    {
        var fields = records.Fields;
        switch (records.Type)
        {
            case SeriesText:
                fields.Skip(2);
                page.AddAside(workbook.Text.ReadShort(ref fields));
                break;
            case CacheKind:
                _kind = fields.ReadUInt16();
                break;
            case Number or Label or BoolOrError:
                TakeCached(fields);
                break;
            default:
                return false;
        }
        return true;
    }

    internal void Finish()
    {
        // Categories are numbered 2 and values 1, but names of things come before their numbers.
        foreach (var ((_, _), values) in _cached.OrderByDescending(static line => line.Key.Kind == 2))
            page.AddTarget(string.Join('\t', values));
        _cached.Clear();
    }

    private void TakeCached(RecordFields fields)
    {
        fields.Skip(2);
        var series = fields.ReadUInt16();
        var style = fields.ReadUInt16();
        var text = records.Type switch
        {
            Number => workbook.Formats.Show(fields.ReadDouble(), style),
            Label => workbook.Text.ReadLong(ref fields),
            _ => "",
        };
        if (text.Length == 0 || ++_count > MaxCached)
            return;
        if (!_cached.TryGetValue((_kind, series), out var line))
            _cached[(_kind, series)] = line = [];
        line.Add(text);
    }
}
