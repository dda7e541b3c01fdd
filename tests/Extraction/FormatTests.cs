using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class FormatTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Swedish = "Ännu en dag på kajen: 7 kranar, å så många lyft. Göteborg, Malmö, Ålesund – €";

    public static TheoryData<string, int, bool> Encodings => new()
    {
        { "utf-8", 65001, false }, { "utf-8 with mark", 65001, true },
        { "utf-16 little with mark", 1200, true }, { "utf-16 little", 1200, false },
        { "utf-16 big with mark", 1201, true }, { "utf-16 big", 1201, false },
        { "utf-32 with mark", 12000, true }, { "windows-1252", 1252, false },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Text_is_read_in_its_own_encoding(string name, int codePage, bool mark)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(codePage);
        byte[] content = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Swedish)];

        var document = await fixture.ExtractAsync($"{name}.txt", content);

        Assert.Equal(("ok", "text/plain"), (document.Status, document.MimeType));
        Assert.Equal(Swedish, Assert.Single(document.Pages).Text);
    }

    [Fact]
    public async Task A_form_feed_in_text_starts_a_page()
    {
        var document = await fixture.ExtractAsync("print.txt", "first\r\nline\fsecond"u8.ToArray());

        Assert.Equal(["first\nline", "second"], document.Pages.Select(page => page.Text));
        Assert.Equal([1, 2], document.Pages.Select(page => page.Number));
    }

    [Fact]
    public async Task What_a_database_cannot_store_is_replaced()
    {
        var document = await fixture.ExtractAsync("broken.html", Encoding.UTF8.GetBytes("<html><body>a&#xD800;b &#0; c</body></html>"));

        Assert.Equal("ok", document.Status);
        Assert.DoesNotContain('\0', document.AllText());
        Assert.Equal(document.AllText(), Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(document.AllText())));
    }

    [Fact]
    public async Task Markdown_keeps_headings_and_drops_marks()
    {
        var document = await fixture.ExtractAsync("notes.md", "# One\n\nSome **bold** [link](https://example.org/a).\n\n## Two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"u8.ToArray());

        var page = Assert.Single(document.Pages);
        Assert.Equal("text/markdown", document.MimeType);
        Assert.Contains("Some bold link (https://example.org/a).", page.Text, StringComparison.Ordinal);
        Assert.Contains("1\t2", page.Text, StringComparison.Ordinal);
        Assert.Equal([("One", 1), ("Two", 2)], page.Headings.Select(heading => (heading.Title, heading.Level)));
        Assert.All(page.Headings, heading => Assert.Equal(heading.Title, page.Text.Substring(heading.Offset, heading.Title.Length)));
    }

    [Theory]
    [InlineData("name,place\n\"Pike, Joe\",\"the \"\"quay\"\"\"\n")]
    [InlineData("name;place\n\"Pike, Joe\";\"the \"\"quay\"\"\"\n")]
    [InlineData("name\tplace\n\"Pike, Joe\"\t\"the \"\"quay\"\"\"\n")]
    public async Task Cells_of_a_table_are_parted_by_tabs_whatever_parts_them_in_the_file(string content)
    {
        var document = await fixture.ExtractAsync("people.csv", Encoding.UTF8.GetBytes(content));

        Assert.Equal("name\tplace\nPike, Joe\tthe \"quay\"", document.AllText().TrimEnd());
    }

    [Fact]
    public async Task Html_gives_what_a_reader_sees()
    {
        var document = await fixture.SampleAsync("Frequently asked questions.html");

        var page = Assert.Single(document.Pages);
        Assert.Equal(("text/html", "en", "Halvorsen & Pike: frequently asked questions"), (document.MimeType, document.Metadata.Language, document.Metadata.Title));
        Assert.Contains("Branch\tWarehouse C, Port of Skarnes\tTuesday", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("documentElement", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sans-serif", page.Text, StringComparison.Ordinal);
        Assert.Equal(7, page.Headings.Count);
        Assert.All(page.Headings, heading => Assert.Equal(heading.Title, page.Text.Substring(heading.Offset, heading.Title.Length)));
    }

    [Fact]
    public async Task Pages_of_a_pdf_stay_pages()
    {
        var document = await fixture.SampleAsync("Failure report crane 7.pdf");

        Assert.Equal(("ok", "application/pdf", 3), (document.Status, document.MimeType, document.Pages.Count));
        Assert.Contains("non-drive bearing", document.Pages[0].Text, StringComparison.Ordinal);
        Assert.Contains("flow switch", document.Pages[1].Text, StringComparison.Ordinal);
        Assert.Contains("flat gaskets", document.Pages[2].Text, StringComparison.Ordinal);
        Assert.Equal(("Failure of the hoist gearbox on crane VCT-7", 3), (document.Metadata.Title, document.Metadata.PageCount));
        Assert.Empty(document.PagesNeedingOcr);
    }

    [Fact]
    public async Task A_scanned_page_asks_for_ocr()
    {
        var document = await fixture.SampleAsync("Letter from the harbour authority (scan).pdf");

        Assert.Equal("ok", document.Status);
        Assert.Equal([1], document.PagesNeedingOcr);
        Assert.Equal("", document.AllText());
    }

    [Fact]
    public async Task A_word_document_gives_headings_tables_header_footer_and_notes()
    {
        var document = await fixture.SampleAsync("Technician handbook.docx");

        Assert.Equal(("ok", 2), (document.Status, document.Pages.Count));
        var text = document.AllText();
        foreach (var expected in (string[])["Halvorsen & Pike Crane Service", "Edition 7, January 2026", "The gust meter sits at the highest point", "Hotel\tas invoiced, up to 140.00 EUR\tyes"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains(document.Pages[0].Headings, heading => heading is { Title: "Weather", Level: 2 });
        Assert.Contains(document.Pages[1].Headings, heading => heading is { Title: "On the job", Level: 1, Offset: 0 });
        Assert.Equal(("Technician handbook", "Ingrid Saltmarsh", "en-GB"), (document.Metadata.Title, document.Metadata.Author, document.Metadata.Language));
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 8, 0, 0, TimeSpan.Zero), document.Metadata.CreatedAt);
    }

    [Fact]
    public async Task Deleted_text_is_gone_and_a_text_box_stands_once()
    {
        var box = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>";
        var content = OfficeDocuments.Word(
            $"""
            <w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>removed</w:delText></w:r></w:del><w:ins><w:r><w:t> added</w:t></w:r></w:ins>
            <w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>
            <w:p><w:r><w:t>next</w:t></w:r></w:p>
            """);

        var document = await fixture.ExtractAsync("a.docx", content);

        Assert.Equal("kept added\nin the box\nnext", document.AllText());
    }

    [Fact]
    public async Task Rows_of_a_word_table_stay_rows_when_their_first_cell_is_empty()
    {
        static string Cell(string text) => $"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>";
        var document = await fixture.ExtractAsync("a.docx", OfficeDocuments.Word(
            $"<w:tbl><w:tr>{Cell("a")}{Cell("b")}</w:tr><w:tr><w:tc><w:p/></w:tc>{Cell("d")}</w:tr></w:tbl>"));

        Assert.Equal("a\tb\n\td", document.AllText());
    }

    [Fact]
    public async Task A_sheet_is_a_page_and_cells_are_as_shown()
    {
        var document = await fixture.SampleAsync("Price list 2026.xlsx");

        Assert.Equal(["Labour", "Spare parts", "Discounts"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
        Assert.Contains("Rope access team of three\tday\t2,140.00 €\t2026-01-01", document.Pages[0].Text, StringComparison.Ordinal);
        Assert.Contains("Port of Skarnes\t8%\t0%\t2026-12-31", document.Pages[2].Text, StringComparison.Ordinal);
        Assert.Contains("Halvorsen & Pike", document.Pages[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_since_1904_give_the_same_date()
    {
        var cell = """<row r="1"><c r="A1" s="0"><v>44927</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="inlineStr"><is><t>in line</t></is></c></row>""";
        var formats = """<cellXfs><xf numFmtId="14"/></cellXfs>""";

        var since1900 = await fixture.ExtractAsync("a.xlsx", OfficeDocuments.Sheet(cell, formats));
        var since1904 = await fixture.ExtractAsync("a.xlsx", OfficeDocuments.Sheet(cell.Replace("44927", "43465", StringComparison.Ordinal), formats, from1904: true));

        Assert.Equal("Only\n1/1/23\tTRUE\tin line", since1900.AllText());
        Assert.Equal(since1900.AllText(), since1904.AllText());
    }

    [Fact]
    public async Task A_slide_is_a_page_with_its_title_as_heading_and_its_notes()
    {
        var document = await fixture.SampleAsync("First quarter review 2026.pptx");

        Assert.Equal(6, document.Pages.Count);
        Assert.Equal("What hurt", Assert.Single(document.Pages[2].Headings).Title);
        Assert.Contains("Trolley wheels now take three weeks", document.Pages[2].Text, StringComparison.Ordinal);
        Assert.Contains("expert opinion is still open", document.Pages[2].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Click to edit", document.AllText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  \n\t ", "no_text")]
    public async Task Nothing_is_never_ok(string content, string status)
    {
        var document = await fixture.ExtractAsync("nothing.txt", Encoding.UTF8.GetBytes(content));

        Assert.Equal(status, document.Status);
        Assert.Empty(document.Pages);
    }
}
