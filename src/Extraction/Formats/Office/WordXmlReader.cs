using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>WordprocessingML of Word 2003: one XML file. Headers and footers stand in the sections, notes and comments in the paragraphs they belong to.</summary>
internal sealed class WordXmlReader
{
    private readonly XmlReader _reader;
    private readonly SourceDocument _document;
    private readonly PageSink _pages;
    private readonly DocumentProperties _properties = new();
    private readonly List<string> _asides = [];
    private PageText _page = new();
    private int _rowStart;

    private WordXmlReader(XmlReader reader, SourceDocument document, PageSink pages) => (_reader, _document, _pages) = (reader, document, pages);

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var reader = SafeXml.Open(document.Open(), document);
        var reading = new WordXmlReader(reader, document, pages);
        while (reading._page.Length <= pages.Room && reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
                reading.ReadElement();
        }
        reading.EndParagraph();
        reading._properties.AppendTo(reading._page);
        pages.Add(reading._page);
        return new(reading._properties.Metadata);
    }

    private void ReadChildren()
    {
        var depth = SafeXml.Enter(_reader);
        while (_page.Length <= _pages.Room && SafeXml.ReadInside(_reader, depth))
        {
            if (_reader.NodeType == XmlNodeType.Element)
                ReadElement();
        }
    }

    private void ReadElement()
    {
        SafeXml.CheckDepth(_reader, _document.Limits);
        switch (_reader.LocalName)
        {
            case "DocumentProperties" or "CustomDocumentProperties":
                OfficeXmlProperties.Read(_reader, _properties);
                break;
            case "styles" or "fonts" or "lists" or "docPr" or "docOleData" or "docSuppData" or "binData" or "rPr" or "delText" or "bgPict" or "instrText":
                Skip();
                break;
            case "annotation":
                ReadAnnotation(OfficeXml.Attribute(_reader, "type") ?? "");
                break;
            case "p":
                _pages.Progress();
                ReadChildren();
                EndParagraph();
                break;
            case "footnote" or "endnote" or "txbxContent" or "hdr" or "ftr":
                _asides.Add(Capture());
                break;
            case "t":
                AppendValue();
                break;
            case "tab":
                _page.Append("\t");
                break;
            case "br" or "cr":
                _page.Append("\n");
                break;
            case "noBreakHyphen":
                _page.Append("-");
                break;
            case "hlink":
                var target = OfficeXml.Attribute(_reader, "dest");
                ReadChildren();
                AddAside(target);
                break;
            case "tr":
                _page.EndLine();
                _rowStart = _page.Length;
                ReadChildren();
                _page.EndLine();
                break;
            case "tc":
                ReadChildren();
                _page.TrimEnd(Math.Min(_rowStart, _page.Length));
                _page.Append("\t");
                break;
            default:
                AddAside(_reader.GetAttribute("alt"));
                AddAside(_reader.GetAttribute("title"));
                ReadChildren();
                break;
        }
    }

    private void EndParagraph()
    {
        _page.EndLine();
        foreach (var aside in _asides)
            _page.AppendLine(aside);
        _asides.Clear();
    }

    // Changes and comments (aml:annotation): what was deleted is gone, a comment follows its paragraph.
    private void ReadAnnotation(string type)
    {
        var author = OfficeXml.Attribute(_reader, "author");
        if (type == "Word.Deletion")
            Skip();
        else if (type == "Word.Comment")
            AddAside($"{author}\n{Capture()}");
        else
            ReadChildren();
    }

    private void AddAside(string? text)
    {
        if (!string.IsNullOrWhiteSpace(text) && !_asides.Contains(text))
            _asides.Add(text);
    }

    // What stands inside a paragraph without being in its line ends paragraphs of its own.
    private string Capture()
    {
        var (page, rowStart) = (_page, _rowStart);
        string[] outer = [.. _asides];
        (_page, _rowStart) = (new(), 0);
        _asides.Clear();
        ReadChildren();
        EndParagraph();
        var text = _page.ToString();
        (_page, _rowStart) = (page, rowStart);
        _asides.AddRange(outer);
        return text;
    }

    private void AppendValue()
    {
        var depth = SafeXml.Enter(_reader);
        while (SafeXml.ReadInside(_reader, depth))
        {
            if (_reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                _page.AppendValue(_reader, _document.Limits);
        }
    }

    private void Skip() => SafeXml.Skip(_reader, _document.Limits);
}
