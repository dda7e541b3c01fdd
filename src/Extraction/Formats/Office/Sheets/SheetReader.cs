using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>SpreadsheetML workbooks (ECMA-376 part 1, 18): a sheet is a page, hidden ones too, in the workbook's order.</summary>
internal static class SheetReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The workbook part is missing.");
        var links = package.Relationships(main);
        var formats = links.FirstOrDefault(static link => link.Kind == "styles") is { } styles ? SheetStyles.Read(document, package, styles.Target) : new();
        var sheets = ReadWorkbook(package, main, formats);
        using var shared = new StringTable(document);
        if (links.FirstOrDefault(static link => link.Kind == "sharedStrings") is { } strings)
            ReadShared(document, package, strings.Target, shared, pages);

        new SheetParts(package, document, links).ReadSheets(sheets, pages, (part, page) =>
        {
            using var reader = package.Open(part);
            if (reader is not null)
                new SheetCells(package.Limits, reader, shared, formats, page, document.FileName).Read();
        });
        return new(package.Metadata() with { PageCount = sheets.Count });
    }

    private static List<(string Name, string Id)> ReadWorkbook(OfficePackage package, string main, CellFormats formats)
    {
        var sheets = new List<(string, string)>();
        using var reader = package.Open(main);
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "workbookPr")
                formats.From1904 = reader.GetAttribute("date1904") is "1" or "true";
            else if (reader.LocalName == "sheet" && OfficeXml.Attribute(reader, "id") is { } id)
                sheets.Add((reader.GetAttribute("name") ?? "", id));
        }
        return sheets;
    }

    // When the table is damaged, cells with numbers can still be read, and those texts that came before the damage.
    private static void ReadShared(SourceDocument document, OfficePackage package, string part, StringTable shared, PageSink pages) => OfficeParts.Guard(document, () =>
    {
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "si" })
                continue;
            shared.Add(SheetText.Read(reader, package.Limits));
            pages.Progress();
        }
    });
}
