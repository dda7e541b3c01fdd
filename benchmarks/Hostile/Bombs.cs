using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Bench.Hostile;

/// <summary>The known ways to make little bytes do much harm, one file each. Made when their turn comes: together they would fill the memory of who tests.</summary>
internal static class Bombs
{
    private const int Mega = 1 << 20;

    private static readonly (string Name, Func<byte[]> Make)[] Named =
    [
        ("flat.zip", static () => OriginalDocuments.Zip(("a.txt", Text(300 * Mega)))),
        ("nested.zip", static () => Nested(8, static content => OriginalDocuments.Zip(Enumerable.Range(0, 8).Select(number => ($"{number}.zip", content))), OriginalDocuments.Zip(("a.txt", Text(Mega))))),
        ("deep.gz", static () => Nested(50, Gzip, "core"u8.ToArray())),
        ("stream.txt.gz", static () => OriginalDocuments.Packed(Gzipping, Text(Mega), times: 1000)),
        ("stream.txt.bz2", static () => OriginalDocuments.Packed(static to => SharpCompress.Compressors.BZip2.BZip2Stream.Create(to, SharpCompress.Compressors.CompressionMode.Compress, false, leaveOpen: true), Text(Mega), times: 100)),
        ("stream.txt.zst", static () => OriginalDocuments.Packed(static to => new SharpCompress.Compressors.ZStandard.CompressionStream(to, leaveOpen: true), Text(Mega), times: 1000)),
        ("solid.7z", static () => OriginalDocuments.SevenZip(("a.txt", Text(100 * Mega)))),
        ("million.tgz", MillionMembers),
        ("million.zip", static () => OriginalDocuments.Zip(Enumerable.Range(0, 100_000).Select(static number => ($"{number}.txt", "x"u8.ToArray())))),
        ("overlapping.zip", OverlappingZip),
        ("lying.tar", LyingTar),
        ("shared-strings.xlsx", static () => OfficeBombs.SharedStrings()),
        ("far-cells.xlsx", static () => OfficeBombs.FarCells()),
        ("many-cells.xlsx", static () => OfficeBombs.ManyCells()),
        ("laughs.xlsx", static () => OfficeBombs.Laughs()),
        ("relationships.docx", static () => OfficeBombs.Relationships()),
        ("own-part.docx", static () => OfficeBombs.OwnPart()),
        ("deep-tables.docx", static () => OfficeBombs.DeepTables()),
        ("repeated.ods", static () => OfficeBombs.RepeatedCells()),
        ("fat-cycle.doc", static () => OfficeBombs.FatCycle()),
        ("laughs.xml", static () => MarkupBombs.Laughs("<lolz>&lol9;</lolz>")),
        ("laughs.svg", static () => MarkupBombs.Laughs("<svg xmlns='http://www.w3.org/2000/svg'><text>&lol9;</text></svg>")),
        ("quadratic.xml", static () => MarkupBombs.Quadratic()),
        ("external.xml", static () => "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y SYSTEM \"http://127.0.0.1:1/\">]><a>&x;&y;text</a>"u8.ToArray()),
        ("use.svg", static () => MarkupBombs.NestedUse()),
        ("deep.xml", static () => MarkupBombs.Deep("<?xml version=\"1.0\"?>", "a", 10_000)),
        ("deep.html", static () => MarkupBombs.Deep("<html><body>", "div", 10_000)),
        ("unclosed.html", static () => MarkupBombs.Repeated("<html><body>", "<b><i><table>", 300_000)),
        ("attributes.html", static () => MarkupBombs.Repeated("<html><body><p ", "a b=c ", 2_000_000)),
        ("attributes.xml", static () => MarkupBombs.Attributes(200_000)),
        ("deep.rtf", static () => MarkupBombs.Repeated(@"{\rtf1 ", "{", 1_000_000)),
        ("binary.rtf", static () => @"{\rtf1 \bin2147483647 x}"u8.ToArray()),
        ("deep.md", static () => MarkupBombs.Repeated("", "> - ", 500_000)),
        ("emphasis.md", static () => MarkupBombs.Repeated("", "*a_ ", 500_000)),
        ("links.md", static () => MarkupBombs.Repeated("", "[a](", 200_000)),
        ("one-line.csv", static () => MarkupBombs.Repeated("", "a,\"", 20_000_000)),
        ("one-line.mbox", static () => [.. "From a@b.example Thu Jan  1 00:00:00 2026\nSubject: "u8, .. Text(50 * Mega)]),
        ("headers.eml", static () => MarkupBombs.Repeated("From: a@b.example\n", "X-A: b\n", 2_000_000)),
        ("parts.eml", static () => MailBombs.NestedParts(5_000)),
        ("messages.eml", static () => MailBombs.NestedMessages(2_000)),
        ("boundaries.eml", static () => MailBombs.ManyParts(200_000)),
        ("pages.pdf", static () => PdfBombs.HugeCount()),
        ("page-cycle.pdf", static () => PdfBombs.PageCycle()),
        ("xref-cycle.pdf", static () => PdfBombs.XrefCycle()),
        ("xref-chain.pdf", static () => PdfBombs.XrefChain(20_000)),
        ("stream.pdf", static () => PdfBombs.ContentStream()),
        ("deep-array.pdf", static () => PdfBombs.DeepArray()),
        ("loop.tif", static () => PictureBombs.LoopingTiff()),
        ("huge.tif", static () => PictureBombs.HugeTiff()),
        ("chain.tif", static () => PictureBombs.TiffChain(100_000)),
        ("huge.png", static () => PictureBombs.HugePng()),
        ("huge.bmp", static () => PictureBombs.HugeBmp()),
    ];

    internal static IEnumerable<HostileFile> All() => Named.Select(static bomb => new HostileFile(bomb.Name, "bomb", bomb.Make(), bomb.Name));

    internal static byte[] Text(int length)
    {
        var text = new byte[length];
        text.AsSpan().Fill((byte)'a');
        return text;
    }

    private static byte[] Nested(int depth, Func<byte[], byte[]> wrap, byte[] core)
    {
        for (var i = 0; i < depth; i++)
            core = wrap(core);
        return core;
    }

    private static GZipStream Gzipping(Stream to) => new(to, CompressionLevel.Fastest, leaveOpen: true);

    private static byte[] Gzip(byte[] content) => OriginalDocuments.Packed(Gzipping, content);

    private static byte[] MillionMembers()
    {
        using var buffer = new MemoryStream();
        using (var packer = Gzipping(buffer))
        {
            var header = new byte[512];
            for (var i = 0; i < 1_000_000; i++)
            {
                Array.Clear(header);
                Encoding.ASCII.GetBytes($"{i}.txt", header);
                "0000644\0"u8.CopyTo(header.AsSpan(100));
                "00000000000\0"u8.CopyTo(header.AsSpan(124));
                "        "u8.CopyTo(header.AsSpan(148));
                header[156] = (byte)'0';
                var sum = 0;
                foreach (var value in header)
                    sum += value;
                Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ", header.AsSpan(148));
                packer.Write(header);
            }
        }
        return buffer.ToArray();
    }

    /// <summary>Thousands of directory entries that all mean the same packed bytes, each a few bytes further in.</summary>
    private static byte[] OverlappingZip()
    {
        var kernel = OriginalDocuments.Zip(("a.txt", Text(10 * Mega)));
        var directory = kernel.AsSpan().IndexOf("PK\x01\x02"u8);
        var end = kernel.AsSpan().LastIndexOf("PK\x05\x06"u8);
        using var buffer = new MemoryStream();
        for (var i = 0; i < 1000; i++)
            buffer.Write(kernel.AsSpan(0, directory)); // one local header each, so that no two entries look alike
        var start = buffer.Length;
        for (var i = 0; i < 1000; i++)
        {
            var entry = kernel.AsSpan(directory, end - directory).ToArray();
            BitConverter.TryWriteBytes(entry.AsSpan(42), (uint)(i * directory));
            buffer.Write(entry);
        }
        var record = kernel.AsSpan(end).ToArray();
        BitConverter.TryWriteBytes(record.AsSpan(8), (ushort)1000);
        BitConverter.TryWriteBytes(record.AsSpan(10), (ushort)1000);
        BitConverter.TryWriteBytes(record.AsSpan(12), (uint)(buffer.Length - start));
        BitConverter.TryWriteBytes(record.AsSpan(16), (uint)start);
        buffer.Write(record);
        return buffer.ToArray();
    }

    /// <summary>A member that claims eight exabytes.</summary>
    private static byte[] LyingTar()
    {
        var header = new byte[1024];
        "a.txt"u8.CopyTo(header);
        header[124] = 0x80;
        header.AsSpan(128, 8).Fill(0x7F);
        "        "u8.CopyTo(header.AsSpan(148));
        var sum = 0;
        foreach (var value in header.AsSpan(0, 512))
            sum += value;
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ", header.AsSpan(148));
        Text(512).CopyTo(header, 512);
        return header;
    }
}
