using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>Cuts the body of an OpenDocument file into pages.</summary>
internal sealed class OpenPages(XmlReader reader, OpenSource source, PageSink pages, OpenMasters masters, DocumentProperties properties)
{
    // Headers and footers of slides are declared once and used by name.
    private readonly Dictionary<string, string> _declared = new(StringComparer.Ordinal);
    private OpenStory _story = null!;
    private int _added;

    internal void Read()
    {
        _story = new(reader, source, pages) { EndPage = () => Turn() };
        var kind = "";
        while (!_story.Full && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            SafeXml.CheckDepth(reader, source.Document.Limits);
            switch (OpenNames.Of(reader))
            {
                case "office:document-content" or "office:document":
                    kind = OfficeXml.Attribute(reader, "class") ?? ""; // only the forerunner says it here
                    break;
                case "office:spreadsheet":
                    kind = "spreadsheet";
                    break;
                case "table:table" when kind == "spreadsheet":
                    ReadSheet();
                    break;
                case "draw:page":
                    ReadSlide();
                    break;
                case "presentation:header-decl" or "presentation:footer-decl" or "presentation:date-time-decl":
                    if (OfficeXml.Attribute(reader, "name") is { } name)
                        _declared[name] = _story.ReadValue();
                    break;
                case "office:text":
                    ReadText();
                    break;
                case "office:body" when kind is "text":
                    ReadText();
                    break;
                case "office:body" or "office:presentation" or "office:drawing":
                    break;
                default:
                    // Everything else stands before the body, or is a chart or formula that is a document of its own.
                    var text = _story.Capture(itself: true);
                    if (text.Length > 0)
                        _story.Page.AppendLine(text);
                    break;
            }
        }
        if (_story.Page.Length > 0 || _added == 0)
            Turn();
    }

    private void ReadText()
    {
        _story.Page.AppendLine(masters.Headers);
        _story.ReadChildren();
        _story.Page.AppendLine(masters.Footers);
    }

    private void ReadSheet()
    {
        var page = _story.Page;
        page.Append(OfficeXml.Attribute(reader, "name"));
        page.MarkHeading(0, 1);
        page.EndLine();
        _story.ReadSheet();
        page.AppendLine(masters.OnSheets(_story.UsedMasters));
        Turn();
    }

    private void ReadSlide()
    {
        var around = new PageText();
        around.AppendLine(masters.OnSlide(OfficeXml.Attribute(reader, "master-page-name")));
        foreach (var use in (ReadOnlySpan<string>)["use-header-name", "use-footer-name", "use-date-time-name"])
        {
            if (OfficeXml.Attribute(reader, use) is { } name && _declared.TryGetValue(name, out var text))
                around.AppendLine(text);
        }
        var title = _story.SlideTitle = new();
        var body = _story.Capture();
        var page = _story.Page;
        page.AppendLine(title.ToString());
        page.MarkHeading(0, 1);
        page.AppendLine(body);
        page.AppendLine(around.ToString());
        Turn();
    }

    private void Turn()
    {
        if (_added++ == 0)
            properties.AppendTo(_story.Page);
        _story.Turn();
    }
}
