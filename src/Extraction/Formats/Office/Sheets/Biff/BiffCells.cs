namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Cells of all versions. They come by row; a formula's text stands in a record of its own after it.</summary>
internal sealed class BiffCells(BiffRecords records, BiffWorkbook workbook, SheetPage page)
{
    private const ushort Integer2 = 0x02, Number2 = 0x03, Label2 = 0x04, BoolOrError2 = 0x05, Formula = 0x06, Text2 = 0x07,
        Number = 0x203, Label = 0x204, BoolOrError = 0x205, Text = 0x207, Formula3 = 0x206, Formula4 = 0x406, Rk = 0x27E, ManyRk = 0xBD, SharedLabel = 0xFD, RichLabel = 0xD6;
    private const byte TextResult = 0, BoolResult = 1, ErrorResult = 2;

    private readonly BiffText _text = workbook.Text;
    private int _row = -1;
    private int? _textStyle;

    /// <summary>Takes the present record, if it is a cell.</summary>
    internal bool Take()
    {
        var fields = records.Fields;
        switch (records.Type)
        {
            case Integer2 or Number2 or Label2 or BoolOrError2 when _text.Version == 2:
                ReadOldCell(fields);
                break;
            case Number or Label or RichLabel or BoolOrError or Rk or SharedLabel:
                ReadCell(fields);
                break;
            case ManyRk:
                ReadManyRk(fields);
                break;
            case Formula or Formula3 or Formula4:
                ReadFormula(fields);
                break;
            case Text or Text2 when _textStyle is not null:
                ReadFormulaText(fields);
                break;
            default:
                return false;
        }
        return true;
    }

    private void ReadCell(RecordFields fields)
    {
        var style = Begin(ref fields);
        page.AddCell(records.Type switch
        {
            Number => workbook.Formats.Show(fields.ReadDouble(), style),
            Rk => workbook.Formats.Show(PackedValue.Rk(fields.ReadUInt32()), style),
            SharedLabel => workbook.Formats.Show(workbook.Shared[fields.ReadUInt32()], style),
            BoolOrError => BoolOrErrorText(ref fields),
            _ => workbook.Formats.Show(_text.ReadLong(ref fields), style),
        });
    }

    // Version 2 keeps a cell's look in three bytes of its own; the format is in the second.
    private void ReadOldCell(RecordFields fields)
    {
        var format = BeginOld(ref fields);
        page.AddCell(records.Type switch
        {
            Integer2 => workbook.Formats.ShowByFormat(fields.ReadUInt16(), format),
            Number2 => workbook.Formats.ShowByFormat(fields.ReadDouble(), format),
            BoolOrError2 => BoolOrErrorText(ref fields),
            _ => _text.ReadShort(ref fields),
        });
    }

    private void ReadManyRk(RecordFields fields)
    {
        BeginRow(fields.ReadUInt16());
        fields.Skip(2);
        // The record ends with the number of its last column.
        while (fields.Length >= 8)
        {
            var style = fields.ReadUInt16();
            page.AddCell(workbook.Formats.Show(PackedValue.Rk(fields.ReadUInt32()), style));
        }
    }

    // The result stands in the place of a number; what is none says so in its last two bytes ([MS-XLS] 2.5.133).
    private void ReadFormula(RecordFields fields)
    {
        var format = 0;
        var style = -1;
        if (_text.Version == 2)
            format = BeginOld(ref fields);
        else
            style = Begin(ref fields);
        _textStyle = null;
        var result = fields.ReadBytes(8);
        if (result.Length < 8)
            return;
        if (result is not [.., 0xFF, 0xFF])
        {
            var number = BitConverter.ToDouble(result);
            page.AddCell(_text.Version == 2 ? workbook.Formats.ShowByFormat(number, format) : workbook.Formats.Show(number, style));
        }
        else if (result[0] == TextResult)
        {
            _textStyle = style;
        }
        else if (result[0] is BoolResult or ErrorResult)
        {
            page.AddCell(result[0] == BoolResult ? PackedValue.Boolean(result[2]) : PackedValue.Error(result[2]));
        }
    }

    private void ReadFormulaText(RecordFields fields)
    {
        var style = _textStyle ?? -1;
        _textStyle = null;
        if (_text.Version < 8)
        {
            page.AddCell(workbook.Formats.Show(_text.Version == 2 ? _text.ReadShort(ref fields) : _text.ReadLong(ref fields), style));
            return;
        }
        var continued = new ContinuedFields(records);
        var length = continued.ReadUInt16();
        var wide = (continued.ReadByte() & 1) != 0;
        page.AddCell(workbook.Formats.Show(continued.ReadCharacters(length, wide), style));
    }

    private int Begin(ref RecordFields fields)
    {
        BeginRow(fields.ReadUInt16());
        fields.Skip(2);
        return fields.ReadUInt16();
    }

    private int BeginOld(ref RecordFields fields)
    {
        BeginRow(fields.ReadUInt16());
        fields.Skip(3);
        var format = fields.ReadByte() & 0x3F;
        fields.Skip(1);
        return format;
    }

    private void BeginRow(int row)
    {
        if (row == _row)
            return;
        _row = row;
        page.StartRow();
    }

    private static string BoolOrErrorText(ref RecordFields fields)
    {
        var value = fields.ReadByte();
        return fields.ReadByte() == 0 ? PackedValue.Boolean(value) : PackedValue.Error(value);
    }
}
