using System.Globalization;
using System.Text;

namespace ScaiDrive.Bench.Ocr;

/// <summary>The plainest PDF that holds pages of text or of pictures.</summary>
internal static class PlainPdf
{
    private const int ObjectsPerPage = 3;
    private const int FirstPage = 3;

    private sealed record Page(string Resources, string Content, byte[] Picture);

    /// <summary>A page for each group of lines.</summary>
    internal static byte[] OfText(IEnumerable<string[]> pages) => Write(pages.Select(static lines => new Page(
        "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >> >>",
        "BT /F 11 Tf 14.5 TL 60 760 Td\n" + string.Concat(lines.Select(static line => $"({Escape(line)}) '\n")) + "ET", [])));

    /// <summary>A page for each JPEG picture, which fills it.</summary>
    internal static byte[] OfPictures(IEnumerable<byte[]> pictures) => Write(pictures.Select(static picture => new Page(
        "/XObject << /P {0} 0 R >>", "q 595 0 0 842 0 0 cm /P Do Q", picture)));

    private static byte[] Write(IEnumerable<Page> pages)
    {
        var all = pages.ToList();
        using var file = new MemoryStream();
        var offsets = new List<long>();
        Put("%PDF-1.4\n");
        Begin("<< /Type /Catalog /Pages 2 0 R >>");
        Begin($"<< /Type /Pages /Count {all.Count} /Kids [{string.Concat(all.Select(static (_, i) => $"{FirstPage + i * ObjectsPerPage} 0 R "))}] >>");
        foreach (var (resources, content, picture) in all)
        {
            var number = offsets.Count + 1;
            Begin($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R /Resources << {resources.Replace("{0}", $"{number + 2}", StringComparison.Ordinal)} >> >>");
            BeginStream("", Encoding.Latin1.GetBytes(content));
            BeginStream(picture.Length > 0 ? Describe(picture) : "", picture);
        }

        var table = file.Position;
        Put($"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            Put(string.Create(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n"));
        Put($"trailer << /Size {offsets.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return file.ToArray();

        void Put(string text) => file.Write(Encoding.Latin1.GetBytes(text));

        void Begin(string dictionary)
        {
            offsets.Add(file.Position);
            Put($"{offsets.Count} 0 obj\n{dictionary}\nendobj\n");
        }

        void BeginStream(string entries, byte[] content)
        {
            offsets.Add(file.Position);
            Put($"{offsets.Count} 0 obj\n<< /Length {content.Length} {entries} >>\nstream\n");
            file.Write(content);
            Put("\nendstream\nendobj\n");
        }
    }

    // Height and width stand in the frame header, SOF0 to SOF2 (ITU-T T.81, B.2.2).
    private static string Describe(byte[] jpeg)
    {
        var at = 2;
        while (jpeg[at + 1] is not (>= 0xC0 and <= 0xC2))
            at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
        var (height, width) = (jpeg[at + 5] << 8 | jpeg[at + 6], jpeg[at + 7] << 8 | jpeg[at + 8]);
        return $"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace {(jpeg[at + 9] == 1 ? "/DeviceGray" : "/DeviceRGB")} /Filter /DCTDecode";
    }

    private static string Escape(string line) =>
        new([.. line.SelectMany(static character => character is '(' or ')' or '\\' ? ['\\', character] : char.IsAscii(character) ? new[] { character } : ['?'])]);
}
