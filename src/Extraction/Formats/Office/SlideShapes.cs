using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>The shapes of one slide, layout, master or notes page in the order of the file, which is the order of drawing; the title is put first, where it is read first.</summary>
/// <param name="reader">Before the part's root.</param>
/// <param name="limits">Of the file.</param>
/// <param name="page">Where the text goes.</param>
/// <param name="ownTextOnly">Leave out placeholders, which hold prompts such as "Click to edit" in layouts and masters.</param>
/// <param name="titleIsHeading">Notes repeat no title.</param>
internal sealed class SlideShapes(XmlReader reader, ExtractionLimits limits, PageText page, bool ownTextOnly, bool titleIsHeading)
{
    private readonly PageText _rest = new();
    private readonly PageText _shape = new();
    private readonly MarkupChoice _choice = new();
    private readonly WordFormula _formula = new();
    private string? _placeholder;
    private int _rowStart;

    internal void Read()
    {
        try
        {
            while (reader.Read())
            {
                SafeXml.CheckDepth(reader, limits);
                if (_choice.Handles(reader, limits))
                    continue;
                if (reader.NodeType == XmlNodeType.Element)
                    Enter();
                else if (reader.NodeType == XmlNodeType.EndElement)
                    Leave();
            }
        }
        finally
        {
            EndShape();
            page.AppendLine(_rest.ToString());
        }
    }

    private void Enter()
    {
        switch (reader.LocalName)
        {
            case "sp":
                EndShape();
                break;
            case "ph":
                _placeholder = reader.GetAttribute("type") ?? "body";
                break;
            case "cNvPr" when !ownTextOnly:
                DrawingText.AppendDescription(reader, _rest);
                break;
            case "hlinkClick" or "hlinkHover" or "hlinkMouseOver" when !ownTextOnly && reader.GetAttribute("tooltip") is { Length: > 0 } tip:
                _rest.AppendLine(tip);
                break;
            case "t":
                OfficeXml.AppendContent(reader, _shape, limits);
                break;
            case "br":
                _shape.Append("\n");
                break;
            case "tab" when !reader.HasAttributes: // with attributes it is a tab stop
                _shape.Append("\t");
                break;
            case "tr":
                _rowStart = _shape.Length;
                break;
            default:
                _formula.Enter(reader, _shape);
                break;
        }
    }

    private void Leave()
    {
        switch (reader.LocalName)
        {
            case "tc":
                _shape.TrimEnd(Math.Min(_rowStart, _shape.Length));
                _shape.Append("\t");
                break;
            case "p" or "tr":
                _shape.EndLine();
                break;
            case "sp" or "graphicFrame":
                EndShape();
                break;
            default:
                _formula.Leave(reader, _shape);
                break;
        }
    }

    private void EndShape()
    {
        var text = _shape.ToString();
        var kind = _placeholder;
        _shape.Clear();
        (_placeholder, _rowStart) = (null, 0);
        if (text.Length == 0 || IsFurniture(kind, text))
            return;
        if (kind is "title" or "ctrTitle" && !ownTextOnly && titleIsHeading)
        {
            page.EndLine();
            var start = page.Length;
            page.Append(text);
            page.MarkHeading(start, 1);
            page.EndLine();
        }
        else
        {
            _rest.AppendLine(text);
        }
    }

    // A page number says nothing; of a master's placeholders only headers and footers hold text of its author.
    private bool IsFurniture(string? kind, string text) =>
        ownTextOnly ? kind is not (null or "ftr" or "hdr") : kind == "sldNum" && text.Length < 8;
}
