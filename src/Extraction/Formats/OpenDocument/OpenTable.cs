using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>Rows and cells of OpenDocument tables: a row is a line, its filled cells parted by tabs. Repetition, which a file may state in the billions, is bounded.</summary>
internal sealed class OpenTable(XmlReader reader, PageSink pages)
{
    // A value repeated in a few cells may be looked for beside its neighbours; a filled background repeats in thousands.
    private const int MaxRepeated = 32;

    private PageText? _row;

    /// <summary>True while a spreadsheet's cells are read: their lines become spaces, as rows are lines there.</summary>
    internal bool OneLineCells { get; set; }

    /// <summary>Reads the row the reader stands on and appends it.</summary>
    /// <returns>Characters added by repeating the row.</returns>
    internal long ReadRow(Action readCells, PageText page)
    {
        var repeated = Repeated("number-rows-repeated");
        var outer = _row;
        var row = _row = new();
        readCells();
        _row = outer;
        var text = row.ToString();
        if (text.Length == 0)
            return 0;
        page.EndLine();
        for (var i = 0; i < repeated && page.Length <= pages.Room; i++)
        {
            page.Append(text);
            page.EndLine();
        }
        return (repeated - 1) * (long)text.Length;
    }

    /// <summary>Reads the cell the reader stands on into the present row.</summary>
    /// <returns>Characters added by repeating the cell.</returns>
    internal long AddCell(Func<string> capture)
    {
        var repeated = Repeated("number-columns-repeated");
        // A cell without paragraphs may still state its value.
        var value = OfficeXml.Attribute(reader, "string-value") ?? OfficeXml.Attribute(reader, "date-value") ?? OfficeXml.Attribute(reader, "time-value")
            ?? OfficeXml.Attribute(reader, "boolean-value") ?? OfficeXml.Attribute(reader, "value");
        var row = _row;
        _row = null;
        var text = capture();
        _row = row;
        if (text.Length == 0)
            text = value ?? "";
        if (text.Length == 0 || row is null)
            return 0;
        text = OneLineCells ? text.ReplaceLineEndings(" ") : text;
        for (var i = 0; i < repeated && row.Length <= pages.Room; i++)
            row.Append(row.Length > 0 ? "\t" : "").Append(text);
        return (repeated - 1) * (long)text.Length;
    }

    private int Repeated(string attribute) =>
        int.TryParse(OfficeXml.Attribute(reader, attribute), CultureInfo.InvariantCulture, out var count) ? Math.Clamp(count, 1, MaxRepeated) : 1;
}
