using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Controls on sheets, drawn in VML: captions of buttons and boxes, alternative texts. Shapes of comments are left out: their text stands with the comments.</summary>
internal static class VmlControls
{
    internal static void Append(XmlReader reader, ExtractionLimits limits, SheetPage page)
    {
        var caption = new PageText();
        string? description = null;
        var (inText, isNote) = (0, false);
        while (reader.Read() && !page.IsFull)
        {
            SafeXml.CheckDepth(reader, limits);
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "shape" or "rect" or "oval" or "roundrect"):
                    (description, isNote) = (reader.GetAttribute("alt"), false);
                    caption.Clear();
                    break;
                case (XmlNodeType.Element, "textbox") when !reader.IsEmptyElement:
                    inText++;
                    break;
                case (XmlNodeType.Element, "textpath"):
                    caption.AppendLine(reader.GetAttribute("string"));
                    break;
                case (XmlNodeType.EndElement, "textbox"):
                    inText--;
                    break;
                case (XmlNodeType.Element, "ClientData"):
                    isNote = reader.GetAttribute("ObjectType") == "Note";
                    break;
                case (XmlNodeType.Text or XmlNodeType.CDATA, _) when inText > 0:
                    caption.AppendValue(reader, limits);
                    break;
                case (XmlNodeType.EndElement, "div"):
                    caption.EndLine();
                    break;
                case (XmlNodeType.EndElement, "shape" or "rect" or "oval" or "roundrect") when !isNote:
                    page.AddAside(description);
                    page.AddAside(caption.ToString());
                    break;
            }
        }
    }
}
