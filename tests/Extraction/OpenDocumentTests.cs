using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class OpenDocumentTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Fact]
    public async Task A_text_gives_headings_notes_comments_boxes_and_targets_but_no_deletions()
    {
        var document = await fixture.ExtractAsync("a.odt", OpenDocuments.Text(
            """
            <text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion></text:changed-region></text:tracked-changes>
            <text:h text:outline-level="2">Wind</text:h>
            <text:p>Stop<text:s text:c="3"/>at<text:tab/>force 7<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a footnote</text:p></text:note-body></text:note>,
               then   wait<office:annotation><dc:creator>Ingrid</dc:creator><dc:date>2026-01-01</dc:date><text:p>really?</text:p></office:annotation>.</text:p>
            <text:p>See <text:a xlink:href="https://example.org/wind">the table</text:a> now<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box><svg:title>chart of gusts</svg:title></draw:frame></text:p>
            """));

        var page = Assert.Single(document.Pages);
        Assert.Equal(("ok", "application/vnd.oasis.opendocument.text"), (document.Status, document.MimeType));
        Assert.Equal(("Wind", 2), (page.Headings[0].Title, page.Headings[0].Level));
        Assert.Equal("Wind\nStop   at\tforce 7, then wait.\na footnote\nIngrid\nreally?\nSee the table now\nhttps://example.org/wind\nboxed\nchart of gusts", page.Text);
    }

    [Fact]
    public async Task A_header_comes_before_and_a_footer_after_the_text()
    {
        var styles = """<style:header><text:p>Halvorsen</text:p></style:header><style:header-left style:display="false"><text:p>never</text:p></style:header-left><style:footer><text:p>Edition 7</text:p></style:footer>""";

        var document = await fixture.ExtractAsync("a.odt", OpenDocuments.Text("<text:p>body</text:p>", masters: $"""<style:master-page style:name="Standard">{styles}</style:master-page>"""));

        Assert.Equal("Halvorsen\nbody\nEdition 7", document.AllText());
    }

    [Fact]
    public async Task A_rendered_page_of_a_text_is_a_page()
    {
        var document = await fixture.ExtractAsync("a.odt", OpenDocuments.Text("<text:p>one</text:p><text:soft-page-break/><text:p>two</text:p>"));

        Assert.Equal(["one", "two"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task A_sheet_is_a_page_with_its_footer_and_comments_after_the_rows()
    {
        var document = await fixture.ExtractAsync("a.ods", OpenDocuments.Sheet(
            """
            <table:table table:name="Prices"><table:table-row><table:table-cell><text:p>Rope</text:p><office:annotation><text:p>per day</text:p></office:annotation></table:table-cell>
            <table:table-cell/><table:table-cell office:value="7"><text:p>7.00 €</text:p></table:table-cell><table:table-cell office:value="8"/></table:table-row></table:table>
            <table:table table:name="Empty"/>
            """, """<style:master-page style:name="Default"><style:footer><text:p>confidential</text:p></style:footer></style:master-page><style:master-page style:name="Report"><style:header><text:p>unused</text:p></style:header></style:master-page>"""));

        Assert.Equal(["Prices\nRope\t7.00 €\t8\nper day\nconfidential", "Empty\nconfidential"], document.Pages.Select(page => page.Text));
        Assert.Equal(["Prices", "Empty"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
    }

    [Fact]
    public async Task Cells_and_rows_repeated_a_billion_times_are_written_a_few_times()
    {
        var document = await fixture.ExtractAsync("bomb.ods", OpenDocuments.Sheet(
            """<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>again</text:p></table:table-cell></table:table-row></table:table>"""));

        Assert.Equal("ok", document.Status);
        Assert.Contains("again\tagain\tagain", document.AllText(), StringComparison.Ordinal);
        Assert.InRange(document.AllText().Length, 100, 10_000);
    }

    [Fact]
    public async Task A_slide_has_its_title_first_its_notes_and_what_its_master_says()
    {
        var document = await fixture.ExtractAsync("a.odp", OpenDocuments.Slides(
            """
            <presentation:footer-decl presentation:name="f">declared footer</presentation:footer-decl>
            <draw:page draw:name="page1" draw:master-page-name="M" presentation:use-footer-name="f">
            <draw:frame presentation:class="outline"><draw:text-box><text:p>point</text:p></draw:text-box></draw:frame>
            <draw:frame presentation:class="title"><draw:text-box><text:p>What hurt</text:p></draw:text-box></draw:frame>
            <presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>say it slowly</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
            """,
            """
            <style:master-page style:name="M"><draw:frame presentation:class="title"><draw:text-box><text:p>Click to edit</text:p></draw:text-box></draw:frame>
            <draw:frame><draw:text-box><text:p>on every slide</text:p></draw:text-box></draw:frame></style:master-page>
            """));

        var page = Assert.Single(document.Pages);
        Assert.Equal("What hurt\npoint\nsay it slowly\non every slide\ndeclared footer", page.Text);
        Assert.Equal("What hurt", Assert.Single(page.Headings).Title);
    }

    [Fact]
    public async Task Text_of_a_chart_and_an_embedded_file_are_read()
    {
        var chart = OpenDocuments.Content("""<office:chart><chart:chart><chart:title><text:p>Lifts by month</text:p></chart:title><table:table table:name="local-table"><table:table-row><table:table-cell><text:p>March</text:p></table:table-cell><table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:chart>""");

        var document = await fixture.ExtractAsync("a.odt", OpenDocuments.Text(
            """<text:p>here<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame><draw:frame><draw:object-ole xlink:href="./Object 2"/></draw:frame></text:p>""",
            more: [("Object 1/content.xml", chart), ("Object 2", "Dear harbour master, the crane is repaired.")]));

        Assert.Equal(["here\nLifts by month\nMarch\t12", "Object 2\nDear harbour master, the crane is repaired."], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task A_flat_file_is_read_like_a_package_and_its_properties_are_metadata()
    {
        var document = await fixture.ExtractAsync("a.xml", Encoding.UTF8.GetBytes(
            $"""
            <?xml version="1.0"?><office:document {OpenDocuments.Names} office:mimetype="application/vnd.oasis.opendocument.text">
            <office:meta><dc:title>Crane log</dc:title><meta:initial-creator>Ingrid Saltmarsh</meta:initial-creator><dc:language>en-GB</dc:language><meta:keyword>hoist</meta:keyword><meta:creation-date>2026-01-12T08:00:00</meta:creation-date></office:meta>
            <office:body><office:text><text:p>flat</text:p></office:text></office:body></office:document>
            """));

        Assert.Equal(("application/vnd.oasis.opendocument.text", "flat\nCrane log\nhoist"), (document.MimeType, document.AllText()));
        Assert.Equal(("Crane log", "Ingrid Saltmarsh", "en-GB"), (document.Metadata.Title, document.Metadata.Author, document.Metadata.Language));
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 8, 0, 0, TimeSpan.Zero), document.Metadata.CreatedAt);
    }

    [Fact]
    public async Task A_document_with_encrypted_content_is_encrypted()
    {
        var manifest = """<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>""";

        var document = await fixture.ExtractAsync("a.odt", OfficeDocuments.Zip([("mimetype", "application/vnd.oasis.opendocument.text"), ("META-INF/manifest.xml", manifest), ("content.xml", "\u0001\u0002scrambled")]));

        Assert.Equal("encrypted", document.Status);
    }

    [Fact]
    public async Task What_stands_before_a_damaged_place_is_read_and_the_damage_named()
    {
        var content = OpenDocuments.Content("<office:text><text:p>before</text:p><text:p>after</text:p></office:text>").Replace("<text:p>after", "<text:p <<< after", StringComparison.Ordinal);

        var document = await fixture.ExtractAsync("a.odt", OfficeDocuments.Zip([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content)]));

        Assert.Equal(("ok", "before"), (document.Status, document.AllText()));
        Assert.Contains("damaged", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_lost_its_directory_gives_the_parts_that_are_there()
    {
        var whole = OpenDocuments.Text(string.Concat(Enumerable.Range(0, 2000).Select(i => string.Create(CultureInfo.InvariantCulture, $"<text:p>line {i * 7919 % 4999}</text:p>"))));

        var document = await fixture.ExtractAsync("a.odt", whole[..(whole.Length * 2 / 3)]);

        Assert.Equal(("ok", "application/vnd.oasis.opendocument.text"), (document.Status, document.MimeType));
        Assert.Contains("line 2920", document.AllText(), StringComparison.Ordinal);
        Assert.NotNull(document.Detail);
    }

    [Fact]
    public async Task Content_that_unpacks_without_end_is_stopped()
    {
        var document = await fixture.ExtractAsync("bomb.odt", OpenDocuments.Text($"<text:p>{new string('a', 100 << 20)}</text:p>"));

        Assert.Equal("expansion_limit", document.Status);
    }

    [Fact]
    public async Task Content_nested_beyond_reason_is_named_so()
    {
        var document = await fixture.ExtractAsync("deep.odt", OpenDocuments.Text(string.Concat(Enumerable.Repeat("<text:section>", 5000)) + string.Concat(Enumerable.Repeat("</text:section>", 5000))));

        Assert.Equal("nesting_limit", document.Status);
    }
}

/// <summary>Builds small OpenDocument files.</summary>
internal static class OpenDocuments
{
    internal static string Names { get; } = string.Join(' ', new[]
    {
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("svg", "svg-compatible"), ("chart", "chart"),
        ("presentation", "presentation"), ("meta", "meta"),
    }.Select(name => $"""xmlns:{name.Item1}="urn:oasis:names:tc:opendocument:xmlns:{name.Item2}:1.0" """)) + """xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink" """;

    internal static string Content(string body) => $"""<office:document-content {Names}><office:body>{body}</office:body></office:document-content>""";

    internal static byte[] Text(string body, string masters = "", params (string Name, string Content)[] more) => Package("text", $"<office:text>{body}</office:text>", masters, more);

    internal static byte[] Sheet(string tables, string masters = "") => Package("spreadsheet", $"<office:spreadsheet>{tables}</office:spreadsheet>", masters);

    internal static byte[] Slides(string slides, string masters = "") => Package("presentation", $"<office:presentation>{slides}</office:presentation>", masters);

    private static byte[] Package(string kind, string body, string masters, params (string Name, string Content)[] more) => OfficeDocuments.Zip(
    [
        ("mimetype", $"application/vnd.oasis.opendocument.{kind}"),
        ("content.xml", Content(body)),
        ("styles.xml", $"<office:document-styles {Names}><office:master-styles>{masters}</office:master-styles></office:document-styles>"),
        .. more,
    ]);
}
