using System.Globalization;

namespace ScaiDrive.Extraction.Tests;

public sealed class WordTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Numbering = """
        <w:numbering xmlns:w="w">
          <w:abstractNum w:abstractNumId="0">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="3"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2"/></w:lvl>
            <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%2-%3"/><w:isLgl/></w:lvl>
            <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%4!"/><w:lvlRestart w:val="0"/></w:lvl>
          </w:abstractNum>
          <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
          <w:abstractNum w:abstractNumId="2">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Part %1:"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Clause"/><w:lvlText w:val="%1.%2"/></w:lvl>
          </w:abstractNum>
          <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
          <w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
          <w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>
          <w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
        </w:numbering>
        """;

    [Fact]
    public async Task Items_of_lists_carry_the_numbers_that_are_shown()
    {
        var text = await ReadAsync(
            Item(1, 0, "one") + Item(1, 1, "c") + Item(1, 1, "d") + Item(1, 2, "legal") + Item(1, 0, "two") + Item(1, 1, "c again")
                + Item(2, 0, "seven") + Item(1, 0, "eight") + Item(3, 0, "point") + Item(0, 0, "plain") + Item(99, 0, "lost"),
            ("numbering", "numbering.xml", Numbering));

        Assert.Equal("1) one\n1.c c\n1.d d\n4-1 legal\n2) two\n2.c c again\n7) seven\n8) eight\n· point\nplain\nlost", text);
    }

    [Fact]
    public async Task A_level_that_never_restarts_counts_on_and_an_empty_item_counts_too()
    {
        var text = await ReadAsync(Item(1, 3, "a") + Item(1, 0, "") + Item(1, 3, "b") + Item(1, 0, "c"), ("numbering", "numbering.xml", Numbering));

        Assert.Equal("1! a\n2! b\n3) c", text);
    }

    [Fact]
    public async Task A_style_puts_its_paragraphs_into_a_list()
    {
        const string styles = """
            <w:styles xmlns:w="w">
              <w:style w:styleId="Base"><w:name w:val="base"/><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style>
              <w:style w:styleId="Clause"><w:name w:val="clause"/><w:basedOn w:val="Base"/></w:style>
              <w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>
            </w:styles>
            """;
        var text = await ReadAsync("<w:p><w:pPr><w:pStyle w:val=\"Base\"/></w:pPr><w:r><w:t>first</w:t></w:r></w:p>"
            + "<w:p><w:pPr><w:pStyle w:val=\"Clause\"/></w:pPr><w:r><w:t>inner</w:t></w:r></w:p>"
            + "<w:p><w:pPr><w:pStyle w:val=\"Clause\"/><w:numPr><w:numId w:val=\"0\"/></w:numPr></w:pPr><w:r><w:t>taken out</w:t></w:r></w:p>"
            + "<w:p><w:pPr><w:pStyle w:val=\"Loop\"/></w:pPr><w:r><w:t>circle</w:t></w:r></w:p>",
            ("numbering", "numbering.xml", Numbering), ("styles", "styles.xml", styles));

        Assert.Equal("Part 1: first\n1.1 inner\ntaken out\ncircle", text);
    }

    [Fact]
    public async Task An_instruction_spread_over_runs_leads_to_its_target()
    {
        var text = await ReadAsync("""
            <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPER</w:instrText></w:r><w:r><w:instrText>LINK "http://example.</w:instrText></w:r>
            <w:r><w:instrText>org/7" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>seven</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
            """);

        Assert.Equal("seven\nhttp://example.org/7", text);
    }

    [Fact]
    public async Task What_a_tracked_change_took_out_follows_its_paragraph_and_what_it_moved_is_read_once()
    {
        var text = await ReadAsync("""
            <w:p><w:r><w:t>the </w:t></w:r><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:t> crane</w:t></w:r></w:p>
            <w:p><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p><w:p><w:moveTo><w:r><w:t>moved</w:t></w:r></w:moveTo></w:p>
            """);

        Assert.Equal("the new crane\nold\nmoved", text);
    }

    [Fact]
    public async Task Phonetic_text_stands_behind_what_it_explains()
    {
        var text = await ReadAsync("<w:p><w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>へ</w:t></w:r></w:p>");

        Assert.Equal("東京 (とうきょう)へ", text);
    }

    [Fact]
    public async Task Form_fields_show_their_choice()
    {
        const string field = """
            <w:r><w:fldChar w:fldCharType="begin"><w:ffData>{0}</w:ffData></w:fldChar></w:r><w:r><w:instrText> {1} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
            """;
        var list = string.Format(CultureInfo.InvariantCulture, field, """<w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="green"/></w:ddList>""", "FORMDROPDOWN");
        var box = string.Format(CultureInfo.InvariantCulture, field, """<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>""", "FORMCHECKBOX");

        Assert.Equal("Colour green\nDone ☒", await ReadAsync($"<w:p><w:r><w:t>Colour </w:t></w:r>{list}</w:p><w:p><w:r><w:t>Done </w:t></w:r>{box}</w:p>"));
    }

    [Fact]
    public async Task A_formula_stands_on_one_line()
    {
        var text = await ReadAsync("""
            <w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:d><m:e><m:r><m:t>a+b</m:t></m:r></m:e></m:d></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>
            """);

        Assert.Equal("(a+b)/2", text);
    }

    [Fact]
    public async Task Symbols_are_characters_and_tab_stops_are_none()
    {
        var text = await ReadAsync("""<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr><w:r><w:sym w:font="Symbol" w:char="F061"/><w:tab/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r></w:p>""");

        Assert.Equal("α\t✓", text);
    }

    [Fact]
    public async Task Names_tips_and_descriptions_of_pictures_and_links_are_text()
    {
        var text = await ReadAsync("""
            <w:p><w:r><w:t>x</w:t></w:r><wp:docPr xmlns:wp="wp" name="Picture 1" descr="A crane"/><pic:cNvPr xmlns:pic="pic" descr="A crane"/>
            <w:pict><v:shape alt="Old crane"><v:imagedata o:title="crane_pic" xmlns:o="o"/><v:textpath string="Word art"/></v:shape></w:pict><w:hyperlink w:tooltip="Tip"><w:r><w:t>y</w:t></w:r></w:hyperlink></w:p>
            """);

        Assert.Equal("xy\nA crane\nOld crane\ncrane_pic\nWord art\nTip", text);
    }

    [Fact]
    public async Task An_embedded_file_is_a_part_of_the_document()
    {
        var document = await fixture.ExtractAsync("letter.docx", Build("<w:p><w:r><w:t>outer</w:t></w:r></w:p>", ("package", "embeddings/inner.csv", "needle,7")));

        Assert.Equal(["outer", "inner.csv\nneedle\t7"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task A_comment_begins_with_its_author_and_notes_follow_the_text()
    {
        var text = await ReadAsync("<w:p><w:r><w:t>body</w:t></w:r></w:p>",
            ("comments", "comments.xml", """<w:comments xmlns:w="w"><w:comment w:author="Mia Lund"><w:p><w:r><w:t>remark</w:t></w:r></w:p></w:comment></w:comments>"""),
            ("footnotes", "footnotes.xml", """<w:footnotes xmlns:w="w"><w:footnote><w:p><w:r><w:t>note</w:t></w:r></w:p></w:footnote></w:footnotes>"""),
            ("header", "header1.xml", """<w:hdr xmlns:w="w"><w:p><w:r><w:t>top</w:t></w:r></w:p></w:hdr>"""),
            ("glossaryDocument", "glossary/document.xml", """<w:glossaryDocument xmlns:w="w"><w:p><w:r><w:t>building block</w:t></w:r></w:p></w:glossaryDocument>"""));

        Assert.Equal("top\nbody\nnote\nMia Lund\nremark\nbuilding block", text);
    }

    [Fact]
    public async Task Damage_costs_what_comes_after_it_in_its_part_only()
    {
        var document = await fixture.ExtractAsync("letter.docx", Build("<w:p><w:r><w:t>before</w:t></w:r></w:p><w:p><w:r></w:wrong>",
            ("footer", "footer1.xml", """<w:ftr xmlns:w="w"><w:p><w:r><w:t>bottom</w:t></w:r></w:p></w:ftr>"""),
            ("styles", "styles.xml", "<w:styles"), ("numbering", "numbering.xml", "no markup")));

        Assert.Equal(("ok", "before\nbottom"), (document.Status, document.AllText()));
        Assert.Contains("damaged", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Charts_and_diagrams_are_text()
    {
        var text = await ReadAsync("<w:p><w:r><w:t>body</w:t></w:r><c:chart xmlns:c=\"c\" r:id=\"r0\"/></w:p><w:p><w:r><w:t>after</w:t></w:r></w:p>",
            ("chart", "charts/chart1.xml", """<c:chart xmlns:c="c" xmlns:a="a"><a:p><a:t>Title</a:t></a:p><c:cat><c:pt><c:v>March</c:v></c:pt><c:pt><c:v>April</c:v></c:pt></c:cat><c:val><c:pt><c:v>1</c:v></c:pt></c:val></c:chart>"""),
            ("diagramData", "diagrams/data1.xml", """<d:dataModel xmlns:d="d" xmlns:a="a"><d:pt><a:p><a:r><a:t>Lift</a:t></a:r></a:p></d:pt><d:pt><a:p><a:r><a:t>Lower</a:t></a:r></a:p></d:pt></d:dataModel>"""));

        Assert.Equal("body\nTitle\nMarch\tApril\n1\nafter\nLift\nLower", text);
    }

    private static string Item(int list, int level, string text) =>
        $"""<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>""";

    private static byte[] Build(string body, params (string Kind, string Part, string Content)[] parts) => OfficeDocuments.Word(body,
    [
        ("word/_rels/document.xml.rels", OfficeDocuments.Relationships([.. parts.Select((part, number) => ($"r{number}", part.Kind, part.Part))])),
        .. parts.Select(part => ("word/" + part.Part, part.Content)),
    ]);

    private async Task<string> ReadAsync(string body, params (string Kind, string Part, string Content)[] parts)
    {
        var document = await fixture.ExtractAsync("letter.docx", Build(body, parts));
        Assert.Equal("ok", document.Status);
        return document.AllText();
    }
}
