using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Workbooks in one XML file, as Excel 2002 and 2003 save them (the XML Spreadsheet Reference of Microsoft).</summary>
internal sealed class FlatSheetReader
{
    // Formats may be named instead of written out.
    private static readonly Dictionary<string, string> NamedFormats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["General Number"] = "General",
        ["General Date"] = "m/d/yyyy h:mm",
        ["Long Date"] = "d-mmm-yy",
        ["Medium Date"] = "d-mmm-yy",
        ["Short Date"] = "m/d/yyyy",
        ["Long Time"] = "h:mm:ss AM/PM",
        ["Medium Time"] = "h:mm AM/PM",
        ["Short Time"] = "h:mm",
        ["Currency"] = "$#,##0.00_);($#,##0.00)",
        ["Euro Currency"] = "[$€-2] #,##0.00",
        ["Fixed"] = "0.00",
        ["Standard"] = "#,##0.00",
        ["Percent"] = "0.00%",
        ["Scientific"] = "0.00E+00",
        ["Yes/No"] = "\"Yes\";\"Yes\";\"No\"",
        ["True/False"] = "\"True\";\"True\";\"False\"",
        ["On/Off"] = "\"On\";\"On\";\"Off\"",
    };

    private const int MaxFormats = 1 << 16;

    private readonly SourceDocument _document;
    private readonly PageSink _pages;
    private readonly XmlReader _reader;
    private readonly Dictionary<string, NumberFormat> _formats = new(StringComparer.Ordinal);
    private readonly DocumentProperties _properties = new();
    private SheetPage? _page;
    private int _sheets;
    private string? _style;
    private NumberFormat _format = NumberFormat.General;
    private string? _commentAuthor;
    private bool _inComment;
    private bool _from1904;

    private FlatSheetReader(SourceDocument document, PageSink pages, XmlReader reader) => (_document, _pages, _reader) = (document, pages, reader);

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var reader = SafeXml.Open(document.Open(), document);
        var sheets = new FlatSheetReader(document, pages, reader);
        sheets.Read();
        sheets.EndSheet();
        return new(sheets._properties.Metadata with { PageCount = sheets._sheets });
    }

    private void Read()
    {
        while (!_pages.IsFull && _reader.Read())
        {
            SafeXml.CheckDepth(_reader, _document.Limits);
            if (_reader.NodeType == XmlNodeType.Element)
                Enter();
            else if (_reader is { NodeType: XmlNodeType.EndElement, LocalName: "Comment" })
                _inComment = false;
        }
    }

    private void Enter()
    {
        switch (_reader.LocalName)
        {
            case "DocumentProperties":
                OfficeXmlProperties.Read(_reader, _properties);
                break;
            case "Date1904":
                _from1904 = true;
                break;
            case "Style":
                _style = Attribute("ID");
                break;
            case "NumberFormat" when _style is not null && _formats.Count < MaxFormats && Attribute("Format") is { } code:
                _formats[_style] = NumberFormat.Parse(NamedFormats.GetValueOrDefault(code, code));
                break;
            case "Worksheet":
                EndSheet();
                _page = new(Attribute("Name") ?? "", _pages);
                _sheets++;
                break;
            case "Row":
                _page?.StartRow();
                break;
            case "Cell":
                _format = Attribute("StyleID") is { } style && _formats.TryGetValue(style, out var format) ? format : NumberFormat.General;
                _page?.AddTarget(Attribute("HRef"));
                _page?.AddTarget(Attribute("HRefScreenTip"));
                break;
            case "Comment":
                (_inComment, _commentAuthor) = (!_reader.IsEmptyElement, Attribute("Author"));
                break;
            case "Data" when _inComment:
                _page?.AddComment(_commentAuthor, SheetText.Read(_reader, _document.Limits));
                break;
            case "Data":
                var type = Attribute("Type");
                _page?.AddCell(Show(type, SheetText.Read(_reader, _document.Limits)));
                break;
            case "Header" or "Footer":
                _page?.AddMargin(Attribute("Data"), _document.FileName);
                break;
            case "InputTitle" or "InputMessage" or "ErrorTitle" or "ErrorMessage":
                _page?.AddTarget(SheetText.Read(_reader, _document.Limits));
                break;
        }
    }

    private string Show(string? type, string value) => type switch
    {
        "Number" when double.TryParse(value, CultureInfo.InvariantCulture, out var number) => _format.Show(number, _from1904),
        "DateTime" when DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) => _format.Show(SerialDate.ToSerial(moment, _from1904), _from1904),
        "Boolean" => value is "1" ? "TRUE" : "FALSE",
        "Error" => value,
        _ => _format.Show(value),
    };

    private void EndSheet()
    {
        _page?.Finish(_sheets == 1 ? _properties : null);
        _page = null;
    }

    private string? Attribute(string name) => OfficeXml.Attribute(_reader, name);
}
