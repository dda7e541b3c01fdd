namespace ScaiDrive.Extraction.Tests;

public sealed class VisioTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Fact]
    public async Task Pages_give_names_texts_texts_of_masters_data_links_and_comments()
    {
        const string visio = "http://schemas.microsoft.com/visio/2010/relationships", relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        static string Links(params (string Id, string Kind, string Target)[] links) =>
            "<Relationships>" + string.Concat(links.Select(link => $"""<Relationship Id="{link.Id}" Type="{visio}/{link.Kind}" Target="{link.Target}"/>""")) + "</Relationships>";
        var content = OfficeDocuments.Zip(
        [
            ("[Content_Types].xml", "<Types/>"),
            ("_rels/.rels", Links(("d", "document", "visio/document.xml"))),
            ("visio/document.xml", "<VisioDocument/>"),
            ("visio/_rels/document.xml.rels", Links(("p", "pages", "pages/pages.xml"), ("m", "masters", "masters/masters.xml"), ("c", "comments", "comments.xml"))),
            ("visio/pages/pages.xml", $"""<Pages xmlns:r="{relations}"><Page ID="0" Name="Quay plan"><Rel r:id="one"/></Page></Pages>"""),
            ("visio/pages/_rels/pages.xml.rels", Links(("one", "page", "page1.xml"))),
            ("visio/pages/page1.xml",
                """
                <PageContents><Shapes><Shape ID="1"><Text><cp IX="0"/>Crane <fld IX="0">7</fld></Text>
                <Section N="Property"><Row N="Load"><Cell N="Label" V="Safe load"/><Cell N="Value" V="40 t"/><Cell N="Format" V="fmt"/></Row></Section>
                <Section N="Hyperlink"><Row><Cell N="Address" V="https://example.org/crane"/></Row></Section></Shape>
                <Shape ID="2" Master="9"/><Shape ID="3" Master="9"><Text>own</Text><Shapes><Shape ID="4" MasterShape="6"/></Shapes></Shape></Shapes></PageContents>
                """),
            ("visio/masters/masters.xml", $"""<Masters xmlns:r="{relations}"><Master ID="9" Name="Bollard"><Rel r:id="b"/></Master></Masters>"""),
            ("visio/masters/_rels/masters.xml.rels", Links(("b", "master", "master1.xml"))),
            ("visio/masters/master1.xml", """<MasterContents><Shapes><Shape ID="5"><Text>bollard</Text><Shapes><Shape ID="6"><Text>ring</Text></Shape></Shapes></Shape></Shapes></MasterContents>"""),
            ("visio/comments.xml", """<Comments><CommentList><CommentEntry PageID="0">move it north</CommentEntry></CommentList></Comments>"""),
        ]);

        var document = await fixture.ExtractAsync("plan.vsdx", content);

        Assert.Equal(("ok", "application/vnd.ms-visio.drawing"), (document.Status, document.MimeType));
        var page = Assert.Single(document.Pages);
        Assert.Equal("Quay plan\nCrane 7\nSafe load\n40 t\nhttps://example.org/crane\nbollard\nown\nring\nmove it north", page.Text);
        Assert.Equal("Quay plan", Assert.Single(page.Headings).Title);
    }
}
