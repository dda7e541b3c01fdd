using System.Globalization;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>SpreadsheetML of Excel 2002 and 2003: one XML file, a sheet a page with its name as heading, cells as shown and parted by tabs.</summary>
internal sealed class SheetXmlReader
{
    private readonly XmlReader _reader;
    private readonly SourceDocument _document;
    private readonly PageSink _pages;
    private readonly DocumentProperties _properties = new();
    private readonly Dictionary<string, NumberFormat> _formats = new(StringComparer.Ordinal);
    private readonly PageText _page = new();
    private readonly List<string> _asides = [];
    private string? _style;
    private string _name = "";
    private bool _firstCell;
    private int _sheets;

    private SheetXmlReader(XmlReader reader, SourceDocument document, PageSink pages) => (_reader, _document, _pages) = (reader, document, pages);

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var reader = SafeXml.Open(document.Open(), document);
        var reading = new SheetXmlReader(reader, document, pages);
        while (!pages.IsFull && reading._page.Length <= pages.Room && reader.Read())
        {
            SafeXml.CheckDepth(reader, document.Limits);
            if (reader.NodeType == XmlNodeType.Element)
                reading.ReadElement();
            else if (reader is { NodeType: XmlNodeType.EndElement, LocalName: "Worksheet" })
                reading.EndSheet();
        }
        if (reading._page.Length > 0)
            reading.EndSheet();
        return new(reading._properties.Metadata);
    }

    private void ReadElement()
    {
        switch (_reader.LocalName)
        {
            case "DocumentProperties":
                OfficeXmlProperties.Read(_reader, _properties);
                break;
            case "Style":
                _style = Attribute("ID");
                break;
            case "NumberFormat" when _style is not null && Attribute("Format") is { } format:
                _formats[_style] = NumberFormat.Parse(CodeOf(format));
                break;
            case "Worksheet":
                _name = Attribute("Name") ?? "";
                _page.AppendLine(_name);
                _page.MarkHeading(0, 1);
                break;
            case "Row":
                _page.EndLine();
                _firstCell = true;
                _pages.Progress();
                break;
            case "Cell":
                var text = ReadCell();
                if (text.Length > 0)
                    _page.Append(_firstCell ? "" : "\t").Append(text.ReplaceLineEndings(" "));
                _firstCell &= text.Length == 0;
                break;
            case "Header" or "Footer" when Attribute("Data") is { } margin:
                _asides.Add(MarginText.Decode(margin, _name, _document.FileName));
                break;
        }
    }

    private void EndSheet()
    {
        _page.EndLine();
        foreach (var aside in _asides)
            _page.AppendLine(aside);
        _asides.Clear();
        if (_sheets++ == 0)
            _properties.AppendTo(_page);
        _pages.Add(_page);
        _page.Clear();
    }

    private string ReadCell()
    {
        var style = Attribute("StyleID");
        if (Attribute("HRef") is { } target)
            _asides.Add(target);
        var (value, type, inComment) = ("", "", false);
        var depth = SafeXml.Enter(_reader);
        while (SafeXml.ReadInside(_reader, depth))
        {
            if (_reader.NodeType != XmlNodeType.Element || _reader.LocalName is not ("Comment" or "Data"))
                continue;
            if (_reader.LocalName == "Comment")
            {
                inComment = true;
                if (Attribute("Author") is { Length: > 0 } author)
                    _asides.Add(author);
            }
            else if (inComment)
            {
                _asides.Add(ReadText());
            }
            else
            {
                type = Attribute("Type") ?? "";
                value = ReadText();
            }
        }
        return Show(value, type, style is null ? null : _formats.GetValueOrDefault(style));
    }

    private static string Show(string value, string type, NumberFormat? format) => type switch
    {
        "Number" when double.TryParse(value, CultureInfo.InvariantCulture, out var number) => (format ?? NumberFormat.General).Show(number),
        "DateTime" when DateTime.TryParse(value, CultureInfo.InvariantCulture, out var date) => format is not null ? format.Show(SerialDate.ToSerial(date, from1904: false))
            : date.ToString(date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        "Boolean" => value is "1" or "true" ? "TRUE" : "FALSE",
        _ => value,
    };

    // Names stand for the formats a user finds in a menu.
    private static string CodeOf(string format) => format switch
    {
        "General Number" => "General",
        "General Date" => "m/d/yyyy h:mm",
        "Short Date" => "m/d/yyyy",
        "Medium Date" => "d-mmm-yy",
        "Long Date" => "dddd, mmmm dd, yyyy",
        "Short Time" => "h:mm",
        "Medium Time" => "h:mm AM/PM",
        "Long Time" => "h:mm:ss AM/PM",
        "Currency" => "$#,##0.00",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Yes/No" => "\"Yes\";\"Yes\";\"No\"",
        "True/False" => "\"True\";\"True\";\"False\"",
        "On/Off" => "\"On\";\"On\";\"Off\"",
        _ => format,
    };

    private string ReadText()
    {
        var text = new PageText();
        var depth = SafeXml.Enter(_reader);
        while (SafeXml.ReadInside(_reader, depth))
        {
            if (_reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                text.AppendValue(_reader, _document.Limits);
        }
        return text.ToString();
    }

    private string? Attribute(string localName) => WordStyles.Attribute(_reader, localName);
}
