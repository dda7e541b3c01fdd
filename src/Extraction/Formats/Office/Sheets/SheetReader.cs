using System.Globalization;
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
        var formats = links.FirstOrDefault(static link => link.Kind == "styles") is { } styles ? SheetStyles.Read(package, styles.Target) : new();
        var sheets = ReadWorkbook(package, main, formats);
        using var shared = new StringTable(document);
        if (links.FirstOrDefault(static link => link.Kind == "sharedStrings") is { } strings)
            ReadShared(package, strings.Target, shared, pages);

        var parts = new SheetParts(package, document, links);
        foreach (var (name, id) in sheets)
        {
            if (pages.IsFull)
                break;
            var page = new SheetPage(name, pages);
            if (links.FirstOrDefault(link => link.Id == id && !link.External) is { } sheet)
                ReadSheet(sheet.Target, page);
            page.Finish();
        }
        parts.ReadEmbedded(pages);
        return new(package.Metadata() with { PageCount = sheets.Count });

        void ReadSheet(string part, SheetPage page)
        {
            try
            {
                using (var reader = package.Open(part))
                {
                    if (reader is not null)
                        new SheetCells(package.Limits, reader, shared, formats, page, document.FileName).Read();
                }
                parts.AppendBesides(part, page);
            }
            catch (Exception fault) when (fault is XmlException or InvalidDataException or EndOfStreamException)
            {
                // A damaged sheet keeps what was read of it; the others are not to blame.
            }
        }
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
            else if (reader.LocalName == "sheet" && WordStyles.Attribute(reader, "id") is { } id)
                sheets.Add((reader.GetAttribute("name") ?? "", id));
        }
        return sheets;
    }

    private static void ReadShared(OfficePackage package, string part, StringTable shared, PageSink pages)
    {
        try
        {
            using var reader = package.Open(part);
            while (reader is not null && reader.Read())
            {
                if (reader is not { NodeType: XmlNodeType.Element, LocalName: "si" })
                    continue;
                shared.Add(SheetText.Read(reader, package.Limits));
                pages.Progress();
            }
        }
        catch (Exception fault) when (fault is XmlException or InvalidDataException)
        {
            // Cells with numbers can still be read, and those texts that came before the damage.
        }
    }
}

/// <summary>Text in runs: shared and inline strings, comments.</summary>
internal static class SheetText
{
    // A cell holds 32,767 characters; readings and damaged files may bring more.
    private const int MaxLength = 1 << 20;

    /// <summary>The text below the element the reader stands on. Phonetic readings follow, so that a name is found by either.</summary>
    internal static string Read(XmlReader reader, ExtractionLimits limits)
    {
        if (reader.IsEmptyElement)
            return "";
        var text = new PageText();
        PageText? readings = null;
        var depth = reader.Depth;
        var inReading = false;
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader.LocalName == "rPh")
            {
                inReading = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
                if (inReading)
                    (readings ??= new()).Append(" ");
            }
            else if (text.Length < MaxLength && reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
            {
                (inReading ? readings! : text).AppendValue(reader, limits);
            }
        }
        var read = Unescape(text.ToString());
        return readings is null ? read : read + Unescape(readings.ToString());
    }

    /// <summary>Characters that XML cannot hold stand as <c>_x000D_</c> (ECMA-376 part 1, 22.9.2.19).</summary>
    internal static string Unescape(string text)
    {
        var at = text.IndexOf("_x", StringComparison.Ordinal);
        if (at < 0)
            return text;
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && i + 6 < text.Length && text[i + 1] == 'x' && text[i + 6] == '_'
                && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                i += 6;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }
}
