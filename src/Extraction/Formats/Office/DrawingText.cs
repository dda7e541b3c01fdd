using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Text in DrawingML: shapes, charts, diagrams. Paragraphs are lines; cached values of charts are parted by tabs.</summary>
internal static class DrawingText
{
    /// <summary>Kinds of relationships that lead to parts with such text.</summary>
    internal static bool IsDrawing(Relationship link) =>
        !link.External && link.Kind is "chart" or "chartEx" or "diagramData" or "drawing" or "chartUserShapes";

    /// <summary>Appends the text of a part and of the charts it leads to.</summary>
    internal static void Append(OfficePackage package, string part, PageText page, int depth = 0)
    {
        using (var reader = package.Open(part))
        {
            if (reader is not null)
                Append(package, reader, page);
        }
        if (depth < 3)
        {
            foreach (var link in package.Relationships(part).Where(IsDrawing))
                Append(package, link.Target, page, depth + 1);
        }
    }

    private static void Append(OfficePackage package, XmlReader reader, PageText page)
    {
        var (choice, inPoint) = (new MarkupChoice(), false);
        while (reader.Read())
        {
            if (choice.Handles(reader, package.Limits))
                continue;
            SafeXml.CheckDepth(reader, package.Limits);
            if (reader.NodeType is XmlNodeType.Element or XmlNodeType.EndElement)
                inPoint = reader is { NodeType: XmlNodeType.Element, LocalName: "pt", IsEmptyElement: false };
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "t"):
                    OfficeXml.AppendContent(reader, page, package.Limits);
                    break;
                case (XmlNodeType.Element, "v"):
                    OfficeXml.AppendContent(reader, page, package.Limits);
                    page.Append("\t");
                    break;
                case (XmlNodeType.Text, _) when inPoint:
                    // Points of the newer charts hold their value directly.
                    page.AppendValue(reader, package.Limits);
                    page.Append("\t");
                    break;
                case (XmlNodeType.Element, "br"):
                    page.Append("\n");
                    break;
                case (XmlNodeType.Element, "cNvPr" or "docPr"):
                    AppendDescription(reader, page);
                    break;
                case (XmlNodeType.EndElement, "p" or "ser" or "cat" or "val" or "tx" or "xVal" or "yVal" or "bubbleSize" or "lvl"):
                    page.EndLine();
                    break;
            }
        }
        page.EndLine();
    }

    /// <summary>The alternative text of a picture or shape.</summary>
    internal static void AppendDescription(XmlReader reader, PageText page)
    {
        foreach (var name in (ReadOnlySpan<string>)["title", "descr"])
        {
            if (reader.GetAttribute(name) is { } text && !string.IsNullOrWhiteSpace(text))
                page.AppendLine(text);
        }
    }
}
