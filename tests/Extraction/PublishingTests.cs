namespace ScaiDrive.Extraction.Tests;

public sealed class PublishingTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Fixed = "http://schemas.microsoft.com/xps/2005/06";

    [Fact]
    public async Task Chapters_are_pages_in_the_order_of_the_spine_and_the_contents_are_not_repeated()
    {
        var document = await fixture.ExtractAsync("book", Book("""<itemref idref="nav"/><itemref idref="two"/><itemref idref="one"/>"""));

        Assert.Equal(("ok", "application/epub+zip"), (document.Status, document.MimeType));
        Assert.Equal(["Second\nhttps://example.org/\nThe Crane", "First\nbody of one"], document.Pages.Select(page => page.Text));
        Assert.Equal(("The Crane", "Ingrid Saltmarsh", "en"), (document.Metadata.Title, document.Metadata.Author, document.Metadata.Language));
        Assert.Equal("First", Assert.Single(document.Pages[1].Headings).Title);
    }

    [Fact]
    public async Task A_book_without_a_readable_chapter_is_encrypted_and_scrambled_fonts_are_not_protection()
    {
        static string Encryption(string algorithm) =>
            $"""<encryption><EncryptedData><EncryptionMethod Algorithm="{algorithm}"/><CipherData><CipherReference URI="OEBPS/one.xhtml"/></CipherData></EncryptedData></encryption>""";

        var locked = await fixture.ExtractAsync("a.epub", Book("""<itemref idref="one"/>""", ("META-INF/encryption.xml", Encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))));
        var open = await fixture.ExtractAsync("a.epub", Book("""<itemref idref="one"/>""", ("META-INF/encryption.xml", Encryption("http://www.idpf.org/2008/embedding"))));

        Assert.Equal(("encrypted", "ok"), (locked.Status, open.Status));
    }

    [Fact]
    public async Task Glyphs_of_a_fixed_page_become_words_and_lines_by_their_places()
    {
        var document = await fixture.ExtractAsync("a.xps", Printed(
            """
            <Glyphs OriginX="10" OriginY="50" FontRenderingEmSize="10" UnicodeString="Cra" Indices=",50;,50;,50"/>
            <Glyphs OriginX="25" OriginY="50" FontRenderingEmSize="10" UnicodeString="ne" Indices=",50;,50"/>
            <Glyphs OriginX="40" OriginY="50" FontRenderingEmSize="10" UnicodeString="seven" Indices=",50;,50;,50;,50;,50"/>
            <Canvas RenderTransform="1,0,0,1,0,100"><Glyphs OriginX="10" OriginY="50" FontRenderingEmSize="10" UnicodeString="{}{fine}" FixedPage.NavigateUri="https://example.org/c7"/></Canvas>
            <Path AutomationProperties.Name="the hook"/>
            """));

        Assert.Equal(("ok", "application/vnd.ms-xpsdocument"), (document.Status, document.MimeType));
        var page = Assert.Single(document.Pages);
        Assert.Equal("Crane seven\n{fine}\nthe hook\nhttps://example.org/c7", page.Text);
        Assert.Equal(("Crane seven", 1), (Assert.Single(page.Headings).Title, page.Headings[0].Level));
    }

    [Fact]
    public async Task A_part_that_was_printed_in_pieces_is_put_together()
    {
        var document = await fixture.ExtractAsync("a.xps", Printed(null,
            ("Pages/1.fpage/[0].piece", """<FixedPage xmlns="x"><Glyphs FontRenderingEmSize="10" Unicode"""),
            ("Pages/1.fpage/[1].last.piece", """String="joined"/></FixedPage>""")));

        Assert.Equal("joined", document.AllText());
    }

    private static byte[] Book(string spine, params (string Name, string Content)[] more) => OfficeDocuments.Zip(
    [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", """<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""),
        ("OEBPS/book.opf",
            $"""
            <package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Crane</dc:title><dc:creator>Ingrid Saltmarsh</dc:creator><dc:language>en</dc:language></metadata>
            <manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
            <item id="two" href="text/chapter%202.xhtml" media-type="application/xhtml+xml"/><item id="css" href="a.css" media-type="text/css"/></manifest><spine>{spine}</spine></package>
            """),
        ("OEBPS/nav.xhtml", "<html><body>contents</body></html>"),
        ("OEBPS/one.xhtml", """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head><body><h1>First</h1><p>body of one</p></body></html>"""),
        ("OEBPS/text/chapter 2.xhtml", """<html><body><p><a href="https://example.org/">Second</a></p></body></html>"""),
        .. more,
    ]);

    private static byte[] Printed(string? glyphs, params (string Name, string Content)[] more) => OfficeDocuments.Zip(
    [
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", $"""<Relationships><Relationship Id="a" Type="{Fixed}/fixedrepresentation" Target="/All.fdseq"/></Relationships>"""),
        ("All.fdseq", """<FixedDocumentSequence><DocumentReference Source="/Docs/One.fdoc"/></FixedDocumentSequence>"""),
        ("Docs/One.fdoc", """<FixedDocument><PageContent Source="../Pages/1.fpage"/></FixedDocument>"""),
        ("Docs/_rels/One.fdoc.rels", $"""<Relationships><Relationship Id="s" Type="{Fixed}/documentstructure" Target="../Structure.struct"/></Relationships>"""),
        ("Structure.struct", """<DocumentStructure><DocumentStructure.Outline><DocumentOutline><OutlineEntry OutlineLevel="1" Description="Crane seven" OutlineTarget="#1"/></DocumentOutline></DocumentStructure.Outline></DocumentStructure>"""),
        .. glyphs is null ? [] : (IEnumerable<(string, string)>)[("Pages/1.fpage", $"<FixedPage>{glyphs}</FixedPage>")],
        .. more,
    ]);
}
