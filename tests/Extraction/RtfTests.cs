using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class RtfTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Fonts = @"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset161 Arial Greek;}{\f2\fcharset204 Arial Cyr;}{\f3\fcharset128 MS Mincho;}{\f4\fcharset2 Symbol;}{\f5\fnil\cpg1250 Arial;}{\f6\fcharset177 Arial (Hebrew);}}";

    private Task<ExtractedDocument> ReadAsync(string body) => fixture.ExtractAsync("a.rtf", Encoding.Latin1.GetBytes($@"{{\rtf1\ansi\ansicpg1252\deff0{Fonts}{body}}}"));

    private async Task<string> TextAsync(string body) => (await ReadAsync(body)).AllText();

    [Theory]
    [InlineData(@"\f0 caf\'e9", "café")]
    [InlineData(@"\f1 \'c1\'e8\'de\'ed\'e1", "Αθήνα")]
    [InlineData(@"\f2 \'cc\'ee\'f1\'ea\'e2\'e0", "Москва")]
    [InlineData(@"\f3 \'93\'8c\'8b\'9e", "東京")]
    [InlineData(@"\f3 \'83\'41\'83A", "アア")]
    [InlineData(@"\f4 abg\'b7", "αβγ•")]
    [InlineData(@"\f5 \'9c\'f3\'bf", "śóż")]
    [InlineData(@"\f2 \'cc\plain \'cc", "МÌ")]
    [InlineData(@"\ltrch\fcs0 \f0 \rtlch\fcs1 \af6 \'f9\'ec\'e5\'ed", "שלום")]
    [InlineData(@"\rtlch\fcs1 \af6 \ltrch\fcs0 \f0 \'e9", "é")]
    public async Task Bytes_are_read_in_the_encoding_of_their_font(string body, string expected) => Assert.Equal(expected, await TextAsync(body));

    [Theory]
    [InlineData(@"\mac \'8e", "é")]
    [InlineData(@"\pc \'82", "é")]
    [InlineData(@"\ansicpg1251 \'e9", "й")]
    public async Task Without_a_font_the_documents_code_page_holds(string body, string expected) =>
        Assert.Equal(expected, (await fixture.ExtractAsync("a.rtf", Encoding.Latin1.GetBytes($@"{{\rtf1{body}}}"))).AllText());

    [Theory]
    [InlineData(@"\u8364?5", "€5")]
    [InlineData(@"\uc2\u24180\'94\'4e!", "年!")]
    [InlineData(@"\uc0\u945 b", "αb")]
    [InlineData(@"{\uc0\u945 {\uc1\u946?}\u947 }\u948?", "αβγδ")]
    [InlineData(@"\u-10179?\u-8704?", "😀")]
    [InlineData(@"\u-10179?x", "\uFFFDx")]
    [InlineData(@"a\u8217\par b", "a’\nb")]
    public async Task Unicode_skips_as_much_as_stands_in_for_it(string body, string expected) => Assert.Equal(expected, await TextAsync(body));

    [Fact]
    public async Task Special_characters_have_words_of_their_own() =>
        Assert.Equal("a\u00A0b\u2011c\u00ADd—–‘’“”•{\\}", await TextAsync(@"a\~b\_c\-d\emdash\endash\lquote\rquote\ldblquote\rdblquote\bullet\{\\\}"));

    [Fact]
    public async Task A_text_given_twice_stands_once() => Assert.Equal("before Ωmega after", await TextAsync(@"before {\upr{?mega}{\*\ud{\u937?mega}}} after"));

    [Fact]
    public async Task Cells_stand_on_the_line_of_their_row_nested_tables_too() =>
        Assert.Equal("a\tb two\nc\td\nafter".Replace("b two", "b\ntwo", StringComparison.Ordinal),
            await TextAsync(@"\trowd\intbl a\cell b\par two\cell\row\trowd\pard\intbl\itap2 c\nestcell d\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}\pard\intbl\cell\row\pard after\par"));

    [Fact]
    public async Task Notes_headers_comments_and_boxes_follow_the_text_they_belong_to()
    {
        var text = await TextAsync(
            @"{\header Letterhead\par}{\footer Page foot\par}Word{\footnote\pard {\super\chftn} See below.}s go on{\*\atnid P}{\*\atnauthor Pike}\chatn{\*\annotation Really?}.\par "
            + @"Next{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv A crane}}{\shptxt In the box\par}}{\shprslt skip}} line\par");

        Assert.Equal("Letterhead\nWords go on.\nPike: Really?\nNext line\nA crane\nIn the box\nSee below.\nPage foot", text);
    }

    [Fact]
    public async Task Fields_show_their_result_and_where_they_lead() =>
        Assert.Equal("See the manual.\nhttps://example.org/m\nβ Second",
            await TextAsync(@"See {\field{\*\fldinst{HYPERLINK ""https://example.org/m""}}{\fldrslt the {\ul manual}}}.\par {\field{\*\fldinst SYMBOL 98 \\f ""Symbol"" \\s 10}{\fldrslt}} "
                + @"{\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1{\*\ffl First}{\*\ffl Second}}}}{\fldrslt}}{\field{\*\fldinst HYPERLINK \\l ""mark""}{\fldrslt}}"));

    [Fact]
    public async Task What_nobody_sees_is_left_out() =>
        Assert.Equal("kept text", await TextAsync(@"kept{\deleted  removed}{\*\unknown gone}{\colortbl;\red0;}{\pict\pngblip 89504e47}{\*\bkmkstart x}{\xe entry} text{\stylesheet{\s1 Gone;}}"));

    [Fact]
    public async Task Headings_come_from_styles_and_outline_levels()
    {
        var page = Assert.Single((await ReadAsync(@"{\stylesheet{\s1 heading 1;}{\s2\outlinelevel1 Kapitel;}}\pard\s1 One\par\pard\s2 {\listtext 1.\tab}Two\par\pard Text\par\outlinelevel2 Three\par")).Pages);

        Assert.Equal([("One", 1), ("1.\tTwo", 2), ("Three", 3)], page.Headings.Select(heading => (heading.Title, heading.Level)));
    }

    [Fact]
    public async Task Hard_page_breaks_part_pages_and_notes_stay_on_theirs()
    {
        var document = await ReadAsync(@"one{\footnote first note}\page two\par");

        Assert.Equal(["one\nfirst note", "two"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task The_information_group_is_metadata()
    {
        var metadata = (await ReadAsync(@"{\info{\title Caf\'e9}{\author Pike}{\creatim\yr2024\mo2\dy29\hr7\min5}{\nofpages9}}x")).Metadata;

        Assert.Equal(("Café", "Pike", new DateTimeOffset(2024, 2, 29, 7, 5, 0, TimeSpan.Zero), 9), (metadata.Title, metadata.Author, metadata.CreatedAt, metadata.PageCount));
    }

    [Fact]
    public async Task Html_that_travels_in_rich_text_is_read_as_html()
    {
        var content = @"{\rtf1\ansi\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag18 <html>}{\*\htmltag34 <body>}{\*\htmltag96 <h1>}\htmlrtf {\b \htmlrtf0 Caf\'e9 &amp; bar{\*\htmltag104 </h1>}\htmlrtf }\htmlrtf0 "
            + @"{\*\htmltag64 <p>}one \htmlrtf twice \htmlrtf0{\*\htmltag84 <b>}two{\*\htmltag92 </b>}\par {\pntext\f1\'B7\tab}three{\*\htmltag72 </p>}{\*\htmltag58 </body>}}";

        var page = Assert.Single((await fixture.ExtractAsync("a.rtf", Encoding.Latin1.GetBytes(content))).Pages);

        Assert.Equal("Café & bar\none two three", page.Text);
        Assert.Equal("Café & bar", Assert.Single(page.Headings).Title);
    }

    [Fact]
    public async Task A_file_packed_into_an_object_is_a_part()
    {
        var inside = "packed words"u8.ToArray();
        byte[] native = [2, 0, .. "note.txt\0C:\\note.txt\0"u8, 0, 0, 3, 0, 8, 0, 0, 0, .. "C:\\n.txt"u8, .. BitConverter.GetBytes(inside.Length), .. inside];
        byte[] ole = [1, 5, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, .. "Package\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(native.Length), .. native];

        var document = await ReadAsync($@"outside{{\object\objemb{{\*\objclass Package}}{{\*\objdata {Convert.ToHexString(ole)}}}{{\result icon}}}}");

        Assert.Equal(["outsideicon", "note.txt\npacked words"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task Raw_bytes_may_look_like_groups() => Assert.Equal("before after", await TextAsync("before {\\pict\\bin9 }}}{{\\par}after"));

    [Fact]
    public async Task Groups_without_end_cost_nothing_but_themselves()
    {
        Assert.Equal("kept", await TextAsync(new string('{', 200_000) + "kept"));
        Assert.Equal("kept too", await TextAsync("kept}}}} too"));
    }

    [Fact]
    public async Task A_damaged_object_is_named_and_the_text_stays()
    {
        var document = await ReadAsync(@"text{\object\objemb{\*\objdata 0105000002000000080000005061636b61676500000000000000000010000000020061}}");

        Assert.StartsWith("text", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("Object 1 (corrupt)", document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rich_text_that_carries_html_is_read_again_when_the_reader_of_html_changes()
    {
        var document = await fixture.ExtractAsync("a.rtf", Encoding.ASCII.GetBytes(@"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}words{\*\htmltag72 </p>}}"));

        Assert.Matches("^html.[0-9]+.rtf.[0-9]+$", document.PipelineVersion);
    }
}
