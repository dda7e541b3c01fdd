using System.Globalization;
using System.Numerics;
using System.Xml;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Publishing;

/// <summary>One fixed page: runs of glyphs with places, put together to words and lines in the order of drawing (ECMA-388, 12 and 14).</summary>
internal sealed class FixedPage(XmlReader reader, ExtractionLimits limits, PageSink pages)
{
    // In ems: runs whose base lines differ by more are on different lines; a wider gap between runs is a space.
    private const float LineTolerance = 0.5f, SpaceWidth = 0.15f;

    // What a glyph is taken to be wide when the file leaves it to the font.
    private const float UsualAdvance = 0.5f;

    private readonly Stack<Matrix3x2> _transforms = new([Matrix3x2.Identity]);
    private readonly List<string> _targets = [];
    private Vector2 _end;
    private float _size;
    private bool _exact, _started, _inCanvasTransform;

    internal void Read(PageText page)
    {
        var asides = new List<string>();
        while (page.Length <= pages.Room && reader.Read())
        {
            SafeXml.CheckDepth(reader, limits);
            switch (reader.NodeType, reader.LocalName)
            {
                case (XmlNodeType.Element, "Canvas" or "FixedPage"):
                    Note(asides);
                    if (!reader.IsEmptyElement)
                        _transforms.Push(Transform() * _transforms.Peek());
                    break;
                case (XmlNodeType.EndElement, "Canvas" or "FixedPage") when _transforms.Count > 1:
                    _transforms.Pop();
                    break;
                case (XmlNodeType.Element, "MatrixTransform") when _inCanvasTransform && _transforms.Count > 1 && Matrix(reader.GetAttribute("Matrix")) is { } matrix:
                    _transforms.Push(matrix * _transforms.Pop());
                    break;
                case (XmlNodeType.Element, "Canvas.RenderTransform"):
                    _inCanvasTransform = true;
                    break;
                case (XmlNodeType.EndElement, "Canvas.RenderTransform"):
                    _inCanvasTransform = false;
                    break;
                case (XmlNodeType.Element, "Glyphs"):
                    Append(page);
                    Note(asides);
                    break;
                case (XmlNodeType.Element, "Path"):
                    Note(asides);
                    break;
            }
        }
        page.EndLine();
        foreach (var aside in asides.Concat(_targets))
            page.AppendLine(aside);
    }

    private void Append(PageText page)
    {
        var text = reader.GetAttribute("UnicodeString");
        if (string.IsNullOrEmpty(text))
            return;
        if (text.StartsWith("{}", StringComparison.Ordinal)) // an escape for texts that begin with a brace
            text = text[2..];
        var transform = Transform() * _transforms.Peek();
        var size = Number("FontRenderingEmSize");
        var origin = new Vector2(Number("OriginX"), Number("OriginY"));
        var (width, exact) = Width(text, size);
        var start = Vector2.Transform(origin, transform);
        var shown = Math.Max(0.01f, Vector2.TransformNormal(new(0, size), transform).Length());
        if (_started)
            Part(page, start, shown, text);
        page.Append(text);
        var rightToLeft = int.TryParse(reader.GetAttribute("BidiLevel"), CultureInfo.InvariantCulture, out var level) && level % 2 == 1;
        _end = Vector2.Transform(origin + new Vector2(rightToLeft ? -width : width, 0), transform);
        (_size, _exact, _started) = (shown, exact, true);
    }

    // Between two runs: nothing, a space, or the end of the line.
    private void Part(PageText page, Vector2 start, float size, string next)
    {
        var em = Math.Max(size, _size);
        var distance = start - _end;
        if (Math.Abs(distance.Y) > em * LineTolerance)
            page.EndLine();
        else if (!char.IsWhiteSpace(next[0]) && (Math.Abs(distance.X) > em * SpaceWidth || !_exact && distance.X > 0))
            page.AppendSpace();
    }

    // Indices: per glyph "index,advance,...;", the advance in hundredths of the size; empty where the font's own holds.
    private (float Width, bool Exact) Width(string text, float size)
    {
        var indices = reader.GetAttribute("Indices");
        if (string.IsNullOrEmpty(indices))
            return (text.Length * UsualAdvance * size, false);
        var (width, count, exact) = (0f, 0, true);
        foreach (var glyph in indices.Split(';'))
        {
            var fields = glyph.Split(',');
            if (fields.Length > 1 && float.TryParse(fields[1], CultureInfo.InvariantCulture, out var advance))
            {
                width += advance / 100 * size;
            }
            else
            {
                width += UsualAdvance * size;
                exact = false;
            }
            count++;
        }
        width += Math.Max(0, text.Length - count) * UsualAdvance * size;
        return (width, exact && count >= text.Length);
    }

    private void Note(List<string> asides)
    {
        foreach (var name in (ReadOnlySpan<string>)["AutomationProperties.Name", "AutomationProperties.HelpText"])
        {
            if (reader.GetAttribute(name) is { } text && !string.IsNullOrWhiteSpace(text) && !asides.Contains(text))
                asides.Add(text);
        }
        var target = OfficeXml.Attribute(reader, "FixedPage.NavigateUri");
        if (target is not null && target.Contains(':', StringComparison.Ordinal) && !_targets.Contains(target))
            _targets.Add(target);
    }

    private Matrix3x2 Transform() => Matrix(reader.GetAttribute("RenderTransform")) ?? Matrix3x2.Identity;

    private static Matrix3x2? Matrix(string? text)
    {
        var fields = text?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (fields is not { Length: 6 })
            return null;
        var values = new float[6];
        for (var i = 0; i < 6; i++)
        {
            if (!float.TryParse(fields[i], CultureInfo.InvariantCulture, out values[i]))
                return null;
        }
        return new(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private float Number(string attribute) => float.TryParse(reader.GetAttribute(attribute), CultureInfo.InvariantCulture, out var value) ? value : 0;
}
