namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>A shape with what it says.</summary>
/// <param name="Placeholder">What it stands for in its layout ([MS-PPT] 2.13.21); 0 for a shape of its own.</param>
/// <param name="Text">Its text, or null.</param>
/// <param name="Outline">The number of its text in the outline of the presentation, when it stands there.</param>
/// <param name="Asides">Word art, alternative text, names of picture files.</param>
internal sealed record PptShape(int Placeholder, PptText? Text, uint? Outline, IReadOnlyList<string> Asides)
{
    /// <summary>A header or footer of a master, whose text its author wrote.</summary>
    internal bool IsHeaderOrFooter => Placeholder is 9 or 10;
}

/// <summary>The shapes of a slide in the order of drawing, those in groups included.</summary>
internal static class PptShapes
{
    private const int MaxDepth = 48;

    internal static List<PptShape> Read(PptRecords records, PptRecord slide, PptFurniture furniture)
    {
        var shapes = new List<PptShape>();
        if (records.Find(slide, PptType.Drawing) is { } drawing)
            Walk(records, drawing, furniture, shapes, 0);
        return shapes;
    }

    private static void Walk(PptRecords records, PptRecord parent, PptFurniture furniture, List<PptShape> shapes, int depth)
    {
        foreach (var child in records.Children(parent))
        {
            if (child.Type == PptType.Shape)
                shapes.Add(ReadShape(records, child, furniture));
            else if (child.Type is PptType.DrawingContainer or PptType.ShapeGroup && depth < MaxDepth)
                Walk(records, child, furniture, shapes, depth + 1);
        }
    }

    private static PptShape ReadShape(PptRecords records, PptRecord shape, PptFurniture furniture)
    {
        var placeholder = 0;
        PptText? text = null;
        uint? outline = null;
        var asides = new List<string>();
        foreach (var part in records.Children(shape))
        {
            switch (part.Type)
            {
                case PptType.ShapeProperties or PptType.MoreShapeProperties:
                    DrawingRecords.CollectProperties(records.Content(part), part.Instance, asides);
                    break;
                case PptType.ShapeClient when records.Find(part, PptType.Placeholder) is { } found:
                    placeholder = LittleEndian.Byte(records.Content(found), 4);
                    break;
                case PptType.ShapeText:
                    text = PptTexts.Read(records, records.Children(part), furniture).FirstOrDefault();
                    outline = records.Find(part, PptType.OutlineReference) is { } reference ? records.Number(reference, 0) : null;
                    break;
            }
        }
        return new(placeholder, text, outline, asides);
    }
}
