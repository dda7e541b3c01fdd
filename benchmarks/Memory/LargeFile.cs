using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Bench.Memory;

/// <summary>Writes files of any size whose first part is text worth finding.</summary>
internal static class LargeFile
{
    internal static IReadOnlyList<string> Kinds { get; } = ["txt", "zip", "pdf"];

    internal static void Write(string kind, string folder, long bytes)
    {
        using var file = File.Create(Path.Combine(folder, $"large.{kind}"));
        switch (kind)
        {
            case "zip":
                using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
                {
                    using var member = archive.CreateEntry("large.txt", CompressionLevel.NoCompression).Open();
                    WriteLines(member, bytes);
                }
                break;
            case "pdf":
                WritePdf(file, bytes);
                break;
            default:
                WriteLines(file, bytes);
                break;
        }
    }

    private static void WriteLines(Stream to, long bytes)
    {
        var block = new StringBuilder();
        for (var line = 0; block.Length < 1 << 20; line++)
            block.Append("Reading number ").Append(line * 7919 % 100_003).Append(" of the gauge at quay ").Append(line % 97).Append(" was within its limits.\n");
        var content = Encoding.ASCII.GetBytes(block.ToString());
        for (long written = 0; written < bytes; written += content.Length)
            to.Write(content.AsSpan(0, (int)Math.Min(content.Length, bytes - written)));
    }

    /// <summary>A page of text, and a stream of the wanted size beside it as a scanned picture would be.</summary>
    private static void WritePdf(FileStream file, long bytes)
    {
        var offsets = new List<long>();
        Write("%PDF-1.7\n");
        Object("<< /Type /Catalog /Pages 2 0 R >>");
        Object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        Object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>");
        const string content = "BT /F1 12 Tf 72 720 Td (The gauge at the quay) Tj ET";
        Object($"<< /Length {content.Length} >> stream\n{content}\nendstream");
        offsets.Add(file.Position);
        Write($"5 0 obj << /Length {bytes} >> stream\n");
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        for (long written = 0; written < bytes; written += block.Length)
            file.Write(block.AsSpan(0, (int)Math.Min(block.Length, bytes - written)));
        Write("\nendstream endobj\n");
        var start = file.Position;
        Write($"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            Write($"{offset:0000000000} 00000 n \n");
        Write($"trailer << /Root 1 0 R /Size {offsets.Count + 1} >>\nstartxref\n{start}\n%%EOF\n");

        void Object(string text)
        {
            offsets.Add(file.Position);
            Write($"{offsets.Count} 0 obj {text} endobj\n");
        }

        void Write(string text) => file.Write(Encoding.Latin1.GetBytes(text));
    }
}
