using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Bench.Hostile;

/// <summary>PDF files that count, point or unpack without end (ISO 32000-1).</summary>
internal static class PdfBombs
{
    internal static byte[] HugeCount() => Document("<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>");

    internal static byte[] PageCycle() => Document("<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 1000000 >>", "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1000000 >>");

    internal static byte[] XrefCycle()
    {
        const string start = "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [] /Count 0 >> endobj\n";
        return Encoding.Latin1.GetBytes($"{start}xref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Size 3 /Prev {start.Length} >>\nstartxref\n{start.Length}\n%%EOF\n");
    }

    internal static byte[] XrefChain(int length)
    {
        var text = new StringBuilder("%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [] /Count 0 >> endobj\n");
        var previous = 0;
        for (var i = 0; i < length; i++)
        {
            var here = text.Length;
            text.Append(CultureInfo.InvariantCulture, $"xref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Size 3 {(previous > 0 ? $"/Prev {previous} " : "")}>>\n");
            previous = here;
        }
        return Encoding.Latin1.GetBytes(text.Append(CultureInfo.InvariantCulture, $"startxref\n{previous}\n%%EOF\n").ToString());
    }

    /// <summary>One page whose content unpacks to a gigabyte of text operators.</summary>
    internal static byte[] ContentStream()
    {
        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("BT /F1 9 Tf (all work and no play) Tj ET\n", 25_000)));
            for (var i = 0; i < 1000; i++)
                packer.Write(piece);
        }
        var head = "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
            + "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 999 999] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj\n"
            + $"4 0 obj << /Length {packed.Length} /Filter /FlateDecode >> stream\n";
        return [.. Encoding.Latin1.GetBytes(head), .. packed.ToArray(), .. "\nendstream endobj\ntrailer << /Root 1 0 R /Size 5 >>\n%%EOF\n"u8];
    }

    internal static byte[] DeepArray() => Document("<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots {new string('[', 500_000)}{new string(']', 500_000)} >>");

    private static byte[] Document(string pages, string page) => Encoding.Latin1.GetBytes(
        $"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj {pages} endobj\n3 0 obj {page} endobj\ntrailer << /Root 1 0 R /Size 4 >>\n%%EOF\n");
}
