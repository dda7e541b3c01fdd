using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>The styles part (ECMA-376 part 1, 18.8): number formats, and which of them each cell style uses.</summary>
internal static class SheetStyles
{
    internal static CellFormats Read(OfficePackage package, string part)
    {
        var formats = new CellFormats();
        // Numbers without their formats are worth more than nothing.
        OfficeParts.Survives(() =>
        {
            using var reader = package.Open(part);
            if (reader is not null)
                Read(reader, formats);
        });
        return formats;
    }

    private static void Read(XmlReader reader, CellFormats formats)
    {
        var inCellFormats = false;
        while (reader.Read())
        {
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "numFmt") when int.TryParse(reader.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var id):
                    formats.Define(id, SheetText.Unescape(reader.GetAttribute("formatCode") ?? "General"));
                    break;
                case (XmlNodeType.Element, "cellXfs"):
                    inCellFormats = !reader.IsEmptyElement;
                    break;
                case (XmlNodeType.EndElement, "cellXfs"):
                    inCellFormats = false;
                    break;
                case (XmlNodeType.Element, "xf") when inCellFormats:
                    formats.AddStyle(int.TryParse(reader.GetAttribute("numFmtId"), CultureInfo.InvariantCulture, out var used) ? used : 0);
                    break;
                // Style 0 is called Normal in the language of the program.
                case (XmlNodeType.Element, "cellStyle") when reader.GetAttribute("builtinId") == "0":
                    formats.English = reader.GetAttribute("name") is null or "Normal";
                    break;
            }
        }
    }
}
