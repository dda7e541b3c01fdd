using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>What a page shows beside its text layer, seen in the operators of its content (ISO 32000-2, annex A). Asked only for pages with hardly any text.</summary>
internal sealed class PageLook
{
    private const int MostBytes = 16 << 20;
    private const int MostOperators = 500_000;
    private const int MaxForms = 8;

    private readonly PdfFile _file;
    private int _left = MostOperators;

    private PageLook(PdfFile file) => _file = file;

    /// <summary>Something is painted: paths, shadings, glyphs or pictures.</summary>
    internal bool Paints { get; private set; }

    /// <summary>A picture is among it.</summary>
    internal bool HasPicture { get; private set; }

    /// <summary>The largest picture's part of the page's area.</summary>
    internal double LargestPicture { get; private set; }

    internal static PageLook At(PdfFile file, PdfPage page)
    {
        var look = new PageLook(file);
        look.Scan(look.Content(file.Get(page.Dictionary, "Contents")), page.Resources, 1, 0);
        foreach (var annotation in Annotations.Of(file, page))
        {
            if (file.Name(annotation, "Subtype") == "Stamp" && file.Get(file.Dictionary(annotation, "AP"), "N") is PdfStream stamp)
                look.Scan(look.Content(stamp), file.Dictionary(stamp.Dictionary, "Resources"), 1, 1);
        }
        look.LargestPicture /= Math.Max(1, page.Width * page.Height);
        return look;
    }

    private byte[] Content(object? content)
    {
        if (content is PdfStream single)
            return _file.ReadStream(single, MostBytes) ?? [];
        using var whole = new MemoryStream();
        foreach (var part in content as PdfArray ?? [])
        {
            if (_file.Resolve(part) is PdfStream stream && whole.Length < MostBytes)
            {
                whole.Write(_file.ReadStream(stream, MostBytes) ?? []);
                whole.WriteByte((byte)'\n');
            }
        }
        return whole.ToArray();
    }

    // A picture fills the unit square, so its area is the determinant of the matrix.
    private void Scan(byte[] content, PdfDictionary? resources, double area, int forms)
    {
        var lexer = new PdfLexer(content);
        var operands = new List<object?>();
        var saved = new Stack<double>();
        while (!lexer.AtEnd && --_left > 0)
        {
            var token = lexer.Read();
            if (token is not PdfKeyword { Value: var verb })
            {
                operands.Add(token);
                continue;
            }
            switch (verb)
            {
                case "q":
                    saved.Push(area);
                    break;
                case "Q":
                    area = saved.TryPop(out var before) ? before : area;
                    break;
                case "cm":
                    area *= Determinant(operands);
                    break;
                case "Do" when operands is [.., PdfName name]:
                    PaintObject(_file.Get(_file.Dictionary(resources, "XObject"), name.Value) as PdfStream, resources, area, forms);
                    break;
                case "ID":
                    PaintPicture(area);
                    SkipInlinePicture(ref lexer, content);
                    break;
                case "f" or "F" or "f*" or "B" or "B*" or "b" or "b*" or "S" or "s" or "sh" or "Tj" or "TJ" or "'" or "\"":
                    Paints = true;
                    break;
            }
            operands.Clear();
        }
        Paints |= _left <= 0;
    }

    private void PaintPicture(double area)
    {
        Paints = HasPicture = true;
        LargestPicture = Math.Max(LargestPicture, Math.Abs(area));
    }

    private void PaintObject(PdfStream? painted, PdfDictionary? resources, double area, int forms)
    {
        if (painted is null)
            return;
        if (_file.Name(painted.Dictionary, "Subtype") != "Form")
            PaintPicture(area);
        else if (forms < MaxForms)
            Scan(Content(painted), _file.Dictionary(painted.Dictionary, "Resources") ?? resources, area * Determinant(_file.Array(painted.Dictionary, "Matrix")), forms + 1);
    }

    private static double Determinant(List<object?>? matrix) =>
        matrix is [.., double a, double b, double c, double d, double, double] ? a * d - b * c : 1;

    private static void SkipInlinePicture(ref PdfLexer lexer, byte[] content)
    {
        for (var at = Math.Min(lexer.Position + 1, content.Length); ;)
        {
            var found = content.AsSpan(at).IndexOf("EI"u8);
            if (found < 0)
            {
                lexer.Position = content.Length;
                return;
            }
            at += found + 2;
            if (PdfLexer.IsWhiteSpace(content[at - 3]) && (at == content.Length || PdfLexer.IsWhiteSpace(content[at])))
            {
                lexer.Position = at;
                return;
            }
        }
    }
}
