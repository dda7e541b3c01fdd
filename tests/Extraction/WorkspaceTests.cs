using System.IO.Compression;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class WorkspaceTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Names = """xmlns:sf="http://developer.apple.com/namespaces/sf" xmlns:sfa="http://developer.apple.com/namespaces/sfa" """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slide_of_2009_has_its_title_notes_and_what_its_master_draws(bool packed)
    {
        var xml = $"""
            <key:presentation xmlns:key="http://developer.apple.com/namespaces/keynote2" {Names}>
            <key:theme-list><key:theme><key:master-slides><key:master-slide sfa:ID="M"><key:page><key:title-placeholder><sf:p>Double-click</sf:p></key:title-placeholder><sf:shape><sf:p>on every slide</sf:p></sf:shape></key:page></key:master-slide></key:master-slides></key:theme></key:theme-list>
            <key:slide-list><key:slide><key:master-ref sfa:IDREF="M"/><key:page><sf:shape><sf:p>point<sf:br/>two</sf:p></sf:shape><key:title-placeholder><sf:p>What hurt</sf:p></key:title-placeholder></key:page><key:notes><sf:p>slowly</sf:p></key:notes></key:slide></key:slide-list>
            <key:metadata><key:title><key:string sfa:string="Review"/></key:title><key:authors><key:string sfa:string="Ingrid"/></key:authors></key:metadata></key:presentation>
            """;

        var document = await fixture.ExtractAsync("a.key", Zip(packed ? ("index.apxl.gz", Gzip(xml)) : ("index.apxl", Encoding.UTF8.GetBytes(xml))));

        Assert.Equal(("ok", "application/vnd.apple.keynote"), (document.Status, document.MimeType));
        var page = Assert.Single(document.Pages);
        Assert.Equal("What hurt\npoint\ntwo\nslowly\non every slide", page.Text);
        Assert.Equal("What hurt", Assert.Single(page.Headings).Title);
        Assert.Equal(("Review", "Ingrid"), (document.Metadata.Title, document.Metadata.Author));
    }

    [Fact]
    public async Task Cells_of_a_table_of_2009_stand_where_their_steps_lead()
    {
        var xml = $"""
            <ls:document xmlns:ls="http://developer.apple.com/namespaces/ls" {Names}><ls:workspace-array><ls:workspace ls:workspace-name="Checking"><sf:tabular-model sf:name="Costs" sf:name-is-visible="true"><sf:datasource>
            <sf:t sf:ct="0"><sf:ct sfa:s="Rent"/></sf:t><sf:n sf:v="3702.5999999999999"/><sf:d sf:ct="255" sf:cell-date="277862400"/>
            <sf:f><sf:fo sf:fs="=SUM(A1)"/><sf:r><sf:rn sf:v="-137.5"/></sf:r></sf:f>
            <sf:pm sf:ct="255"><sf:menu-choices><sf:t sfa:ID="c1"><sf:ct sfa:s="Gas"/></sf:t><sf:t sfa:ID="c2"><sf:ct sfa:s="Food"/></sf:t></sf:menu-choices><sf:proxied-cell-ref sfa:IDREF="c2"/></sf:pm>
            </sf:datasource></sf:tabular-model></ls:workspace></ls:workspace-array></ls:document>
            """;

        var document = await fixture.ExtractAsync("a.numbers", Zip(("index.xml", Encoding.UTF8.GetBytes(xml))));

        Assert.Equal("application/vnd.apple.numbers", document.MimeType);
        Assert.Equal("Checking\nCosts\nRent\t3702.6\n2009-10-22\t-137.5\nFood", document.AllText());
    }

    [Fact]
    public async Task Text_since_2013_is_unpacked_from_its_objects()
    {
        var content = Zip(("Index/Document.iwa", Objects((1, 10000, []), (2, 2001, Story(0, "The crane\u2028turned")), (3, 2001, Story(1, "a header")), (4, 2032, Field(2, "https://example.org/ooooooooooo")))));

        var document = await fixture.ExtractAsync("a.pages", content);

        Assert.Equal(("ok", "application/vnd.apple.pages"), (document.Status, document.MimeType));
        Assert.Equal("a header\nThe crane\nturned\nhttps://example.org/ooooooooooo", document.AllText());
    }

    [Fact]
    public async Task Slides_since_2013_stand_in_the_order_of_the_show_and_templates_are_left_out()
    {
        byte[] show = [.. Field(3, [.. Field(2, Reference(11)), .. Field(2, Reference(10))])];
        var content = Zip(
            ("Index/Document.iwa", Objects((1, 1, Field(2, Reference(2))), (2, 2, show), (10, 4, Field(2, Reference(20))), (11, 4, Field(2, Reference(21))))),
            ("Index/Slide-20.iwa", Objects((20, 5, []), (30, 2001, Story(3, "second")))),
            ("Index/Slide-21.iwa", Objects((21, 5, []), (31, 2001, Story(4, "its note")), (32, 2001, Story(3, "first")))),
            ("Index/MasterSlide-9.iwa", Objects((9, 5, []), (40, 2001, Story(3, "Double-click")))));

        var document = await fixture.ExtractAsync("a.key", content);

        Assert.Equal("application/vnd.apple.keynote", document.MimeType);
        Assert.Equal(["first\nits note", "second"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task Cells_of_tables_since_2013_are_decoded()
    {
        byte[] text = [5, 3, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0];
        // 42.5: digits 425, exponent -1 with a bias of 6176.
        byte[] number = [5, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0xA9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3E, 0x30];
        byte[] row = [.. Field(6, [.. text, .. number]), .. Field(7, [0, 0, 0xFF, 0xFF, 16, 0])];
        var content = Zip(
            ("Index/Document.iwa", Objects((1, 1, Field(1, Reference(2))), (2, 2, [.. Field(1, "Checking"), .. Field(2, Reference(3))]), (3, 6000, Field(2, Reference(4))), (4, 6001, Field(4, [.. Field(3, Field(1, Field(2, Reference(5)))), .. Field(4, Reference(6))])))),
            ("Index/Tables/Tile.iwa", Objects((5, 6002, Field(5, row)))),
            ("Index/Tables/DataList.iwa", Objects((6, 6005, [0x08, 1, .. Field(3, [0x08, 7, .. Field(3, "Rent")])]))));

        var document = await fixture.ExtractAsync("a.numbers", content);

        Assert.Equal(("application/vnd.apple.numbers", "Checking\nRent\t42.5"), (document.MimeType, document.AllText()));
    }

    [Fact]
    public async Task Objects_may_stand_in_an_archive_inside_the_package()
    {
        var document = await fixture.ExtractAsync("a.pages", Zip(("Index.zip", Zip(("Index/Document.iwa", Objects((1, 10000, []), (2, 2001, Story(0, "inner"))))))));

        Assert.Equal(("application/vnd.apple.pages", "inner"), (document.MimeType, document.AllText()));
    }

    [Fact]
    public async Task A_document_with_a_password_is_encrypted() =>
        Assert.Equal("encrypted", (await fixture.ExtractAsync("a.pages", Zip((".iwph", [1]), ("Index/Document.iwa", [9, 9, 9])))).Status);

    [Theory]
    [InlineData(new byte[] { 0, 4, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F })]          // states 256 MiB
    [InlineData(new byte[] { 0, 4, 0, 0, 8, 0, 0x61, 0x0D })]                // a copy of what is not there yet
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0 })]                      // a block longer than the file
    public async Task Blocks_that_lie_cost_only_their_part(byte[] broken)
    {
        var document = await fixture.ExtractAsync("a.pages", Zip(("Index/Broken.iwa", broken), ("Index/Document.iwa", Objects((1, 10000, []), (2, 2001, Story(0, "whole"))))));

        Assert.Equal(("ok", "whole"), (document.Status, document.AllText()));
        Assert.Contains("Broken", document.Detail, StringComparison.Ordinal);
    }

    private static byte[] Story(byte kind, string text) => [0x08, kind, .. Field(3, text)];

    private static byte[] Reference(byte id) => [0x08, id];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] value) => [(byte)(number << 3 | 2), .. Varint(value.Length), .. value];

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];

    // Each object behind its header, the whole as one block: a literal, and where the content ends in one repeated byte, a copy that overlaps itself.
    private static byte[] Objects(params (byte Id, int Type, byte[] Message)[] objects)
    {
        byte[] content = [.. objects.SelectMany(one =>
        {
            byte[] header = [0x08, one.Id, .. Field(2, [0x08, .. Varint(one.Type), 0x18, .. Varint(one.Message.Length)])];
            return (byte[])[.. Varint(header.Length), .. header, .. one.Message];
        })];
        var last = content.Length - content.AsSpan().TrimEnd(content[^1]).Length - 1;
        var literal = content[..^last];
        byte[] packed = [.. Varint(content.Length), 0xF4, (byte)(literal.Length - 1), (byte)((literal.Length - 1) >> 8), .. literal, .. last > 0 ? (byte[])[(byte)((last - 1) << 2 | 2), 1, 0] : []];
        return [0, (byte)packed.Length, (byte)(packed.Length >> 8), 0, .. packed];
    }

    private static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var packed = new GZipStream(buffer, CompressionLevel.Fastest))
            packed.Write(Encoding.UTF8.GetBytes(text));
        return buffer.ToArray();
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return buffer.ToArray();
    }
}
