namespace ScaiDrive.Extraction.Formats.Office.Sheets.Biff;

/// <summary>Workbooks of Excel 2 to 2003 ([MS-XLS] and its forerunners): a stream of records, in a compound file from version 5 on.</summary>
internal static class OldSheetReader
{
    private const ushort BeginFile2 = 0x009, BeginFile3 = 0x209, BeginFile4 = 0x409, BeginFile = 0x809, SheetHeader4 = 0x8F;
    private const ushort Version8 = 0x0600, Globals = 0x05, VisualBasic = 0x06, Chart = 0x20, Workspace = 0x100;
    private const int MaxSheets = 1 << 12;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        if (document.Storage.Count == 0 && !document.Head(4).AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            using var file = document.Open();
            return new(DocumentMetadata.None with { PageCount = ReadStream(file, document, pages) });
        }
        using var compound = CompoundFile.Open(document);
        var entry = compound.Find("Workbook") ?? compound.Find("Book") ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The workbook stream is missing.");
        using var stream = new BufferedStream(compound.OpenStream(entry), 1 << 16);
        var sheets = ReadStream(stream, document, pages);
        // Embedded objects lie in storages named by the workbook.
        foreach (var storage in compound.Root.Children.Where(static child => child.IsStorage && child.Name.StartsWith("MBD", StringComparison.OrdinalIgnoreCase)))
        {
            if (pages.IsFull)
                break;
            OfficeParts.Survives(() => EmbeddedObject.Read(compound, storage, document, pages, storage.Name));
        }
        return new(PropertySet.Summary(compound) with { PageCount = sheets });
    }

    private static int ReadStream(Stream stream, SourceDocument document, PageSink pages)
    {
        var records = new BiffRecords(stream);
        if (!records.Read() || VersionOf(records) is not { } version)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The workbook does not begin as one.");
        using var shared = new StringTable(document);
        var workbook = new BiffWorkbook(records, new(version), shared, pages);
        var kind = KindOf(records);
        if (kind == Globals)
            workbook.ReadGlobals();
        return workbook.Sheets.Count > 0 ? ReadListed(records, workbook, document, pages) : ReadInOrder(records, workbook, document, pages, kind);
    }

    private static int ReadListed(BiffRecords records, BiffWorkbook workbook, SourceDocument document, PageSink pages)
    {
        BoundSheet[] sheets = [.. workbook.Sheets];
        foreach (var sheet in sheets)
        {
            if (pages.IsFull)
                break;
            var page = new SheetPage(sheet.Name, pages);
            records.Seek(sheet.Position);
            if (records.Read() && VersionOf(records) is not null)
                new BiffSheet(records, workbook, page, document.FileName).Read(KindOf(records) == Chart);
            page.Finish();
            pages.Progress();
        }
        return sheets.Length;
    }

    // Before version 5 nothing lists the sheets: the file is one, or several in a row after a header each.
    private static int ReadInOrder(BiffRecords records, BiffWorkbook workbook, SourceDocument document, PageSink pages, ushort kind)
    {
        var count = 0;
        var name = "";
        do
        {
            if (records.Type == SheetHeader4)
            {
                var fields = records.Fields;
                fields.Skip(4);
                name = workbook.Text.ReadShort(ref fields);
            }
            else if (VersionOf(records) is null)
            {
                workbook.Take();
            }
            else if (KindOf(records) is not (Globals or VisualBasic or Workspace) || (count == 0 && kind == Globals))
            {
                var page = new SheetPage(name, pages);
                new BiffSheet(records, workbook, page, document.FileName).Read(KindOf(records) == Chart);
                page.Finish();
                (name, count) = ("", count + 1);
            }
        }
        while (count < MaxSheets && !pages.IsFull && records.Read());
        return count;
    }

    private static int? VersionOf(BiffRecords records) => records.Type switch
    {
        BeginFile2 => 2,
        BeginFile3 => 3,
        BeginFile4 => 4,
        BeginFile => records.Fields.ReadUInt16() == Version8 ? 8 : 5,
        _ => null,
    };

    private static ushort KindOf(BiffRecords records)
    {
        var fields = records.Fields;
        fields.Skip(2);
        return fields.ReadUInt16();
    }
}
