namespace ScaiDrive.Extraction.Formats.Office.Sheets.Binary;

/// <summary>The records of one sheet ([MS-XLSB] 2.3): cells, headers and footers, links, prompts of validated cells.</summary>
internal sealed class BinaryCells(StringTable shared, CellFormats formats, SheetPage page, string fileName)
{
    private const int Row = 0, Rk = 2, Error = 3, Bool = 4, Real = 5, Text = 6, Shared = 7, FormulaText = 8, FormulaNumber = 9, FormulaBool = 10, FormulaError = 11,
        ShortRk = 13, ShortError = 14, ShortBool = 15, ShortReal = 16, ShortText = 17, ShortShared = 18, RichText = 62,
        Validation = 64, HeaderFooter = 479, Link = 494;
    private const int RangeBytes = 16;

    internal void Read(BinaryRecords records)
    {
        switch (records.Type)
        {
            case Row:
                page.StartRow();
                break;
            case >= Rk and <= FormulaError or RichText:
                ReadCell(records, hasColumn: true);
                break;
            case >= ShortRk and <= ShortShared:
                ReadCell(records, hasColumn: false);
                break;
            case HeaderFooter:
                ReadMargins(records.Fields);
                break;
            case Link:
                ReadLink(records.Fields);
                break;
            case Validation:
                ReadValidation(records.Fields);
                break;
        }
    }

    private void ReadCell(BinaryRecords records, bool hasColumn)
    {
        var fields = records.Fields;
        if (hasColumn)
            fields.Skip(4);
        var style = (int)(fields.ReadUInt32() & 0xFFFFFF);
        page.AddCell(records.Type switch
        {
            Rk or ShortRk => formats.Show(PackedValue.Rk(fields.ReadUInt32()), style),
            Real or ShortReal or FormulaNumber => formats.Show(fields.ReadDouble(), style),
            Shared or ShortShared => formats.Show(shared[fields.ReadUInt32()], style),
            Text or ShortText or FormulaText => formats.Show(fields.ReadText(), style),
            RichText => formats.Show(fields.ReadRichText(), style),
            Bool or ShortBool or FormulaBool => PackedValue.Boolean(fields.ReadByte()),
            Error or ShortError or FormulaError => PackedValue.Error(fields.ReadByte()),
            _ => "",
        });
    }

    // The same six texts as in XML: header and footer of odd, even and first pages.
    private void ReadMargins(RecordFields fields)
    {
        fields.Skip(2);
        for (var i = 0; i < 6; i++)
            page.AddMargin(fields.ReadText(), fileName);
    }

    // Where it leads outside of the document is a relationship of the part.
    private void ReadLink(RecordFields fields)
    {
        fields.Skip(RangeBytes);
        _ = fields.ReadText();
        if (fields.ReadText() is { Length: > 0 } location)
            page.AddTarget("#" + location);
        page.AddTarget(fields.ReadText());
    }

    private void ReadValidation(RecordFields fields)
    {
        fields.Skip(4);
        var ranges = fields.ReadUInt32();
        fields.Skip((int)Math.Min(ranges * (long)RangeBytes, int.MaxValue));
        for (var i = 0; i < 4; i++)
            page.AddTarget(fields.ReadText());
    }
}
