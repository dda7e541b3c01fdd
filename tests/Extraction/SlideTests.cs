namespace ScaiDrive.Extraction.Tests;

public sealed class SlideTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    [Fact]
    public async Task Slides_stand_in_the_order_they_are_shown_with_their_sections_and_titles()
    {
        var document = await ReadAsync("""<p:sldIdLst><p:sldId id="300" r:id="s2"/><p:sldId id="256" r:id="s1"/></p:sldIdLst><p14:sectionLst xmlns:p14="p14"><p14:section name="Opening"><p14:sldIdLst><p14:sldId id="300"/></p14:sldIdLst></p14:section></p14:sectionLst>""",
            [("s1", "slide", "slides/slide1.xml"), ("s2", "slide", "slides/slide2.xml")],
            ("slides/slide1.xml", Slide(Shape("body", "first in the file") + Shape("title", "Second"), "show=\"0\"")),
            ("slides/slide2.xml", Slide(Shape("body", "Point") + Shape("ctrTitle", "First"))));

        Assert.Equal(["Opening\nFirst\nPoint", "Second\nfirst in the file"], document.Pages.Select(page => page.Text));
        Assert.Equal("First", Assert.Single(document.Pages[0].Headings).Title);
    }

    [Fact]
    public async Task Notes_links_comments_and_what_the_master_says_follow_the_slide()
    {
        var document = await ReadAsync("""<p:sldIdLst><p:sldId id="256" r:id="s1"/></p:sldIdLst>""",
            [("s1", "slide", "slides/slide1.xml"), ("a", "commentAuthors", "commentAuthors.xml"), ("b", "authors", "authors.xml")],
            ("commentAuthors.xml", """<p:cmAuthorLst xmlns:p="p"><p:cmAuthor id="0" name="Mia Lund"/></p:cmAuthorLst>"""),
            ("authors.xml", """<p:authorLst xmlns:p="p"><p:author id="{1}" name="Bo Ek"/></p:authorLst>"""),
            ("slides/slide1.xml", Slide(Shape("title", "Crane") + Shape("sldNum", "1"))),
            ("slides/_rels/slide1.xml.rels", OfficeDocuments.Relationships(("n", "notesSlide", "../notesSlides/notesSlide1.xml"), ("c", "comments", "../comments/comment1.xml"), ("d", "comments", "../comments/modern.xml"), ("l", "slideLayout", "../slideLayouts/slideLayout1.xml"))),
            ("notesSlides/notesSlide1.xml", Slide(Shape("body", "Speak slowly"))),
            ("comments/comment1.xml", """<p:cmLst xmlns:p="p"><p:cm authorId="0"><p:text>Too dark</p:text></p:cm></p:cmLst>"""),
            ("comments/modern.xml", """<p:cmLst xmlns:p="p" xmlns:a="a"><p:cm authorId="{1}"><p:replyLst><p:reply authorId="{1}"><p:txBody><a:p><a:r><a:t>In</a:t></a:r><a:r><a:t>deed</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst></p:cm></p:cmLst>"""),
            ("slideLayouts/slideLayout1.xml", Slide(Shape("title", "Click to edit") + Shape(null, "Confidential") + Shape("ftr", "Layout footer") + Shape("ftr", "&lt;footer&gt;"))));

        Assert.Equal("Crane\nSpeak slowly\nMia Lund\nToo dark\nBo Ek\nBo Ek\nIndeed\nConfidential\nLayout footer", document.AllText());
    }

    [Fact]
    public async Task Markup_for_old_readers_is_not_read_a_second_time()
    {
        var document = await ReadAsync("""<p:sldIdLst><p:sldId id="256" r:id="s1"/></p:sldIdLst>""", [("s1", "slide", "slides/slide1.xml")],
            ("slides/slide1.xml", Slide($"""<mc:AlternateContent xmlns:mc="mc"><mc:Choice>{Shape(null, "new")}</mc:Choice><mc:Fallback>{Shape(null, "old")}</mc:Fallback></mc:AlternateContent>{Shape(null, "after")}""")));

        Assert.Equal("new\nafter", document.AllText());
    }

    [Fact]
    public async Task Descriptions_tips_and_cells_are_text()
    {
        var document = await ReadAsync("""<p:sldIdLst><p:sldId id="256" r:id="s1"/></p:sldIdLst>""", [("s1", "slide", "slides/slide1.xml")],
            ("slides/slide1.xml", Slide("""
                <p:pic><p:nvPicPr><p:cNvPr name="Picture 2" descr="A crane"><a:hlinkClick tooltip="Open it"/></p:cNvPr></p:nvPicPr></p:pic>
                <p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:r><a:t>A1</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>B1</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>
                """)));

        Assert.Equal("A crane\nOpen it\nA1\tB1", document.AllText());
    }

    [Fact]
    public async Task A_damaged_slide_costs_only_itself()
    {
        var document = await ReadAsync("""<p:sldIdLst><p:sldId id="256" r:id="s1"/><p:sldId id="257" r:id="s2"/><p:sldId id="258" r:id="gone"/></p:sldIdLst>""",
            [("s1", "slide", "slides/slide1.xml"), ("s2", "slide", "slides/slide2.xml")],
            ("slides/slide1.xml", Slide(Shape(null, "kept") + "</p:wrong>")), ("slides/slide2.xml", Slide(Shape(null, "whole"))));

        Assert.Equal(["kept", "whole", ""], document.Pages.Select(page => page.Text));
        Assert.Contains("damaged", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_links_a_presentation_is_read_in_the_order_of_its_parts()
    {
        var document = await fixture.ExtractAsync("deck.pptx", OfficeDocuments.Zip(
        [
            ("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relation"), ("ppt/presentation.xml", $"""<p:presentation xmlns:p="p" xmlns:r="{Relations}"><p:sldId id="1" r:id="lost"/></p:presentation>"""),
            ("ppt/slides/slide10.xml", Slide(Shape(null, "tenth"))), ("ppt/slides/slide2.xml", Slide(Shape(null, "second"))),
        ]));

        Assert.Equal(["second", "tenth"], document.Pages.Select(page => page.Text));
    }

    private static string Shape(string? placeholder, string text) =>
        $"""<p:sp><p:nvSpPr><p:cNvPr name="x"/>{(placeholder is null ? "" : $"<p:ph type=\"{placeholder}\"/>")}</p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>""";

    private static string Slide(string shapes, string attributes = "") => $"""<p:sld xmlns:p="p" xmlns:a="a" {attributes}><p:spTree>{shapes}</p:spTree></p:sld>""";

    private Task<ExtractedDocument> ReadAsync(string presentation, (string Id, string Kind, string Target)[] links, params (string Part, string Content)[] parts) => fixture.ExtractAsync("deck.pptx",
        OfficeDocuments.Package("ppt/presentation.xml",
        [
            ("ppt/presentation.xml", $"""<p:presentation xmlns:p="p" xmlns:r="{Relations}">{presentation}</p:presentation>"""),
            ("ppt/_rels/presentation.xml.rels", OfficeDocuments.Relationships(links)),
            .. parts.Select(part => ("ppt/" + part.Part, part.Content)),
        ]));
}
