using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ScaiDrive.Tests.Support;
using SharpCompress.Common;
using SharpCompress.Writers.SevenZip;

namespace ScaiDrive.Bench.Hostile;

/// <summary>What is mutated: real documents of every format that is at hand, the samples, and small ones made here for the rest.</summary>
internal static class OriginalDocuments
{
    // A fault in a large document is the same as in a small one, and more of these are tried in the same time.
    private const int Largest = 600 * 1024;

    internal static IReadOnlyList<(string Name, byte[] Content)> Load()
    {
        var documents = new List<(string, byte[])>();
        string?[] folders = [Path.Combine(RepositoryPaths.Root, "samples"), RepositoryPaths.Corpus is { } corpus ? Path.Combine(corpus, "documents") : null];
        foreach (var file in folders.OfType<string>().SelectMany(static folder => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)).OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            if (file.Length is > 0 and <= Largest && file.Name != "expectations.json")
                documents.Add((file.Name, File.ReadAllBytes(file.FullName)));
        }
        documents.AddRange(Made());
        return documents;
    }

    private static IEnumerable<(string Name, byte[] Content)> Made()
    {
        var letter = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(static line => $"Line {line} of a letter about the harbour.\n")));
        var mail = Mail();
        yield return ("utf16.txt", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("Text in two bytes a character, grüße, 日本語\n")).ToArray());
        yield return ("letter.eml", mail);
        yield return ("letters.mbox", [.. "From a@b.example Thu Jan  1 00:00:00 2026\n"u8, .. mail, .. "\nFrom a@b.example Thu Jan  1 00:00:00 2026\n"u8, .. mail]);
        yield return ("drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>Crane</title><defs><text id='a'>Load</text></defs><use href='#a'/><text x='1'>Hook <tspan>block</tspan></text></svg>"u8.ToArray());
        yield return ("flat.fodt", """<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:h text:outline-level="1">Heading</text:h><text:p>Paragraph<text:note><text:note-body><text:p>Note</text:p></text:note-body></text:note></text:p></office:text></office:body></office:document>"""u8.ToArray());
        yield return ("book.epub", Zip(("mimetype", "application/epub+zip"u8.ToArray()),
            ("META-INF/container.xml", """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="o.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""u8.ToArray()),
            ("o.opf", """<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>"""u8.ToArray()),
            ("a.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>Chapter</h1><p>Text</p></body></html>"u8.ToArray())));
        yield return ("all.zip", Zip(("a.txt", letter), ("folder/b.eml", mail), ("c.csv", "a;b\n1;2\n"u8.ToArray())));
        var tape = Tape(("a.txt", letter), ("folder/b.eml", mail));
        yield return ("all.tar", tape);
        yield return ("all.tgz", Packed(static to => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true), tape));
        yield return ("letter.txt.bz2", Packed(static to => SharpCompress.Compressors.BZip2.BZip2Stream.Create(to, SharpCompress.Compressors.CompressionMode.Compress, false, leaveOpen: true), letter));
        yield return ("letter.txt.zst", Packed(static to => new SharpCompress.Compressors.ZStandard.CompressionStream(to, leaveOpen: true), letter));
        yield return ("all.7z", SevenZip(("a.txt", letter), ("folder/b.eml", mail)));
        foreach (var (name, content) in Xz())
            yield return (name, content);
    }

    private static byte[] Mail() => Encoding.ASCII.GetBytes("""
        From: a@b.example
        To: =?utf-8?B?R3LDvMOfZQ==?= <c@d.example>
        Subject: =?iso-8859-1?Q?Pr=FCfung?=
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="edge"

        --edge
        Content-Type: multipart/alternative; boundary="inner"

        --inner
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        The hook =3D the block.
        --inner
        Content-Type: text/html

        <p>The <b>hook</b></p>
        --inner--
        --edge
        Content-Type: text/csv; name="list.csv"
        Content-Disposition: attachment; filename="list.csv"
        Content-Transfer-Encoding: base64

        YSxiCjEsMgo=
        --edge--
        """.ReplaceLineEndings("\r\n"));

    // Nothing here writes xz; two streams with padding, as xz 5.4 writes them.
    private static IEnumerable<(string, byte[])> Xz()
    {
        yield return ("letter.txt.xz", Convert.FromBase64String("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAMZmlyc3Qgc3RyZWFtIAAAAAABi3EWFPNtHwABJQ1xGcS2H7bzfQEAAAAABFlaAAAAAP03elhaAAAE5ta0RgIAIQEWAAAAdC/lowEADHNlY29uZCBzdHJlYW0AAAAAfmRMEGH3CXgAASUNcRnEth+2830BAAAAAARZWg=="));
    }

    /// <summary>A ZIP archive packed as small as can be: zeros and repetitions by a thousand to one.</summary>
    internal static byte[] Zip(params IEnumerable<(string Name, byte[] Content)> members)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = archive.CreateEntry(name is "" ? "_" : name, CompressionLevel.Optimal).Open();
                member.Write(content);
            }
        }
        return buffer.ToArray();
    }

    private static byte[] Tape(params (string Name, byte[] Content)[] members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in members)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return buffer.ToArray();
    }

    internal static byte[] SevenZip(params (string Name, byte[] Content)[] members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new SevenZipWriter(buffer, new SevenZipWriterOptions(CompressionType.LZMA2) { LeaveStreamOpen = true }))
        {
            foreach (var (name, content) in members)
                writer.Write(name, new MemoryStream(content), null);
        }
        return buffer.ToArray();
    }

    internal static byte[] Packed(Func<Stream, Stream> pack, ReadOnlySpan<byte> content, int times = 1)
    {
        using var buffer = new MemoryStream();
        using (var packer = pack(buffer))
        {
            for (var i = 0; i < times; i++)
                packer.Write(content);
        }
        return buffer.ToArray();
    }
}
