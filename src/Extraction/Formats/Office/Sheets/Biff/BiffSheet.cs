namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>The records of one sheet or chart sheet up to its end; charts embedded in it stand inside as streams of their own.</summary>
internal sealed class BiffSheet(BiffRecords records, BiffWorkbook workbook, SheetPage page, string fileName)
{
    private const ushort BeginFile = 0x809, EndFile = 0x0A, Header = 0x14, Footer = 0x15, MoreMargins = 0x89C, Note = 0x1C, Link = 0x1B8, LinkTip = 0x800, Validation = 0x1BE,
        Drawing = 0xEC, Object = 0x5D, TextObject = 0x1B6;
    private const int MaxNesting = 8, FutureHeaderBytes = 12;

    private readonly BiffText _text = workbook.Text;
    private readonly BiffCells _cells = new(records, workbook, page);
    private readonly BiffNotes _notes = new(workbook.Text, page);
    private BiffChart? _chart;

    /// <summary>Reads on from the sheet's BOF.</summary>
    /// <param name="isChart">True when the sheet is nothing but a chart.</param>
    internal void Read(bool isChart)
    {
        _chart = isChart ? new(records, workbook, page) : null;
        var nesting = 0;
        while (!page.IsFull && records.Read())
        {
            if (records.Type == BeginFile)
            {
                if (++nesting > MaxNesting)
                    break;
                _chart ??= new(records, workbook, page);
            }
            else if (records.Type == EndFile)
            {
                if (--nesting < 0)
                    break;
                if (nesting == 0 && !isChart)
                    EndChart();
            }
            else if (_chart is null || !_chart.Take())
            {
                Take(inChart: nesting > 0);
            }
        }
        EndChart();
        _notes.Finish();
    }

    private void EndChart()
    {
        _chart?.Finish();
        _chart = null;
    }

    private void Take(bool inChart)
    {
        var fields = records.Fields;
        switch (records.Type)
        {
            case Header or Footer when fields.Length > 0:
                page.AddMargin(_text.Version == 8 ? _text.ReadLong(ref fields) : _text.ReadShort(ref fields), fileName);
                break;
            case MoreMargins:
                ReadMoreMargins(fields);
                break;
            case Note:
                _notes.AddNote(fields);
                break;
            case Object:
                _notes.BeginObject(fields);
                break;
            case TextObject:
                _notes.AddText(ReadTextObject());
                break;
            case Link:
                fields.Skip(24); // cells and the class that reads the rest
                OleHyperlink.Read(fields.ReadBytes(fields.Length)).ForEach(page.AddTarget);
                break;
            case LinkTip:
                fields.Skip(10);
                page.AddTarget(System.Text.Encoding.Unicode.GetString(fields.ReadBytes(fields.Length & ~1)).TrimEnd('\0'));
                break;
            case Validation:
                ReadValidation(fields);
                break;
            case Drawing:
                ShapeText.Read(records.Body, page);
                break;
            default:
                if (!inChart && !_cells.Take())
                    workbook.Take();
                break;
        }
    }

    // HeaderFooter ([MS-XLS] 2.4.137): those of even and of first pages.
    private void ReadMoreMargins(RecordFields fields)
    {
        fields.Skip(FutureHeaderBytes + 16 + 2);
        Span<ushort> lengths = [fields.ReadUInt16(), fields.ReadUInt16(), fields.ReadUInt16(), fields.ReadUInt16()];
        foreach (var length in lengths)
        {
            if (length > 0)
                page.AddMargin(_text.ReadLong(ref fields), fileName);
        }
    }

    private void ReadValidation(RecordFields fields)
    {
        fields.Skip(4);
        for (var i = 0; i < 4; i++)
            page.AddTarget(_text.ReadLong(ref fields));
    }

    // TxO ([MS-XLS] 2.4.329): the text stands in the Continue records after it.
    private string ReadTextObject()
    {
        var text = new ContinuedFields(records);
        text.Skip(10);
        var length = text.ReadUInt16();
        if (length == 0 || !text.NextRecord())
            return "";
        var wide = (text.ReadByte() & 1) != 0;
        return text.ReadCharacters(length, wide);
    }
}
