namespace ScaiDrive.Extraction.Formats.Office.Sheets.Binary;

/// <summary>Binary workbooks ([MS-XLSB]): a package like that of an XML workbook, with records in the parts that hold cells.</summary>
internal static class BinarySheetReader
{
    private const int Name = 156, WorkbookProperties = 153, SharedItem = 19, Format = 44, CellStyle = 47, NamedStyle = 48, BeginCellStyles = 617, EndCellStyles = 618;

    // fBuiltIn of BrtStyle; style 0 is called Normal in the language of the program.
    private const int BuiltIn = 1;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The workbook part is missing.");
        var links = package.Relationships(main);
        var formats = new CellFormats();
        var sheets = new List<(string Name, string Id)>();
        ForEachRecord(document, package, main, records => ReadWorkbook(records, sheets, formats));
        if (links.FirstOrDefault(static link => link.Kind == "styles") is { } styles)
            ReadStyles(document, package, styles.Target, formats);
        using var shared = new StringTable(document);
        if (links.FirstOrDefault(static link => link.Kind == "sharedStrings") is { } strings)
            ReadShared(document, package, strings.Target, shared, pages);

        new SheetParts(package, document, links).ReadSheets(sheets, pages, (part, page) =>
            ForEachRecord(document, package, part, new BinaryCells(shared, formats, page, document.FileName).Read, () => page.IsFull));
        return new(package.Metadata() with { PageCount = sheets.Count });
    }

    // Damage in a part ends that part alone.
    private static void ForEachRecord(SourceDocument document, OfficePackage package, string part, Action<BinaryRecords> read, Func<bool>? isEnough = null) => OfficeParts.Guard(document, () =>
    {
        var content = package.OpenCounted(part);
        if (content is null)
            return;
        using var records = new BinaryRecords(content);
        while (records.Read() && isEnough?.Invoke() != true)
            read(records);
        if (records.IsCut)
            throw new EndOfStreamException();
    });

    private static void ReadWorkbook(BinaryRecords records, List<(string, string)> sheets, CellFormats formats)
    {
        var fields = records.Fields;
        if (records.Type == WorkbookProperties)
        {
            formats.From1904 = (fields.ReadUInt32() & 1) != 0;
        }
        else if (records.Type == Name)
        {
            fields.Skip(8); // visibility and number
            var id = fields.ReadText();
            sheets.Add((fields.ReadText(), id));
        }
    }

    private static void ReadStyles(SourceDocument document, OfficePackage package, string part, CellFormats formats)
    {
        var inCellStyles = false;
        ForEachRecord(document, package, part, records =>
        {
            var fields = records.Fields;
            switch (records.Type)
            {
                case Format:
                    var id = fields.ReadUInt16();
                    formats.Define(id, fields.ReadText());
                    break;
                case BeginCellStyles or EndCellStyles:
                    inCellStyles = records.Type == BeginCellStyles;
                    break;
                case CellStyle when inCellStyles:
                    fields.Skip(2); // the style this one starts from
                    formats.AddStyle(fields.ReadUInt16());
                    break;
                case NamedStyle:
                    fields.Skip(4);
                    var builtIn = (fields.ReadUInt16() & BuiltIn) != 0 && fields.ReadByte() == 0;
                    fields.Skip(1);
                    if (builtIn)
                        formats.English = fields.ReadText() is "" or "Normal";
                    break;
            }
        });
    }

    private static void ReadShared(SourceDocument document, OfficePackage package, string part, StringTable shared, PageSink pages) => ForEachRecord(document, package, part, records =>
    {
        if (records.Type != SharedItem)
            return;
        shared.Add(records.Fields.ReadRichText());
        pages.Progress();
    });
}
