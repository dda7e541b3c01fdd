using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class SheetTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    [Fact]
    public async Task Every_sheet_is_a_page_in_the_workbooks_order_hidden_ones_too()
    {
        var document = await ReadAsync(Workbook("""<sheet name="Second" r:id="b"/><sheet name="First" state="veryHidden" r:id="a"/>""",
            ("a", "worksheet", "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>hidden words</t></is></c></row></sheetData></worksheet>"),
            ("b", "worksheet", "<worksheet><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>")));

        Assert.Equal(["Second\n7", "First\nhidden words"], document.Pages.Select(page => page.Text));
        Assert.Equal(["Second", "First"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
    }

    [Fact]
    public async Task Cells_are_shown_whatever_they_hold()
    {
        var document = await ReadAsync(Single("""
            <worksheet><sheetData>
            <row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>99</v></c></row>
            <row><c t="str"><f>A1</f><v>formula result</v></c><c t="e"><v>#DIV/0!</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c></row>
            <row><c t="d" s="0"><v>2026-11-22T06:00:00</v></c><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c/><c t="str"><v>two
            lines_x000D_</v></c></row>
            </sheetData></worksheet>
            """,
            ("xl/sharedStrings.xml", "<sst><si><r><t>ri</t></r><r><t>ch</t></r></si><si><t>日本</t><rPh sb=\"0\" eb=\"1\"><t>ニ</t></rPh><rPh sb=\"1\" eb=\"2\"><t>ホン</t></rPh></si></sst>"),
            ("xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"d mmm yyyy h:mm\"/></numFmts><cellXfs><xf numFmtId=\"200\"/></cellXfs></styleSheet>")));

        Assert.Equal("Only\nrich\t日本 ニ ホン\nformula result\t#DIV/0!\tTRUE\tFALSE\n22 Nov 2026 6:00\tinline\ttwo lines", document.AllText());
    }

    [Theory]
    [InlineData("Normal", "9/20/18")]
    [InlineData("Normál", "2018-09-20")]
    public async Task The_short_date_is_English_only_where_the_writer_spoke_English(string normal, string shown)
    {
        var document = await ReadAsync(Single("<worksheet><sheetData><row><c s=\"0\"><v>43363</v></c></row></sheetData></worksheet>",
            ("xl/styles.xml", $"<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs><cellStyles><cellStyle name=\"{normal}\" builtinId=\"0\"/></cellStyles></styleSheet>")));

        Assert.Contains(shown, document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_links_prompts_and_margins_follow_the_cells()
    {
        var document = await ReadAsync(Single("""
            <worksheet xmlns:r="r"><sheetData><row><c><v>1</v></c></row></sheetData>
            <dataValidations><dataValidation promptTitle="Pick" prompt="one of them" error="not that"><formula1>"red,green"</formula1></dataValidation></dataValidations>
            <hyperlinks><hyperlink ref="A1" location="Other!B2" tooltip="go there"/></hyperlinks>
            <headerFooter><oddHeader>&amp;LQuay &amp;CNorth</oddHeader><evenFooter>&amp;Reven page</evenFooter></headerFooter></worksheet>
            """,
            ("xl/worksheets/_rels/only.xml.rels", $"""
                <Relationships><Relationship Id="a" Type="{Office}/hyperlink" Target="https://example.org/quay" TargetMode="External"/>
                <Relationship Id="b" Type="{Office}/comments" Target="../comments1.xml"/><Relationship Id="c" Type="{Office}/vmlDrawing" Target="../vml1.vml"/></Relationships>
                """),
            ("xl/comments1.xml", "<comments><authors><author>Ann</author><author>Bo</author></authors><commentList><comment authorId=\"1\"><text><t>check this</t></text></comment><comment authorId=\"0\"><text><r><t>Ann:</t></r><r><t> named already</t></r></text></comment></commentList></comments>"),
            ("xl/vml1.vml", """
                <xml xmlns:v="v" xmlns:x="x"><v:shape><v:textbox><div>shadow of a note</div></v:textbox><x:ClientData ObjectType="Note"/></v:shape>
                <v:shape alt="a button"><v:textbox><div>Press me</div></v:textbox><x:ClientData ObjectType="Button"/></v:shape></xml>
                """)));

        Assert.Equal("""
            Only
            1
            Pick
            one of them
            not that
            red, green
            #Other!B2
            go there
            Quay
            North
            even page
            https://example.org/quay
            Bo: check this
            Ann: named already
            a button
            Press me
            """, document.AllText().Replace("Quay \n", "Quay\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_thread_of_comments_names_its_people_and_its_shadow_is_left_out()
    {
        var document = await ReadAsync(Workbook("""<sheet name="Only" r:id="s"/>""",
            [("s", "worksheet", "<worksheet><sheetData/></worksheet>"), ("p", "person", "<personList><person id=\"{1}\" displayName=\"Ingrid\"/></personList>")],
            ("xl/worksheets/_rels/s.xml.rels", OfficeDocuments.Relationships(("a", "comments", "/xl/c.xml"), ("b", "threadedComment", "/xl/t.xml"))),
            ("xl/c.xml", "<comments><authors><author>tc={1}</author><author>Old</author></authors><commentList><comment authorId=\"0\"><text><t>[Threaded comment] shadow</t></text></comment><comment authorId=\"1\"><text><t>plain note</t></text></comment></commentList></comments>"),
            ("xl/t.xml", "<ThreadedComments><threadedComment personId=\"{1}\"><text>is this right?</text></threadedComment></ThreadedComments>")));

        Assert.Equal("Only\nOld: plain note\nIngrid: is this right?", document.AllText());
    }

    [Fact]
    public async Task Drawings_with_shapes_charts_and_diagrams_are_text()
    {
        var document = await ReadAsync(Single("<worksheet><sheetData/></worksheet>",
            ("xl/worksheets/_rels/only.xml.rels", OfficeDocuments.Relationships(("d", "drawing", "/xl/drawings/d.xml"))),
            ("xl/drawings/d.xml", "<d:wsDr xmlns:d=\"d\" xmlns:a=\"a\"><d:sp><d:nvSpPr><d:cNvPr id=\"1\" name=\"x\" descr=\"a crane lifts\"/></d:nvSpPr><d:txBody><a:p><a:r><a:t>box words</a:t></a:r></a:p></d:txBody></d:sp></d:wsDr>"),
            ("xl/drawings/_rels/d.xml.rels", OfficeDocuments.Relationships(("c", "chart", "/xl/charts/c.xml"), ("g", "diagramData", "/xl/diagrams/g.xml"))
                .Replace("</Relationships>", $"""<Relationship Id="l" Type="{Office}/hyperlink" Target="https://example.org/shape" TargetMode="External"/></Relationships>""", StringComparison.Ordinal)),
            ("xl/charts/c.xml", "<c:chartSpace xmlns:c=\"c\"><c:ser><c:cat><c:strCache><c:pt><c:v>March</c:v></c:pt><c:pt><c:v>April</c:v></c:pt></c:strCache></c:cat></c:ser></c:chartSpace>"),
            ("xl/diagrams/g.xml", "<g:dataModel xmlns:g=\"g\" xmlns:a=\"a\"><a:p><a:r><a:t>step one</a:t></a:r></a:p></g:dataModel>")));

        foreach (var expected in (string[])["a crane lifts", "box words", "March\tApril", "step one", "https://example.org/shape"])
            Assert.Contains(expected, document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_sheet_keeps_what_stands_before_the_damage_and_the_next_one_is_whole()
    {
        var document = await ReadAsync(Workbook("""<sheet name="Bad" r:id="a"/><sheet name="Good" r:id="b"/>""",
            ("a", "worksheet", "<worksheet><sheetData><row><c><v>1</v></c></row><row><c><v>2</c></row>"),
            ("b", "worksheet", "<worksheet><sheetData><row><c><v>3</v></c></row></sheetData></worksheet>")));

        Assert.Equal("ok", document.Status);
        Assert.Contains("Bad\n1", document.Pages[0].Text, StringComparison.Ordinal);
        Assert.Equal("Good\n3", document.Pages[1].Text);
    }

    [Fact]
    public async Task A_file_in_a_sheet_is_a_part_of_the_document()
    {
        var document = await ReadAsync(Single("<worksheet><sheetData/></worksheet>",
            ("xl/worksheets/_rels/only.xml.rels", OfficeDocuments.Relationships(("e", "package", "/xl/embeddings/notes.txt"))),
            ("xl/embeddings/notes.txt", "words in the embedded file")));

        Assert.Equal(["Only", "notes.txt\nwords in the embedded file"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task More_shared_texts_than_memory_is_for_are_found_by_their_number()
    {
        var filler = new string('x', 30_000);
        var strings = new StringBuilder("<sst>");
        for (var i = 0; i < 1500; i++)
            strings.Append("<si><t>").Append(i).Append(filler).Append("</t></si>");
        strings.Append("<si><t>the last one</t></si></sst>");

        var document = await ReadAsync(Single("<worksheet><sheetData><row><c t=\"s\"><v>1500</v></c><c t=\"s\"><v>2</v></c></row></sheetData></worksheet>", ("xl/sharedStrings.xml", strings.ToString())));

        Assert.Equal($"Only\nthe last one\t2{filler}", document.AllText());
    }

    [Fact]
    public async Task An_XML_workbook_of_2003_is_read_like_any_other()
    {
        var document = await fixture.ExtractAsync("old.xml", Encoding.UTF8.GetBytes("""
            <?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
            <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:o="urn:schemas-microsoft-com:office:office">
            <o:DocumentProperties><o:Title>Tide table</o:Title></o:DocumentProperties>
            <Styles><Style ss:ID="s1"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="s2"><NumberFormat ss:Format="d\-mmm\-yy"/></Style></Styles>
            <Worksheet ss:Name="Tides"><Table><Row><Cell ss:HRef="https://example.org/tide"><Data ss:Type="String">high</Data><Comment ss:Author="Ann"><ss:Data>twice a day</ss:Data></Comment></Cell>
            <Cell ss:StyleID="s1"><Data ss:Type="Number">0.25</Data></Cell><Cell ss:StyleID="s2"><Data ss:Type="DateTime">2007-05-17T00:00:00.000</Data></Cell></Row></Table>
            <x:WorksheetOptions><x:PageSetup><x:Header x:Data="&amp;LHarbour"/></x:PageSetup></x:WorksheetOptions></Worksheet></Workbook>
            """.Trim()));

        Assert.Equal(("ok", "Tide table"), (document.Status, document.Metadata.Title));
        Assert.Equal("Tides\nhigh\t25.00%\t17-May-07\nhttps://example.org/tide\nAnn: twice a day\nHarbour\nTide table", document.AllText());
    }

    [CorpusFact]
    public async Task Workbooks_of_others_show_what_they_are_known_to_hold()
    {
        foreach (var (name, literals) in new (string, string[])[]
        {
            ("testEXCEL_charts.xlsx", ["March\tApril", "peach"]),
            ("testEXCEL_dateFormats.xlsx", ["1996-08-10", "2018-09-20"]),
            ("testEXCEL_headers_footers.xlsx", ["Footer - Author: John Smith", "John Smith50\t50 Corporate HQ"]),
            ("testEXCEL_diagramData.xlsb", ["SmartArt"]),
            ("protectedFile.xlsx", ["Office"]),
        })
        {
            var document = await ReadAsync(await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", name)), name);

            foreach (var literal in literals)
                Assert.Contains(literal, document.AllText(), StringComparison.Ordinal);
        }
    }

    private Task<ExtractedDocument> ReadAsync(byte[] content, string name = "a.xlsx") => fixture.ExtractAsync(name, content);

    private static byte[] Single(string sheet, params (string Name, string Content)[] more) => Workbook("""<sheet name="Only" r:id="only"/>""",
        [("only", "worksheet", sheet), ("strings", "sharedStrings", ""), ("styles", "styles", "")], more);

    private static byte[] Workbook(string sheets, params (string Id, string Kind, string Content)[] parts) => Workbook(sheets, parts, []);

    // Sheets lie in xl/worksheets under their identifiers; a part without content comes with the others.
    private static byte[] Workbook(string sheets, (string Id, string Kind, string Content)[] parts, params (string Name, string Content)[] more) => OfficeDocuments.Package("xl/workbook.xml",
    [
        ("xl/workbook.xml", $"""<workbook xmlns:r="{Office}"><sheets>{sheets}</sheets></workbook>"""),
        ("xl/_rels/workbook.xml.rels", OfficeDocuments.Relationships([.. parts.Select(part => (part.Id, part.Kind, PartName(part)))])),
        .. parts.Where(part => part.Content.Length > 0).Select(part => ("xl/" + PartName(part), part.Content)),
        .. more,
    ]);

    private static string PartName((string Id, string Kind, string Content) part) =>
        part.Kind switch { "worksheet" => $"worksheets/{part.Id}.xml", "sharedStrings" => "sharedStrings.xml", "styles" => "styles.xml", _ => $"{part.Id}.xml" };
}
