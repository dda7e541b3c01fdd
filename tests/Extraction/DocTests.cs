using System.Text;
using ScaiDrive.Extraction.Formats.Office.Binary;
using static ScaiDrive.Extraction.Tests.DocBuilder;

namespace ScaiDrive.Extraction.Tests;

public sealed class DocTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Fact]
    public async Task All_texts_of_a_document_are_read_headers_first()
    {
        var document = await fixture.ExtractAsync("letter.doc", new DocBuilder()
            .Add("Body ä Ж 中\r").Add("\r")
            .Add("note\r", text: DocText.Footnotes)
            .Add("top\r", text: DocText.Headers).Add("bottom\r", text: DocText.Headers)
            .Add("remark\r", text: DocText.Comments)
            .Add("end\r", text: DocText.Endnotes)
            .Add("box\r", text: DocText.TextBoxes)
            .Table(DocHeader.HeaderTexts, [.. ((int[])[0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 11, 11, 11, 11]).SelectMany(Number)])
            .Table(DocHeader.CommentAuthors, [.. Short(3), .. Encoding.Unicode.GetBytes("Mia")])
            .Table(DocHeader.CommentReferences, [.. Number(0), .. Number(5), .. new byte[30]])
            .Table(DocHeader.CommentTexts, [.. Number(0), .. Number(7), .. Number(7)])
            .Build());

        Assert.Equal(("ok", "application/msword"), (document.Status, document.MimeType));
        Assert.Equal("top\nBody ä Ж 中\nbottom\nnote\nend\nMia\nremark\nbox", document.AllText());
    }

    [Fact]
    public async Task A_field_shows_its_result_and_where_it_leads()
    {
        var text = await ReadAsync(new DocBuilder().Add("See ").Field(" HYPERLINK \"http://example.org/7\" ", "seven").Add(".\r").Field(@"EQ \f(1,2)", null).Add("\r"));

        Assert.Equal("See seven.\nhttp://example.org/7\n\\f(1,2)", text);
    }

    [Fact]
    public async Task A_field_that_is_never_closed_is_text() =>
        Assert.Equal("before\nHYPERLINK and all the rest", await ReadAsync(new DocBuilder().Add("before ").Special("\u0013").Add("HYPERLINK and\r").Add("all the rest\r")));

    [Fact]
    public async Task Cells_of_a_row_stand_on_one_line()
    {
        var row = Sprm(DocSprms.EndsRow, 1);

        var text = await ReadAsync(new DocBuilder().Add("a1\a").Add("b1\a").Add("\a", paragraph: row).Add("\a").Add("b2\a").Add("\a", paragraph: row).Add("after\r"));

        Assert.Equal("a1\tb1\n\tb2\nafter", text);
    }

    [Fact]
    public async Task Items_of_lists_carry_the_numbers_that_are_shown()
    {
        var level = (byte[])[.. Number(4), 2, 0, .. new byte[9], 0, .. new byte[12], .. Short(2), 0, 0, (byte)')', 0];
        byte[] definitions = [.. Short(1), .. Number(77), .. new byte[22], 1, 0, .. level];
        byte[] overrides = [.. Number(2), .. Number(77), .. new byte[12], .. Number(77), .. new byte[8], 1, 0, 0, 0, .. Number(-1), .. Number(-1), .. Number(1), .. Number(16)];

        var text = await ReadAsync(new DocBuilder()
            .Add("four\r", paragraph: Item(1)).Add("five\r", paragraph: Item(1)).Add("plain\r").Add("anew\r", paragraph: Item(2)).Add("none\r", paragraph: Item(99))
            .Table(DocHeader.Lists, definitions).Table(DocHeader.ListOverrides, overrides));

        Assert.Equal("iv) four\nv) five\nplain\ni) anew\nnone", text);

        static byte[] Item(int list) => [.. Sprm(DocSprms.ListLevel, 0), .. Sprm(DocSprms.List, Short(list))];
    }

    [Fact]
    public async Task Outline_levels_are_headings_and_a_page_break_ends_a_page()
    {
        var document = await fixture.ExtractAsync("letter.doc", new DocBuilder().Add("Chapter\r", paragraph: Sprm(DocSprms.OutlineLevel, 1)).Add("text\f").Add("second\r").Build());

        Assert.Equal(["Chapter\ntext", "second"], document.Pages.Select(page => page.Text));
        Assert.Equal(("Chapter", 2), (document.Pages[0].Headings[0].Title, document.Pages[0].Headings[0].Level));
    }

    [Fact]
    public async Task A_section_that_goes_on_the_same_page_ends_no_page()
    {
        // The properties of the second section stand where its descriptor points: a size, then the kind of break.
        byte[] sections = [.. Number(0), .. Number(6), .. Number(12), .. new byte[12], 0, 0, .. Number(900), .. new byte[6]];
        var builder = new DocBuilder().Add("first\f").Add("second").Add("\r").Table(DocHeader.Sections, sections);

        var document = await fixture.ExtractAsync("letter.doc", builder.Build((stream, _) => ((byte[])[3, 0, .. Sprm(DocSprms.SectionBreak, 0)]).CopyTo(stream, 900)));

        Assert.Equal("first\nsecond", Assert.Single(document.Pages).Text);
    }

    [Fact]
    public async Task Deleted_text_follows_its_paragraph_and_special_characters_are_themselves()
    {
        var text = await ReadAsync(new DocBuilder().Add("the ").Add("old", Sprm(DocSprms.IsDeleted, 1)).Add("new\u000Bline non\u001Ebreaking\r")
            .Special("(", Sprm(DocSprms.Symbol, [.. Short(0), .. Short(0xF061)])).Add("(\r")
            .Table(DocHeader.Fonts, [.. Short(1), .. Short(0), 53, .. new byte[39], .. Encoding.Unicode.GetBytes("Symbol\0")]));

        Assert.Equal("the new\nline non\u2011breaking\nold\nα(", text);
    }

    [Fact]
    public async Task Form_fields_pictures_and_drawings_say_what_they_say()
    {
        byte[] form = [.. new byte[6], .. Number(-1), .. Short(2 | 1 << 2), .. Short(0), .. Short(0), .. Empty(1), .. Short(0), .. Empty(5), .. Short(0xFFFF), .. Short(2), .. Short(0), .. Entry("red"), .. Entry("green")];
        byte[] picture = [.. new byte[6], .. Records("crane.jpg", 0xC105)];
        byte[] data = [.. Number(form.Length), .. Short(6), .. form[6..], .. Number(picture.Length), .. Short(8), .. picture[4..]];
        byte[] drawing = [.. new byte[8], 0, .. Records("Old crane", 0xC381)];

        var text = await ReadAsync(new DocBuilder()
            .Special("\u0013").Add("FORMDROPDOWN").Special("\u0001", [.. Sprm(DocSprms.HoldsData, 1), .. Sprm(DocSprms.Picture, Number(0))]).Special("\u0015").Add("\r")
            .Special("\u0001", Sprm(DocSprms.Picture, Number(form.Length))).Add("x\r")
            .Table(DocHeader.Drawings, drawing).Stream("Data", data));

        Assert.Equal("green\nx\ncrane.jpg\nOld crane", text);

        static byte[] Empty(int count) => new byte[count * 4];
        static byte[] Entry(string entry) => [.. Short(entry.Length), .. Encoding.Unicode.GetBytes(entry)];
        static byte[] Records(string value, int property)
        {
            var content = Encoding.Unicode.GetBytes(value + "\0");
            byte[] properties = [0x13, 0, 0x0B, 0xF0, .. Number(6 + content.Length), .. Short(property), .. Number(content.Length), .. content];
            return [0x0F, 0, 0x04, 0xF0, .. Number(properties.Length), .. properties];
        }
    }

    [Fact]
    public async Task An_embedded_package_is_a_part_under_its_own_name()
    {
        byte[] package = [.. Number(0), .. Short(2), .. "notes.csv\0"u8, .. @"C:\notes.csv"u8, 0, .. Number(0), .. Number(0), .. Number(8), .. "needle,7"u8];

        var document = await fixture.ExtractAsync("letter.doc", new DocBuilder().Add("outer\r").Stream("ObjectPool/_1234/\u0001Ole10Native", package).Build());

        Assert.Equal(["outer", "notes.csv\nneedle\t7"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task An_encrypted_document_says_so()
    {
        var document = await fixture.ExtractAsync("secret.doc", new DocBuilder().Add("secret\r").Build((stream, _) => stream[11] |= 1));

        Assert.Equal("encrypted", document.Status);
    }

    [Fact]
    public async Task Word_95_is_read_in_the_code_page_of_its_language()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var text = Encoding.GetEncoding(1251).GetBytes("Привет\ra\u0007b\u0007\u0007\u0013HYPERLINK x.doc\u0014link\u0015\r");
        byte[] stream = [.. Short(0xA5DC), .. Short(104), .. Short(0), .. Short(0x0419), .. new byte[16], .. Number(512), .. Number(512 + text.Length), .. new byte[20], .. Number(text.Length), .. new byte[456], .. text];

        var document = await fixture.ExtractAsync("old.doc", new CompoundBuilder().Add("WordDocument", stream).Build());

        Assert.Equal("Привет\na\tb\nlink\nx.doc", document.AllText());
        Assert.Equal("ru-RU", document.Metadata.Language);
    }

    [Fact]
    public async Task A_piece_beyond_the_file_is_left_out_and_named()
    {
        var document = await fixture.ExtractAsync("cut.doc", new DocBuilder().Add("kept\r").Build((stream, tables) =>
        {
            var pieces = BitConverter.ToInt32(stream, 154 + DocHeader.Pieces * 8);
            Number(100_000_000).CopyTo(tables, pieces + 9);
            Number(100_000_000).CopyTo(stream, 76);
        }));

        Assert.StartsWith("kept", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("beyond the end", document.Detail, StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync(DocBuilder builder)
    {
        var document = await fixture.ExtractAsync("letter.doc", builder.Build());
        Assert.Equal("ok", document.Status);
        return document.AllText();
    }
}
