using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>One worksheet part from start to end: cells, headers and footers, prompts of validated cells, places that links name.</summary>
internal sealed class SheetCells(ExtractionLimits limits, XmlReader reader, StringTable shared, CellFormats formats, SheetPage page, string fileName)
{
    internal void Read()
    {
        while (reader.Read() && !page.IsFull)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "row":
                    page.StartRow();
                    break;
                case "c":
                    page.AddCell(ReadCell());
                    break;
                case "oddHeader" or "oddFooter" or "evenHeader" or "evenFooter" or "firstHeader" or "firstFooter":
                    page.AddMargin(SheetText.Read(reader, limits), fileName);
                    break;
                case "hyperlink":
                    if (reader.GetAttribute("location") is { Length: > 0 } location)
                        page.AddTarget("#" + location);
                    page.AddTarget(reader.GetAttribute("tooltip"));
                    break;
                case "dataValidation":
                    ReadValidation();
                    break;
            }
        }
    }

    private void ReadValidation()
    {
        foreach (var name in (ReadOnlySpan<string>)["promptTitle", "prompt", "errorTitle", "error"])
        {
            if (reader.GetAttribute(name) is { } text)
                page.AddTarget(SheetText.Unescape(text));
        }
        if (reader.IsEmptyElement)
            return;
        // A list of choices may be written out: "small,medium,large".
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader is { NodeType: XmlNodeType.Text, Value: ['"', .., '"'] } && reader.Value.Length < 4096)
                page.AddTarget(reader.Value.Trim('"').Replace(",", ", ", StringComparison.Ordinal));
        }
    }

    private string ReadCell()
    {
        if (reader.IsEmptyElement)
            return "";
        var type = reader.GetAttribute("t") ?? "n";
        _ = int.TryParse(reader.GetAttribute("s"), CultureInfo.InvariantCulture, out var style);
        var depth = reader.Depth;
        var value = "";
        while (reader.Read() && reader.Depth > depth)
        {
            SafeXml.CheckDepth(reader, limits);
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "v" or "is" })
                value = SheetText.Read(reader, limits);
        }
        return type switch
        {
            "s" => formats.Show(long.TryParse(value, CultureInfo.InvariantCulture, out var index) ? shared[index] : "", style),
            "b" => value is "1" or "true" ? "TRUE" : value.Length > 0 ? "FALSE" : "",
            "n" when double.TryParse(value, CultureInfo.InvariantCulture, out var number) => formats.Show(number, style),
            "d" when DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) => formats.Show(SerialDate.ToSerial(moment, formats.From1904), style),
            "e" => value,
            _ => formats.Show(value, style),
        };
    }
}
