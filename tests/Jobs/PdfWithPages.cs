using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Jobs.Tests;

/// <summary>Writes a PDF whose pages are a line of text each, or a picture of text.</summary>
internal static class PdfWithPages
{
    /// <summary>A page that only OCR can read; it says <see cref="WordInPicture"/>.</summary>
    internal const string? Picture = null;

    internal const string WordInPicture = "Norrland";

    internal static byte[] Write(params string?[] pages) => WriteWith("", pages);

    /// <param name="about">Title and author, as a PDF's information dictionary has them.</param>
    /// <param name="pages">A text of ASCII letters, or <see cref="Picture"/>.</param>
    internal static byte[] WriteWith(string about, params string?[] pages)
    {
        var (idat, width, height) = ReadPng();
        List<byte[]> objects = [[], Ascii("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"), Image(idat, width, height)];
        var kids = new List<int>();
        foreach (var page in pages)
        {
            var content = page is null ? $"q {width} 0 0 {height} 0 0 cm /Im Do Q" : $"BT /F 24 Tf 40 300 Td ({page}) Tj ET";
            objects.Add(Stream("", Ascii(content)));
            objects.Add(Ascii($"<< /Type /Page /Parent 1 0 R /MediaBox [0 0 {width} {height}] /Contents {objects.Count} 0 R "
                + "/Resources << /Font << /F 2 0 R >> /XObject << /Im 3 0 R >> >> >>"));
            kids.Add(objects.Count);
        }

        objects[0] = Ascii($"<< /Type /Pages /Count {kids.Count} /Kids [{string.Join(' ', kids.Select(kid => $"{kid} 0 R"))}] >>");
        objects.Add(Ascii("<< /Type /Catalog /Pages 1 0 R >>"));
        var root = objects.Count;
        objects.Add(Ascii($"<< {about} >>"));
        return File(objects, root);

        static byte[] Image(byte[] idat, int width, int height) => Stream(
            // A PNG's own data, as it is: PDF knows its predictors (ISO 32000-1, 7.4.4.4).
            $"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 8 "
            + $"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 8 /Columns {width} >>",
            idat);
    }

    private static byte[] File(List<byte[]> objects, int root)
    {
        using var file = new MemoryStream();
        var offsets = new List<long>();
        file.Write("%PDF-1.4\n"u8);
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(file.Position);
            file.Write(Ascii($"{i + 1} 0 obj\n"));
            file.Write(objects[i]);
            file.Write("\nendobj\n"u8);
        }

        var table = file.Position;
        file.Write(Ascii($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n"));
        foreach (var offset in offsets)
            file.Write(Ascii(offset.ToString("D10", CultureInfo.InvariantCulture) + " 00000 n \n"));
        file.Write(Ascii($"trailer << /Size {objects.Count + 1} /Root {root} 0 R /Info {root + 1} 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    private static byte[] Stream(string entries, byte[] content) =>
        [.. Ascii($"<< {entries} /Length {content.Length} >>\nstream\n"), .. content, .. "\nendstream"u8];

    private static (byte[] Idat, int Width, int Height) ReadPng()
    {
        var png = System.IO.File.ReadAllBytes(Path.Combine(RepositoryPaths.Root, "samples", "Delivery note 88213.png"));
        var (idat, width, height) = (new MemoryStream(), 0, 0);
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var data = png.AsSpan(at + 8, length);
            if (png.AsSpan(at + 4, 4).SequenceEqual("IHDR"u8))
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
            else if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                idat.Write(data);
            at += length + 12;
        }

        return (idat.ToArray(), width, height);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
