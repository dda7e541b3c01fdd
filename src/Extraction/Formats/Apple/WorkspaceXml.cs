using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>The XML of the edition of 2009 (<c>index.xml</c>, <c>index.apxl</c>): a slide or a sheet is a page.</summary>
internal sealed class WorkspaceXml(XmlReader reader, SourceDocument document, PageSink pages)
{
    private readonly DocumentProperties _properties = new();
    private readonly Dictionary<string, string> _masters = new(StringComparer.Ordinal);
    private readonly WorkspaceGrid _grid = new(reader);
    private PageText _page = new();
    private PageText? _title;
    private bool _inMaster, _paragraph;
    private int _added;

    internal ReadResult Read()
    {
        while (!Full && reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
                ReadElement();
        }
        if (_page.Length > 0)
            Turn();
        return new(_properties.Metadata);
    }

    private bool Full => pages.IsFull || _page.Length > pages.Room;

    private void ReadChildren()
    {
        var depth = SafeXml.Enter(reader);
        while (!Full && SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType == XmlNodeType.Element)
                ReadElement();
            else if (_paragraph && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                _page.AppendValue(reader, document.Limits);
        }
    }

    private void ReadElement()
    {
        SafeXml.CheckDepth(reader, document.Limits);
        switch (reader.LocalName)
        {
            // Styles, and what templates offer for use.
            case "stylesheet" or "section-prototypes" or "tabular-prototypes" or "style-browser-model" or "calc-engine" or "version-history" or "sidebar-cache"
                or "placeholder-styles" or "prototype-drawables" or "theme-stylesheet" or "ui-state" or "printingss":
            case "title-placeholder" or "body-placeholder" or "object-placeholder" or "slide-number-placeholder" when _inMaster:
                Skip();
                break;
            case "metadata":
                ReadMetadata();
                break;
            case "master-slide":
                ReadMaster();
                break;
            case "slide" when !_inMaster:
                ReadSlide();
                break;
            case "workspace" when Attribute("workspace-name") is { } name:
                ReadSheet(name);
                break;
            case "title-placeholder" when _title is { } title:
                title.AppendLine(Capture());
                break;
            case "p":
                ReadParagraph();
                break;
            case "br" or "lnbr" or "crbr" or "intratopicbr" or "pgbr" or "sectbr" or "layoutbr" or "contbr":
                _page.Append("\n");
                break;
            case "tab":
                _page.Append("\t");
                break;
            case "link":
                ReadLink();
                break;
            case "tabular-model":
                if (Attribute("name-is-visible") == "true")
                    _page.AppendLine(Attribute("name"));
                ReadChildren();
                break;
            case "datasource":
                _grid.Read(_page, pages);
                break;
            case "chart-row-names" or "chart-column-names" or "chart-title" or "chart-name":
                ReadStrings();
                break;
            default:
                ReadChildren();
                break;
        }
    }

    private void ReadParagraph()
    {
        var outer = _paragraph;
        if (!outer)
            _page.EndLine();
        _paragraph = true;
        ReadChildren();
        _paragraph = outer;
        _page.EndLine();
        pages.Progress();
    }

    private void ReadLink()
    {
        var target = Attribute("href");
        ReadChildren();
        if (target is not null && target.Contains(':', StringComparison.Ordinal))
            _page.Append($" {target} ");
    }

    private void ReadStrings()
    {
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "string" })
                _page.AppendLine(Attribute("string"));
        }
    }

    private void ReadMaster()
    {
        var id = Attribute("ID") ?? "";
        (_inMaster, var outer) = (true, _inMaster);
        _masters[id] = Capture();
        _inMaster = outer;
    }

    private void ReadSlide()
    {
        var depth = SafeXml.Enter(reader);
        var (title, master) = (_title = new(), "");
        while (!Full && SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName == "master-ref")
                master = Attribute("IDREF") ?? "";
            else
                ReadElement();
        }
        _title = null;
        var body = _page.ToString();
        _page.Clear();
        _page.AppendLine(title.ToString());
        _page.MarkHeading(0, 1);
        _page.AppendLine(body);
        _page.AppendLine(_masters.GetValueOrDefault(master, ""));
        Turn();
    }

    private void ReadSheet(string name)
    {
        _page.AppendLine(name);
        _page.MarkHeading(0, 1);
        ReadChildren();
        Turn();
    }

    private void ReadMetadata()
    {
        var kind = "";
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (reader.LocalName is not ("string" or "array"))
                kind = reader.LocalName;
            else if (Attribute("string") is { } value)
                SetProperty(kind, value);
        }
    }

    private void SetProperty(string kind, string value)
    {
        if (kind == "title")
            _properties.SetTitle(value);
        else if (kind is "authors" or "author")
            _properties.SetAuthor(value);
        else
            _properties.AddWords(value);
    }

    private string Capture()
    {
        var (page, paragraph) = (_page, _paragraph);
        (_page, _paragraph) = (new(), false);
        ReadChildren();
        var text = _page.ToString();
        (_page, _paragraph) = (page, paragraph);
        return text;
    }

    private void Turn()
    {
        if (_added++ == 0)
            _properties.AppendTo(_page);
        pages.Add(_page);
        _page.Clear();
    }

    private void Skip() => SafeXml.Skip(reader, document.Limits);

    private string? Attribute(string localName) => OfficeXml.Attribute(reader, localName);
}
