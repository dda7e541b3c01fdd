using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Pictures of pages, drawn by the same program that draws PDF pages, and the files they come in.</summary>
internal static class PageFiles
{
    /// <summary>A PDF with a line of Helvetica for each line of text; each page may lie on its side.</summary>
    internal static byte[] Pdf(IEnumerable<(string Text, int Turn)> pages, int fontSize = 14, double width = 595, double height = 300)
    {
        var all = pages.ToList();
        var objects = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {all.Count} /Kids [{string.Concat(all.Select((_, i) => $"{4 + 2 * i} 0 R "))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        };
        foreach (var (text, turn) in all)
        {
            var lines = string.Concat(text.Split('\n').Select(line => $"({line.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal)}) '\n"));
            var content = string.Create(CultureInfo.InvariantCulture, $"BT /F {fontSize} Tf {fontSize * 1.4} TL 40 {height - 40} Td\n{lines}ET");
            objects.Add(string.Create(CultureInfo.InvariantCulture,
                $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate {turn} /Contents {objects.Count + 2} 0 R /Resources << /Font << /F 3 0 R >> >> >>"));
            objects.Add($"<< /Length {content.Length} >>\nstream\n{content}\nendstream");
        }
        var file = new StringBuilder("%PDF-1.4\n");
        for (var i = 0; i < objects.Count; i++)
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        file.Append("trailer << /Root 1 0 R >>\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    /// <summary>A page as a grey picture of one byte a pixel.</summary>
    internal static Grey Draw(string text, int turn = 0, int dpi = 200, int fontSize = 14, double width = 595, double height = 300)
    {
        var folder = Directory.CreateTempSubdirectory("page-").FullName;
        try
        {
            var pdf = Path.Combine(folder, "page.pdf");
            File.WriteAllBytes(pdf, Pdf([(text, turn)], fontSize, width, height));
            using var process = System.Diagnostics.Process.Start("pdftoppm", ["-q", "-gray", "-r", $"{dpi}", "-singlefile", pdf, Path.Combine(folder, "page")]);
            process.WaitForExit();
            return Grey.ParsePgm(File.ReadAllBytes(Path.Combine(folder, "page.pgm")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>PNG (ISO/IEC 15948): grey of 8 bits; with alpha, 16 bits or a palette when asked.</summary>
    internal static byte[] Png(Grey page, PngKind kind = PngKind.Grey)
    {
        var (depth, colour) = kind switch { PngKind.Grey => (8, 0), PngKind.Grey16 => (16, 0), PngKind.Palette => (8, 3), _ => (8, 6) };
        using var raw = new MemoryStream();
        for (var y = 0; y < page.Height; y++)
        {
            raw.WriteByte(0);
            foreach (var value in page.Pixels.AsSpan(y * page.Width, page.Width))
            {
                raw.Write(kind switch
                {
                    PngKind.Grey16 => [value, value],
                    // Black ink on nothing: what is transparent is black too.
                    PngKind.InkOnNothing => [0, 0, 0, (byte)(255 - value)],
                    _ => [value],
                });
            }
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(raw.ToArray());
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n\u001a\n"u8]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, page.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], page.Height);
        (header[8], header[9]) = ((byte)depth, (byte)colour);
        Chunk("IHDR", header);
        if (kind == PngKind.Palette)
            Chunk("PLTE", [.. Enumerable.Range(0, 256).SelectMany(value => Enumerable.Repeat((byte)value, 3))]);
        Chunk("IDAT", packed.ToArray());
        Chunk("IEND", []);
        return file.ToArray();

        void Chunk(string name, ReadOnlySpan<byte> content)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(name), .. content];
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            file.Write(number);
            file.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
            file.Write(number);
        }
    }

    /// <summary>A TIFF of uncompressed grey pictures (TIFF 6.0, section 4), one directory each; <paramref name="damaged"/> counts from 0.</summary>
    internal static byte[] Tiff(IReadOnlyList<Grey> pages, int damaged = -1, int thumbnail = -1)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II"u8);
        writer.Write((short)42);
        var link = file.Position;
        writer.Write(0);
        for (var i = 0; i < pages.Count; i++)
        {
            var strip = (int)file.Position;
            writer.Write(pages[i].Pixels);
            if (file.Position % 2 == 1)
                writer.Write((byte)0);
            var directory = (int)file.Position;
            file.Position = link;
            writer.Write(directory);
            file.Position = directory;
            (short Tag, int Value)[] entries =
            [
                (254, i == thumbnail ? 1 : 0), (256, pages[i].Width), (257, pages[i].Height), (258, 8), (259, i == damaged ? 31_000 : 1), (262, 1),
                (273, i == damaged ? int.MaxValue : strip), (277, 1), (278, pages[i].Height), (279, pages[i].Pixels.Length),
            ];
            writer.Write((short)entries.Length);
            foreach (var (tag, value) in entries)
            {
                writer.Write(tag);
                writer.Write((short)4);
                writer.Write(1);
                writer.Write(value);
            }
            link = file.Position;
            writer.Write(0);
        }
        return file.ToArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}

internal enum PngKind
{
    Grey, Grey16, Palette, InkOnNothing,
}

/// <summary>A picture of one byte a pixel, 0 is black.</summary>
internal sealed record Grey(int Width, int Height, byte[] Pixels)
{
    internal static Grey ParsePgm(byte[] file)
    {
        var (at, numbers) = (0, new List<string>());
        while (numbers.Count < 4)
        {
            var end = at;
            while (!char.IsWhiteSpace((char)file[end]))
                end++;
            numbers.Add(Encoding.ASCII.GetString(file, at, end - at));
            at = end + 1;
        }
        return new(int.Parse(numbers[1], CultureInfo.InvariantCulture), int.Parse(numbers[2], CultureInfo.InvariantCulture), file[at..]);
    }
}
