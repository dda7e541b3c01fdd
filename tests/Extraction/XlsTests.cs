using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class XlsTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const ushort Number = 0x203, Label = 0x204, Formula = 0x06, FormulaText = 0x207, Rk = 0x27E, ManyRk = 0xBD, SharedLabel = 0xFD, Shared = 0xFC, Continue = 0x3C,
        Format = 0x41E, Style = 0xE0, Object = 0x5D, TextObject = 0x1B6, Note = 0x1C, Drawing = 0xEC;

    [Fact]
    public async Task Listed_sheets_are_pages_in_the_workbooks_order_wherever_they_stand()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Second").List("Öl 日本").List("Macros", kind: 6).End();
        book.BeginSheet(1).Record(Label, Cell(0, 0), book.Long("first stored")).End();
        book.BeginSheet(0).Record(Label, Cell(0, 0), book.Long("second stored")).End();

        var document = await ReadAsync(book);

        Assert.Equal("application/vnd.ms-excel", document.MimeType);
        Assert.Equal(["Second\nsecond stored", "Öl 日本\nfirst stored"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task Cells_of_all_kinds_are_shown_in_their_formats()
    {
        var book = new BiffBuilder();
        book.Begin(5).Record(Format, (ushort)200, book.Long("d mmm yyyy")).Record(Style, (ushort)0, (ushort)0, new byte[16]).Record(Style, (ushort)0, (ushort)200, new byte[16]).List("Only").End();
        book.BeginSheet(0)
            .Record(Number, Cell(0, 0), 1234.5).Record(Number, Cell(0, 1, style: 1), 39219.0)
            .Record(Rk, Cell(1, 0), (1600 << 2) | 2).Record(ManyRk, (ushort)1, (ushort)1, (ushort)0, (125 << 2) | 3, (ushort)0, (7 << 2) | 2, (ushort)2)
            .Record(0x205, Cell(2, 0), (byte)1, (byte)0).Record(0x205, Cell(2, 1), (byte)0x2A, (byte)1)
            .Record(Formula, Cell(3, 0), 0.5, (ushort)0, 0).Record(Formula, Cell(3, 1), new byte[] { 0, 0, 0, 0, 0, 0, 0xFF, 0xFF }, (ushort)0, 0).Record(0x4BC).Record(FormulaText, book.Long("made up"))
            .Record(Formula, Cell(3, 2), new byte[] { 1, 0, 1, 0, 0, 0, 0xFF, 0xFF }, (ushort)0, 0).Record(Formula, Cell(3, 3), new byte[] { 2, 0, 7, 0, 0, 0, 0xFF, 0xFF }, (ushort)0, 0)
            .End();

        Assert.Equal("Only\n1234.5\t17 May 2007\n1600\t1.25\t7\nTRUE\t#N/A\n0.5\tmade up\tTRUE\t#DIV/0!", (await ReadAsync(book)).AllText());
    }

    [Fact]
    public async Task Days_count_from_1904_where_the_workbook_says_so()
    {
        var book = new BiffBuilder();
        book.Begin(5).Record(0x22, (ushort)1).Record(Style, (ushort)0, (ushort)15, new byte[16]).List("Only").End();
        book.BeginSheet(0).Record(Number, Cell(0, 0), 39219.0 - 1462).End();

        Assert.Equal("Only\n17-May-07", (await ReadAsync(book)).AllText());
    }

    [Fact]
    public async Task A_shared_text_runs_on_into_the_next_record_in_whatever_width_that_says()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Only");
        book.Record(Shared, 4, 4, (ushort)8, (byte)0, Encoding.Latin1.GetBytes("narrow"))
            .Record(Continue, (byte)1, Encoding.Unicode.GetBytes("Ωé"),
                // Two runs of type and a reading come with the next one.
                (ushort)2, (byte)0x0D, (ushort)2, 18, Encoding.Unicode.GetBytes("日本"), 0, 0, new byte[] { 1, 0, 14, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0 }, Encoding.Unicode.GetBytes("ニホ"))
            .Record(Continue, (ushort)3, (byte)0, Encoding.Latin1.GetBytes("end"), (ushort)500, (byte)0, Encoding.Latin1.GetBytes("cut off")).End();
        book.BeginSheet(0);
        for (var i = 0; i < 5; i++)
            book.Record(SharedLabel, Cell((ushort)i, 0), i);

        Assert.Equal("Only\nnarrowΩé\n日本 ニホ\nend\ncut off", (await ReadAsync(book.End())).AllText());
    }

    [Fact]
    public async Task Comments_text_boxes_links_and_margins_follow_the_cells()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Only").End();
        book.BeginSheet(0).Record(0x14, book.Long("&LQuay &A")).Record(0x15, book.Long("&Cfoot"))
            .Record(Label, Cell(0, 0), book.Long("cell"));
        AddText(book, id: 1, kind: 0x19, "check this");
        AddText(book, id: 2, kind: 0x06, "box words Ω");
        book.Record(Note, (ushort)0, (ushort)0, (ushort)0, (ushort)1, book.Long("Ann"))
            .Record(0x1B8, new byte[8], new byte[16], 2, 0x3 | 0x8, new byte[] { 0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B },
                Utf16WithSize("https://example.org/quay\0", bytes: true), Utf16WithSize("Sheet2!A1\0", bytes: false))
            .Record(0x1B8, new byte[8], new byte[16], 2, 0x1, new byte[] { 0x03, 0x03, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 },
                (ushort)1, 9, Encoding.Latin1.GetBytes("tide.txt\0"), new byte[24], 0)
            .Record(0x800, (ushort)0x800, new byte[8], Encoding.Unicode.GetBytes("a tip\0"))
            .Record(0x1BE, 0, book.Long("Pick"), book.Long("\0"), book.Long("one of them"), book.Long("not that")).End();

        Assert.Equal("""
            Only
            cell
            Quay Only
            foot
            box words Ω
            Ann: check this
            https://example.org/quay
            #Sheet2!A1
            ..\tide.txt
            a tip
            Pick
            one of them
            not that
            """, (await ReadAsync(book)).AllText());
    }

    [Fact]
    public async Task Alternative_texts_and_word_art_are_text()
    {
        byte[] description = Encoding.Unicode.GetBytes("a crane lifts\0"), art = Encoding.Unicode.GetBytes("Great Words\0");
        var properties = Bytes.Join((ushort)0x00BF, 0, (ushort)0x80C0, art.Length, (ushort)0xC381, description.Length, art, description);
        var shape = Bytes.Join((ushort)(3 << 4 | 3), (ushort)0xF00B, properties.Length, properties);
        var book = new BiffBuilder();
        book.Begin(5).List("Only").End();
        book.BeginSheet(0).Record(Drawing, (ushort)0x0F, (ushort)0xF004, shape.Length + 500, shape).End();

        Assert.Equal("Only\nGreat Words\na crane lifts", (await ReadAsync(book)).AllText());
    }

    [Fact]
    public async Task A_chart_gives_its_titles_then_categories_and_values_and_the_sheet_goes_on_after_it()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Data").List("Chart").End();
        book.BeginSheet(0);
        AddChart(book.Begin(0x20)).End().Record(Label, Cell(0, 0), book.Long("after the chart")).End();
        AddChart(book.BeginSheet(1, 0x20)).End();

        Assert.Equal(["Data\nafter the chart\nTonnage\nMarch\tApril\n4\t7", "Chart\nTonnage\nMarch\tApril\n4\t7"], (await ReadAsync(book)).Pages.Select(page => page.Text));

        static BiffBuilder AddChart(BiffBuilder book) => book.Record(0x100D, (ushort)0, book.Short("Tonnage"))
            .Record(0x1065, (ushort)1).Record(Number, Cell(0, 0), 4.0).Record(Number, Cell(1, 0), 7.0)
            .Record(0x1065, (ushort)2).Record(Label, Cell(0, 0), book.Long("March")).Record(Label, Cell(1, 0), book.Long("April"));
    }

    [Fact]
    public async Task Before_version_8_texts_are_bytes_of_the_code_page_and_comments_stand_in_their_records()
    {
        var book = new BiffBuilder(0x500);
        book.Begin(5).Record(0x42, (ushort)1251).Record(Format, (ushort)164, (byte)4, "0.00"u8.ToArray()).Record(Style, (ushort)0, (ushort)164, new byte[12]).List("Only").End();
        book.BeginSheet(0).Record(Label, Cell(0, 0), (ushort)4, new byte[] { 0xCA, 0xF0, 0xE0, 0xED }).Record(Number, Cell(0, 1), 2.5)
            .Record(Note, (ushort)0, (ushort)0, (ushort)13, "check "u8.ToArray()).Record(Note, (ushort)0xFFFF, (ushort)0, (ushort)7, "the hook"u8.ToArray()).End();

        Assert.Equal("Only\nКран\t2.50\ncheck the hook", (await ReadAsync(book)).AllText());
    }

    [Theory]
    [InlineData(0x009)]
    [InlineData(0x209)]
    [InlineData(0x409)]
    public async Task The_first_versions_are_one_sheet_without_a_list(int begin)
    {
        var book = new BiffBuilder(0x500);
        byte[] look = [0, 0, 0];
        book.Record((ushort)begin, (ushort)0, (ushort)0x10, begin == 0x009 ? [] : new byte[2])
            .Record(0x04, (ushort)0, (ushort)0, look, (byte)5, "words"u8.ToArray()).Record(0x03, (ushort)0, (ushort)1, look, 2.5).Record(0x02, (ushort)1, (ushort)0, look, (ushort)42).End();

        var document = await ReadAsync(book);

        Assert.Equal(("ok", "application/vnd.ms-excel", "words\t2.5\n42"), (document.Status, document.MimeType, document.AllText()));
    }

    [Fact]
    public async Task A_list_that_points_nowhere_costs_the_sheets_it_lists_and_nothing_else()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Good").List("Lost").End();
        book.BeginSheet(0).Record(Label, Cell(0, 0), book.Long("kept")).End();

        var document = await ReadAsync(book);

        Assert.Equal(["Good\nkept", "Lost"], document.Pages.Select(page => page.Text.Split("\n\n")[0]));
    }

    [Fact]
    public async Task A_wrong_length_among_the_globals_hides_neither_the_sheets_nor_their_texts()
    {
        var book = new BiffBuilder();
        book.Begin(5);
        var damaged = book.Length + 2;
        book.Record(0x42, (ushort)1200).List("Only").Record(Shared, 1, 1, (ushort)6, (byte)0, "shared"u8.ToArray()).End();
        book.BeginSheet(0).Record(SharedLabel, Cell(0, 0), 0).End();
        var content = book.ToArray();
        content[damaged] = 0xFF;
        content[damaged + 1] = 0xFF;

        Assert.Equal("Only\nshared", (await fixture.ExtractAsync("a.xls", content)).AllText());
    }

    [Fact]
    public async Task A_table_of_texts_that_claims_more_than_it_holds_ends_where_its_records_end()
    {
        var book = new BiffBuilder();
        book.Begin(5).List("Only").Record(Shared, -1, -1, (ushort)500, (byte)0x0D, (ushort)9, 90, "cut off"u8.ToArray()).End();
        book.BeginSheet(0).Record(Label, Cell(0, 0), book.Long("kept")).End();

        Assert.Equal("Only\nkept", (await ReadAsync(book)).AllText());
    }

    [Fact]
    public async Task Many_sheets_in_the_same_place_are_read_up_to_the_limit_of_expansion()
    {
        var book = new BiffBuilder();
        book.Begin(5);
        for (var i = 0; i < 3000; i++)
            book.List("S");
        var sheet = book.End().Length;
        book.Begin(0x10);
        for (var i = 0; i < 40; i++)
            book.Record(0x99, new byte[8000]);
        var content = book.End().ToArray();
        for (var i = 0; i < 3000; i++)
            BitConverter.TryWriteBytes(content.AsSpan(20 + i * 14 + 4), sheet);

        var document = await fixture.ExtractAsync("a.xls", content);

        Assert.True(document.Truncated);
        Assert.StartsWith("expansion_limit", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workbook_without_a_list_of_its_sheets_is_corrupt()
    {
        var book = new BiffBuilder();

        Assert.Equal("corrupt", (await ReadAsync(book.Begin(5).Record(0x42, (ushort)1200).End())).Status);
    }

    [CorpusFact]
    public async Task Workbooks_of_others_show_what_they_are_known_to_hold()
    {
        foreach (var (name, literals) in new (string, string[])[]
        {
            ("testEXCEL.xls", ["Number\tSquare", "14\t196"]),
            ("testEXCEL_5.xls", ["Written and saved in Microsoft Excel X for Mac Service Release 1"]),
            ("testEXCEL-formats.xls", ["$1,599.99\t($1,599.99)", "2 1/2", "10/3/09", "1/19/08 4:35", "19 dollars and .99 cents", "At 4:20 AM on Thursday May 17, 2007"]),
            ("testEXCEL_phonetic.xls", ["日本オラクル ニホン"]),
            ("testEXCEL_labels-govdocs-515858.xls", ["Morocco"]),
        })
        {
            var document = await fixture.ExtractAsync(name, await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", name)));

            foreach (var literal in literals)
                Assert.Contains(literal, document.AllText(), StringComparison.Ordinal);
        }
    }

    [CorpusFact]
    public async Task A_workbook_that_needs_another_password_says_so()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", "testEXCEL_protected_passtika.xls"));

        Assert.Equal("encrypted", (await fixture.ExtractAsync("a.xls", content)).Status);
    }

    private Task<ExtractedDocument> ReadAsync(BiffBuilder book) => fixture.ExtractAsync("a.xls", book.ToArray());

    private static byte[] Cell(ushort row, ushort column, ushort style = 0) => Bytes.Join(row, column, style);

    private static void AddText(BiffBuilder book, ushort id, ushort kind, string text) => book
        .Record(Object, (ushort)0x15, (ushort)0x12, kind, id, new byte[14])
        .Record(TextObject, new byte[10], (ushort)text.Length, (ushort)16, 0)
        .Record(Continue, (byte)1, Encoding.Unicode.GetBytes(text))
        .Record(Continue, new byte[16]);

    private static byte[] Utf16WithSize(string text, bool bytes) => Bytes.Join(bytes ? text.Length * 2 : text.Length, Encoding.Unicode.GetBytes(text));
}
