using System.Globalization;
using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>SpreadsheetML: a sheet is a page with the sheet's name as heading; a row is a line, its cells as shown and parted by tabs.</summary>
internal static class SheetReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The workbook part is missing.");
        var relationships = package.Relationships(main);
        var links = relationships.Where(static link => !link.External).DistinctBy(static link => link.Id).ToDictionary(static link => link.Id);
        var shared = relationships.FirstOrDefault(static link => link.Kind == "sharedStrings") is { } strings ? ReadShared(package, strings.Target, pages) : [];
        var formats = relationships.FirstOrDefault(static link => link.Kind == "styles") is { } styles ? ReadFormats(package, styles.Target) : [];
        var (sheets, from1904) = ReadWorkbook(package, main);
        foreach (var (name, id) in sheets)
        {
            if (pages.IsFull)
                break;
            var page = new PageText();
            page.Append(name);
            page.MarkHeading(0, 1);
            page.EndLine();
            if (links.TryGetValue(id, out var sheet))
            {
                AppendCells(package, sheet.Target, shared, formats, from1904, page, pages);
                AppendBesides(package, sheet.Target, page);
            }
            pages.Add(page);
        }
        return new(package.Metadata() with { PageCount = sheets.Count });
    }

    private static (List<(string Name, string Id)> Sheets, bool From1904) ReadWorkbook(OfficePackage package, string main)
    {
        var sheets = new List<(string, string)>();
        var from1904 = false;
        using var reader = package.Open(main);
        while (reader is not null && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "workbookPr")
                from1904 = reader.GetAttribute("date1904") is "1" or "true";
            else if (reader.LocalName == "sheet" && WordStyles.Attribute(reader, "id") is { } id)
                sheets.Add((reader.GetAttribute("name") ?? "", id));
        }
        return (sheets, from1904);
    }

    private static List<string> ReadShared(OfficePackage package, string part, PageSink pages)
    {
        var strings = new List<string>();
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "si" })
            {
                strings.Add(ReadText(package, reader));
                pages.Progress();
            }
        }
        return strings;
    }

    // The runs of one string; phonetic readings stand beside the text and are left out.
    private static string ReadText(OfficePackage package, XmlReader reader)
    {
        if (reader.IsEmptyElement)
            return "";
        var text = new StringBuilder();
        var depth = reader.Depth;
        var phonetic = false;
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, package.Limits);
            if (reader.LocalName == "rPh")
                phonetic = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
            else if (!phonetic && reader.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
                SafeXml.AppendValue(reader, text, package.Limits);
        }
        return text.ToString();
    }

    // Format code by index of a cell's style.
    private static List<string> ReadFormats(OfficePackage package, string part)
    {
        var custom = new Dictionary<int, string>();
        var formats = new List<string>();
        var inCellFormats = false;
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "numFmt") when int.TryParse(reader.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var id):
                    custom[id] = reader.GetAttribute("formatCode") ?? "General";
                    break;
                case (XmlNodeType.Element, "cellXfs"):
                    inCellFormats = !reader.IsEmptyElement;
                    break;
                case (XmlNodeType.EndElement, "cellXfs"):
                    inCellFormats = false;
                    break;
                case (XmlNodeType.Element, "xf") when inCellFormats:
                    _ = int.TryParse(reader.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var used);
                    formats.Add(custom.TryGetValue(used, out var code) ? code : NumberFormat.CodeOf(used));
                    break;
            }
        }
        return formats;
    }

    private static void AppendCells(OfficePackage package, string part, List<string> shared, List<string> formats, bool from1904, PageText page, PageSink pages)
    {
        using var reader = package.Open(part);
        var margins = new PageText();
        var first = true;
        while (reader is not null && reader.Read() && page.Length <= pages.Room)
        {
            SafeXml.CheckDepth(reader, package.Limits);
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "row"):
                    page.EndLine();
                    first = true;
                    pages.Progress();
                    break;
                case (XmlNodeType.Element, "c"):
                    var text = ReadCell(package, reader, shared, formats, from1904);
                    if (text.Length == 0)
                        break;
                    page.Append(first ? "" : "\t").Append(text.ReplaceLineEndings(" "));
                    first = false;
                    break;
                case (XmlNodeType.Element, "oddHeader" or "oddFooter" or "evenHeader" or "evenFooter" or "firstHeader" or "firstFooter"):
                    margins.AppendLine(WithoutCodes(ReadText(package, reader)));
                    break;
            }
        }
        page.EndLine();
        page.AppendLine(margins.ToString());
    }

    private static string ReadCell(OfficePackage package, XmlReader reader, List<string> shared, List<string> formats, bool from1904)
    {
        if (reader.IsEmptyElement)
            return "";
        var type = reader.GetAttribute("t") ?? "n";
        _ = int.TryParse(reader.GetAttribute("s"), CultureInfo.InvariantCulture, out var style);
        var depth = reader.Depth;
        var value = "";
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "v" or "is" })
                value = ReadText(package, reader);
        }
        switch (type)
        {
            case "s":
                return int.TryParse(value, CultureInfo.InvariantCulture, out var index) && index >= 0 && index < shared.Count ? shared[index] : "";
            case "b":
                return value is "1" or "true" ? "TRUE" : value.Length > 0 ? "FALSE" : "";
            case "n" when double.TryParse(value, CultureInfo.InvariantCulture, out var number):
                return NumberFormat.Show(number, style >= 0 && style < formats.Count ? formats[style] : "General", from1904);
            default:
                return value;
        }
    }

    /// <summary>Header and footer texts without their codes: <c>&amp;L</c>, <c>&amp;"font,style"</c>, <c>&amp;12</c>, <c>&amp;P</c>.</summary>
    internal static string WithoutCodes(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '&' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }
            var code = text[++i];
            if (code == '&')
                plain.Append('&');
            else if (code is 'L' or 'C' or 'R')
                plain.Append('\n');
            else if (code == '"')
                i = text.IndexOf('"', i + 1) is >= 0 and var end ? end : text.Length;
            else if (char.IsAsciiDigit(code))
            {
                while (i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
                    i++;
            }
        }
        return plain.ToString();
    }

    private static void AppendBesides(OfficePackage package, string part, PageText page)
    {
        foreach (var link in package.Relationships(part))
        {
            switch (link)
            {
                case { External: true, Kind: "hyperlink" }:
                    page.AppendLine(link.Target);
                    break;
                case { External: false, Kind: "comments" or "threadedComment" }:
                    AppendComments(package, link.Target, page);
                    break;
                case var _ when DrawingText.IsDrawing(link):
                    DrawingText.Append(package, link.Target, page);
                    break;
            }
        }
    }

    private static void AppendComments(OfficePackage package, string part, PageText page)
    {
        using var reader = package.Open(part);
        while (reader is not null && reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "text" })
                page.AppendLine(ReadText(package, reader));
        }
    }
}
