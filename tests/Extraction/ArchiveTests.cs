using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SharpCompress.Common;
using SharpCompress.Writers.SevenZip;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class ArchiveTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private static readonly byte[] Body = "the needle is in here"u8.ToArray();

    // Two streams with padding between them, written by xz 5.4; one short text by compress.
    private const string TwoXzStreams = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAMZmlyc3Qgc3RyZWFtIAAAAAABi3EWFPNtHwABJQ1xGcS2H7bzfQEAAAAABFlaAAAAAP03elhaAAAE5ta0RgIAIQEWAAAAdC/lowEADHNlY29uZCBzdHJlYW0AAAAAfmRMEGH3CXgAASUNcRnEth+2830BAAAAAARZWg==";
    private const string ByCompress = "H52Qc9C8kUMHBJ0yeOiAgBNmzJoyZECIyQNizJs2cOSUmTMH";

    [Fact]
    public async Task Each_member_is_a_page_under_its_name()
    {
        var document = await fixture.ExtractAsync("all.zip", OfficeDocuments.Zip([("letters/one.txt", "first letter"), ("two.csv", "a,b")]));

        Assert.Equal(("ok", "application/zip"), (document.Status, document.MimeType));
        Assert.Equal(["letters/one.txt\nfirst letter", "two.csv\na\tb"], document.Pages.Select(page => page.Text));
        Assert.Equal(["letters/one.txt", "two.csv"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
        Assert.Equal("csv.1+text.1+zip.1", document.PipelineVersion);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task Tape_archives_of_every_age_are_read(TarEntryFormat format)
    {
        var name = format == TarEntryFormat.V7 ? "short.txt" : string.Concat(Enumerable.Repeat("folder/", format == TarEntryFormat.Ustar ? 20 : 40)) + "deep.txt";

        var document = await fixture.ExtractAsync("all.tar", ArchiveBuilder.Tar(format, (name, Body), ("b.txt", Body)));

        Assert.Equal(("ok", "application/x-tar"), (document.Status, document.MimeType));
        Assert.Equal([$"{name}\nthe needle is in here", "b.txt\nthe needle is in here"], document.Pages.Select(page => page.Text));
        Assert.Null(document.Detail);
    }

    [Fact]
    public async Task A_compressed_tape_archive_is_read_through()
    {
        var document = await fixture.ExtractAsync("backup.tgz", ArchiveBuilder.Gzip(ArchiveBuilder.Tar(TarEntryFormat.Pax, ("a.txt", Body))));

        Assert.Equal("backup.tar\na.txt\nthe needle is in here", document.AllText());
        Assert.Equal("gzip.1+tar.1+text.1", document.PipelineVersion);
    }

    [Fact]
    public async Task A_compressed_file_is_the_file_under_its_own_name()
    {
        var document = await fixture.ExtractAsync("drawing.svgz", ArchiveBuilder.Gzip("<svg><text>inside the drawing</text></svg>"u8.ToArray()));

        Assert.Equal("drawing.svg\ninside the drawing", document.AllText());
        Assert.Equal("gzip.1+xml.1", document.PipelineVersion);
    }

    [Theory]
    [InlineData("gz")]
    [InlineData("bz2")]
    [InlineData("xz")]
    [InlineData("zst")]
    [InlineData("Z")]
    public async Task Streams_one_after_the_other_are_one_file(string packing)
    {
        var (content, expected) = packing switch
        {
            "gz" => ([.. ArchiveBuilder.Gzip("first stream "u8.ToArray()), .. ArchiveBuilder.Gzip("second stream"u8.ToArray())], "first stream second stream"),
            "bz2" => ([.. Bzip2("first stream "), .. Bzip2("second stream")], "first stream second stream"),
            "xz" => (Convert.FromBase64String(TwoXzStreams), "first stream second stream"),
            "zst" => ([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3, .. Zstandard("first stream "), .. Zstandard("second stream")], "first stream second stream"),
            _ => (Convert.FromBase64String(ByCompress), "short text packed by compress"),
        };

        var document = await fixture.ExtractAsync($"notes.txt.{packing}", content);

        Assert.Equal(("ok", $"notes.txt\n{expected}"), (document.Status, document.AllText()));

        static byte[] Bzip2(string text)
        {
            using var buffer = new MemoryStream();
            using (var packer = SharpCompress.Compressors.BZip2.BZip2Stream.Create(buffer, SharpCompress.Compressors.CompressionMode.Compress, false, leaveOpen: true))
                packer.Write(Encoding.UTF8.GetBytes(text));
            return buffer.ToArray();
        }

        static byte[] Zstandard(string text)
        {
            using var buffer = new MemoryStream();
            using (var packer = new SharpCompress.Compressors.ZStandard.CompressionStream(buffer, leaveOpen: true))
                packer.Write(Encoding.UTF8.GetBytes(text));
            return buffer.ToArray();
        }
    }

    [CorpusFact]
    public async Task The_text_of_a_zstandard_file_is_found()
    {
        var document = await fixture.ExtractAsync("testZSTD.zst", await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", "testZSTD.zst")));

        Assert.Contains("0123456789", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_of_a_7z_archive_are_read()
    {
        using var buffer = new MemoryStream();
        using (var writer = new SevenZipWriter(buffer, new SevenZipWriterOptions(CompressionType.LZMA2) { LeaveStreamOpen = true }))
        {
            writer.Write("a.txt", new MemoryStream(Body), null);
            writer.Write("folder/b.txt", new MemoryStream("and another"u8.ToArray()), null);
        }

        var document = await fixture.ExtractAsync("all.7z", buffer.ToArray());

        Assert.Equal(["a.txt\nthe needle is in here", "folder/b.txt\nand another"], document.Pages.Select(page => page.Text));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Members_of_a_rar_archive_are_read(int version)
    {
        var document = await fixture.ExtractAsync("all.rar", version == 4 ? ArchiveBuilder.Rar4("a.txt", Body) : ArchiveBuilder.Rar5("a.txt", Body));

        Assert.Equal(("ok", "a.txt\nthe needle is in here"), (document.Status, document.AllText()));
    }

    [Fact]
    public async Task Lengths_in_the_zip64_field_are_read()
    {
        var document = await fixture.ExtractAsync("large.zip", ArchiveBuilder.Zip64("a.txt", Body));

        Assert.Equal(("ok", "a.txt\nthe needle is in here"), (document.Status, document.AllText()));
        Assert.Null(document.Detail);
    }

    [Theory]
    [InlineData(437, "Größe.txt")]
    [InlineData(1252, "Überblick é.txt")]
    [InlineData(866, "Привет.txt")]
    [InlineData(932, "日本語テキスト.txt")]
    [InlineData(65001, "ünï.txt")]
    public async Task Names_without_a_stated_encoding_are_read_in_the_code_page_that_makes_words_of_them(int codePage, string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        var document = await fixture.ExtractAsync("old.zip", ArchiveBuilder.Zip(Encoding.GetEncoding(codePage).GetBytes(name), Body));

        Assert.StartsWith(name + "\n", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_cut_short_gives_what_is_left_of_its_members()
    {
        var whole = OfficeDocuments.Zip([("a.txt", "the first member"), ("b.txt", Noise(20_000)), ("c.txt", "never reached")]);

        var document = await fixture.ExtractAsync("cut.zip", whole[..(whole.Length / 2)]);

        Assert.Equal("ok", document.Status);
        Assert.Equal("a.txt\nthe first member", document.Pages[0].Text);
        Assert.StartsWith("b.txt\n" + Noise(20_000)[..1000], document.Pages[1].Text, StringComparison.Ordinal);
        Assert.Contains("directory is damaged", document.Detail, StringComparison.Ordinal);
        Assert.Contains("b.txt (corrupt, its start was read)", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compressed_file_cut_short_gives_its_start()
    {
        var packed = ArchiveBuilder.Gzip(Encoding.UTF8.GetBytes(Noise(200_000)));

        var document = await fixture.ExtractAsync("cut.txt.gz", packed[..(packed.Length / 2)]);

        Assert.StartsWith("cut.txt\n" + Noise(200_000)[..10_000], document.AllText(), StringComparison.Ordinal);
        Assert.Contains("cut.txt (corrupt, its start was read)", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_stretch_of_a_tape_archive_costs_its_member_only()
    {
        var content = ArchiveBuilder.Tar(TarEntryFormat.Ustar, ("a.txt", Body), ("b.txt", Body), ("c.txt", Body));
        content.AsSpan(1024, 512).Fill(0xA5); // the second header

        var document = await fixture.ExtractAsync("damaged.tar", content);

        Assert.Equal(["a.txt\nthe needle is in here", "c.txt\nthe needle is in here"], document.Pages.Select(page => page.Text));
        Assert.Contains("damaged", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_behind_a_password_are_named_and_the_others_read()
    {
        var secret = ArchiveBuilder.Zip("secret.txt"u8.ToArray(), Body, flags: 1);
        var mixed = OfficeDocuments.Zip([("open.txt", "for everybody")]);

        var document = await fixture.ExtractAsync("mixed.tar", ArchiveBuilder.Tar(TarEntryFormat.Pax, ("secret.zip", secret), ("mixed.zip", mixed)));

        Assert.Equal("ok", document.Status);
        Assert.Contains("for everybody", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("secret.zip/secret.txt (encrypted)", document.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("rar")]
    public async Task An_archive_with_nothing_but_members_behind_a_password_is_encrypted(string kind)
    {
        var document = await fixture.ExtractAsync($"secret.{kind}", kind == "zip" ? ArchiveBuilder.Zip("secret.txt"u8.ToArray(), Body, flags: 1) : ArchiveBuilder.Rar4("secret.txt", Body, flags: 4));

        Assert.Equal("encrypted", document.Status);
        Assert.Contains("secret.txt", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_only_names_and_links_are_not_followed()
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "folder"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "../../../tmp/escaped.txt") { DataStream = new MemoryStream(Body) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "/absolute.txt") { DataStream = new MemoryStream(Body) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "/absolute.txt" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "device"));
        }

        var document = await fixture.ExtractAsync("odd.tar", buffer.ToArray());

        Assert.Equal(["../../../tmp/escaped.txt\nthe needle is in here", "/absolute.txt\nthe needle is in here"], document.Pages.Select(page => page.Text));
        Assert.Null(document.Detail);
    }

    [Fact]
    public async Task What_file_managers_leave_behind_is_left_out()
    {
        var document = await fixture.ExtractAsync("mac.zip", OfficeDocuments.Zip(
            [("a.txt", "real"), ("__MACOSX/._a.txt", "fork"), (".DS_Store", "settings"), ("sub/._b.txt", "fork"), ("sub/Thumbs.db", "pictures")]));

        Assert.Equal("a.txt\nreal", document.AllText());
    }

    [Fact]
    public async Task Archives_inside_each_other_are_read_down_to_the_limit()
    {
        var content = OfficeDocuments.Zip([("core.txt", "innermost")]);
        for (var depth = 1; depth <= 8; depth++)
            content = ArchiveBuilder.Tar(TarEntryFormat.Ustar, ($"{depth}.bin", content), ($"text{depth}.txt", Encoding.UTF8.GetBytes($"level {depth}")));

        var document = await fixture.ExtractAsync("nested.tar", content);

        Assert.Equal("ok", document.Status);
        Assert.Contains("level 3", document.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain("level 2", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("nesting_limit", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_beyond_the_limit_are_left_out_and_marked()
    {
        await using var pool = Pools.Create(new() { MaxParts = 3 });

        var document = await pool.ExtractAsync(OfficeDocuments.Zip(Enumerable.Range(0, 10).Select(number => ($"{number}.txt", $"text {number}"))), "many.zip");

        Assert.True(document.Truncated);
        Assert.Equal(3, document.Pages.Count);
    }

    [Fact]
    public async Task What_was_read_before_a_bomb_stands_and_the_cut_is_marked()
    {
        var document = await fixture.ExtractAsync("mixed.zip", OfficeDocuments.Zip([("a.txt", "the needle"), ("b.txt", new string('a', 100 << 20)), ("c.txt", "never reached")]));

        Assert.Equal("ok", document.Status);
        Assert.True(document.Truncated);
        Assert.StartsWith("expansion_limit", document.Detail, StringComparison.Ordinal);
        Assert.Contains("the needle", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_without_files_has_no_text()
    {
        var document = await fixture.ExtractAsync("empty.zip", OfficeDocuments.Zip([]));

        Assert.Equal("no_text", document.Status);
    }

    private static string Noise(int length)
    {
        var random = new Random(5);
        return string.Create(length, random, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = (char)('a' + random.Next(26));
        });
    }

    [Fact]
    public async Task An_archive_with_a_member_no_reader_knows_is_looked_at_again_when_readers_are_added()
    {
        var document = await fixture.ExtractAsync("a.zip", OfficeDocuments.Zip([("a.txt", "text"), ("b.bin", "\u0000\u0001\u0002\u0003")]));

        Assert.Contains("types.", document.PipelineVersion, StringComparison.Ordinal);
    }
}
