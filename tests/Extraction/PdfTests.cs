using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class PdfTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Line = "BT /F 12 Tf 72 700 Td (Painted on the page) Tj ET\n";

    private Task<ExtractedDocument> ReadAsync(PdfBuilder pdf) => fixture.ExtractAsync("a.pdf", pdf.Build());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_note_and_its_author_are_text(bool compact)
    {
        var pdf = new PdfBuilder { Compact = compact };
        var note = pdf.Add("<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Ask the harbour \\(again\\)) /T <FEFF0049006E00670072006900640020D83DDE00> >>");
        var popup = pdf.Add($"<< /Type /Annot /Subtype /Popup /Rect [0 0 9 9] /Parent {note} 0 R >>");
        pdf.Page(Line, $"/Annots [{note} 0 R {popup} 0 R]");

        var document = await ReadAsync(pdf);

        Assert.Equal("Painted on the page\nIngrid \U0001F600: Ask the harbour (again)", document.AllText());
    }

    [Fact]
    public async Task What_a_free_text_paints_is_not_said_twice()
    {
        var pdf = new PdfBuilder();
        var note = pdf.Add("<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (painted  ON the page) >>");
        pdf.Page(Line, $"/Annots [{note} 0 R]");

        Assert.Equal("Painted on the page", (await ReadAsync(pdf)).AllText());
    }

    [Fact]
    public async Task Targets_of_links_are_text()
    {
        var pdf = new PdfBuilder();
        pdf.Page(Line, "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/cranes) >> >> << /Subtype /Link /Rect [0 0 9 9] /A << /S /GoToR /F (tariffs.pdf) >> >>]");

        Assert.Equal("Painted on the page\nhttps://example.org/cranes\ntariffs.pdf", (await ReadAsync(pdf)).AllText());
    }

    [Fact]
    public async Task Fields_have_their_labels_and_values()
    {
        var pdf = new PdfBuilder();
        var parent = pdf.Add("<< /FT /Ch /T (quay) /TU (Where it lies) /V (k2) /Opt [[(k1) (North quay)] [(k2) (South quay)]] >>");
        int[] widgets =
        [
            pdf.Add("<< /Subtype /Widget /FT /Tx /T (Ship_Name) /TU (Ship name) /V (Aurelia) >>"),
            pdf.Add($"<< /Subtype /Widget /Parent {parent} 0 R >>"),
            pdf.Add("<< /Subtype /Widget /FT /Btn /T (cargo) /V /Timber /AS /Timber >>"),
            pdf.Add("<< /Subtype /Widget /FT /Btn /T (fragile) /V /Off /AS /Off >>"),
            pdf.Add("<< /Subtype /Widget /FT /Btn /Ff 65536 /T (send) /MK << /CA (Send the form) >> >>"),
            pdf.Add("<< /Subtype /Widget /FT /Sig /T (signed) /V << /Name (J. Pike) /Reason (Approved) >> >>"),
        ];
        var loose = pdf.Add("<< /FT /Tx /T (hidden) /V (without a place) >>");
        var list = string.Join(' ', widgets.Select(widget => $"{widget} 0 R"));
        pdf.Catalog = $"/AcroForm << /Fields [{list} {parent} 0 R {loose} 0 R] >>";
        pdf.Page(Line, $"/Annots [{list}]");

        Assert.Equal("""
            Painted on the page
            Ship name: Aurelia
            Where it lies quay: South quay
            cargo: Timber
            send: Send the form
            signed: J. Pike, Approved
            hidden: without a place
            """, (await ReadAsync(pdf)).AllText());
    }

    [Fact]
    public async Task What_a_tagged_picture_shows_is_text_of_its_page()
    {
        var pdf = new PdfBuilder();
        pdf.Page(Line);
        var second = pdf.Page(PdfBuilder.Text((72, 700, "Second page")));
        var (figure, section) = (pdf.Add($"<< /S /Figure /Pg {second} 0 R /Alt (A crane at dawn) /K 0 >>"), pdf.Add(""));
        pdf.Replace(section, $"<< /S /Sect /K [{figure} 0 R {section} 0 R << /Type /MCR /MCID 1 >>] >>");
        pdf.Catalog = $"/StructTreeRoot << /K {section} 0 R >>";

        Assert.Equal(["Painted on the page", "Second page\nA crane at dawn"], (await ReadAsync(pdf)).Pages.Select(page => page.Text));
    }

    [CorpusFact]
    public async Task A_document_locked_against_changes_alone_is_read_in_full()
    {
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Corpus!, "documents", "testPDF_protected.pdf"));

        var document = await fixture.Pool.ExtractAsync(content, "a.pdf", CancellationToken.None);

        Assert.Equal(("ok", 41, "The Bank of England"), (document.Status, document.Pages.Count, document.Metadata.Author));
        Assert.Contains("RETHINKING THE FINANCIAL NETWORK", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_xfa_form_shows_its_captions_with_the_values_of_its_data()
    {
        var pdf = new PdfBuilder();
        var template = pdf.Stream("""
            <xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform>
            <draw><value><exData contentType="text/html"><body xmlns="http://www.w3.org/1999/xhtml"><p>Berth <b>re</b>quest</p><p>for ships</p></body></exData></value></draw>
            <field name="ship"><caption><value><text>Name of ship</text></value></caption><event><script>alert('no text')</script></event></field>
            </subform></template>
            """);
        var data = pdf.Stream("""<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form><ship>Aurelia</ship><draught>6.2 m</draught></form></xfa:data></xfa:datasets></xdp:xdp>""");
        pdf.Catalog = $"/AcroForm << /Fields [] /XFA [(template) {template} 0 R (datasets) {data} 0 R] >>";
        pdf.Page(Line);

        Assert.Equal("Painted on the page\nBerth request for ships\nName of ship: Aurelia\ndraught: 6.2 m", (await ReadAsync(pdf)).AllText());
    }

    [Fact]
    public async Task A_bookmark_is_a_heading_of_the_page_it_leads_to()
    {
        var pdf = new PdfBuilder();
        pdf.Page(PdfBuilder.Text((72, 700, "Cranes of the harbour")));
        var second = pdf.Page(PdfBuilder.Text((72, 700, "Before it."), (72, 660, "Weather and wind"), (72, 640, "Never above 60 km/h.")));
        var third = pdf.Page(PdfBuilder.Text((72, 700, "Only tables here.")));
        var (child, lost) = (pdf.Add(""), pdf.Add(""));
        pdf.Replace(child, $"<< /Title (WEATHER  and wind) /A << /S /GoTo /D (named) >> /Next {lost} 0 R >>");
        pdf.Replace(lost, $"<< /Title (Load tables) /Dest [{third} 0 R /Fit] >>");
        var root = pdf.Add($"<< /Title (Cranes) /Dest [0 /Fit] /First {child} 0 R >>");
        pdf.Catalog = $"/Outlines << /First {root} 0 R >> /Names << /Dests << /Names [(named) << /D [{second} 0 R /Fit] >>] >> >>";

        var document = await ReadAsync(pdf);

        Assert.Equal([("Cranes", 1, 0)], document.Pages[0].Headings.Select(heading => (heading.Title, heading.Level, heading.Offset)));
        var weather = Assert.Single(document.Pages[1].Headings);
        Assert.Equal(("WEATHER and wind", 2), (weather.Title, weather.Level));
        Assert.StartsWith("Weather and wind", document.Pages[1].Text[weather.Offset..], StringComparison.Ordinal);
        Assert.Equal("Load tables\nOnly tables here.", document.Pages[2].Text);
        Assert.Equal(("Load tables", 2, 0), document.Pages[2].Headings.Select(heading => (heading.Title, heading.Level, heading.Offset)).Single());
    }

    [Fact]
    public async Task Attached_files_are_parts_each_once()
    {
        var pdf = new PdfBuilder();
        var inside = new PdfBuilder();
        inside.Page(PdfBuilder.Text((72, 700, "A page of the annex")));
        var (listed, pinned, associated) = (pdf.File("list.csv", "name,place\nPike,quay\n"u8.ToArray()), pdf.File("annex.pdf", inside.Build()), pdf.File("source.txt", "where it came from"u8.ToArray()));
        pdf.Catalog = $"/Names << /EmbeddedFiles << /Kids [<< /Names [(list) {listed} 0 R] >>] >> >> /AF [{listed} 0 R {associated} 0 R]";
        pdf.Page(Line, $"/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS {pinned} 0 R /Contents (see the annex) >>]");

        var document = await ReadAsync(pdf);

        Assert.Equal(["Painted on the page\nsee the annex", "list.csv\nname\tplace\nPike\tquay", "source.txt\nwhere it came from", "annex.pdf\nA page of the annex"], document.Pages.Select(page => page.Text.TrimEnd()));
        Assert.Equal(1, document.Metadata.PageCount);
    }

    [Fact]
    public async Task What_a_document_says_about_itself_comes_from_both_places()
    {
        var pdf = new PdfBuilder();
        var about = pdf.Add("<< /Author (Ingrid Saltmarsh) /CreationDate (D:20260112090000+01'00') >>");
        var packet = pdf.Stream("""
            <?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:ModifyDate="2026-02-01T10:00:00Z">
            <dc:title><rdf:Alt><rdf:li xml:lang="de">Handbuch</rdf:li><rdf:li xml:lang="x-default">Handbook</rdf:li></rdf:Alt></dc:title>
            <dc:creator><rdf:Seq><rdf:li>Somebody else</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
            """, "/Type /Metadata /Subtype /XML");
        pdf.Trailer = $"/Info {about} 0 R";
        pdf.Catalog = $"/Metadata {packet} 0 R /Lang (en-GB)";
        pdf.Page(Line);

        var metadata = (await ReadAsync(pdf)).Metadata;

        Assert.Equal(("Handbook", "Ingrid Saltmarsh", "en-GB", 1), (metadata.Title, metadata.Author, metadata.Language, metadata.PageCount));
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 8, 0, 0, TimeSpan.Zero), metadata.CreatedAt);
        Assert.Equal(new DateTimeOffset(2026, 2, 1, 10, 0, 0, TimeSpan.Zero), metadata.ModifiedAt);
    }

    [Fact]
    public async Task Damage_to_the_table_of_objects_costs_nothing()
    {
        var pdf = new PdfBuilder();
        pdf.Page(Line, "/Annots [<< /Subtype /Text /Rect [0 0 9 9] /Contents (still here) >>]");
        var content = Encoding.Latin1.GetString(pdf.Build());

        var wrongOffsets = await fixture.ExtractAsync("a.pdf", Encoding.Latin1.GetBytes(content.Replace("%PDF-1.7\n", "%PDF-1.7\n% one more line\n", StringComparison.Ordinal)));
        var noTable = await fixture.ExtractAsync("a.pdf", Encoding.Latin1.GetBytes(content[..content.IndexOf("xref\n", StringComparison.Ordinal)]));

        Assert.Equal("Painted on the page\nstill here", wrongOffsets.AllText());
        Assert.Equal("Painted on the page\nstill here", noTable.AllText());
    }

    [Fact]
    public async Task Loops_between_objects_end()
    {
        var pdf = new PdfBuilder();
        var (item, node) = (pdf.Add(""), pdf.Add(""));
        pdf.Replace(item, $"<< /Title (Round) /First {item} 0 R /Next {item} 0 R /Parent {item} 0 R >>");
        pdf.Replace(node, $"<< /Kids [{node} 0 R {node} 0 R] >>");
        pdf.Catalog = $"/Outlines << /First {item} 0 R >> /Names << /EmbeddedFiles {node} 0 R /Dests {node} 0 R >> /AcroForm << /Fields [{item} 0 R] >>";
        var widget = pdf.Add("");
        pdf.Replace(widget, $"<< /Subtype /Widget /Parent {widget} 0 R /V {widget} 0 R >>");
        pdf.Page(Line, $"/Annots [{widget} 0 R]");

        Assert.Equal("Round\nPainted on the page", (await ReadAsync(pdf)).AllText());
    }
}
