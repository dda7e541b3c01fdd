using ScaiDrive.Tests.Support;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class MarkupTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Theory]
    [InlineData("<a><b>one</b><b>two</b></a>", "one\ntwo")]
    [InlineData("<p>Ha<i>rbo</i>ur <b>crane</b> seven</p>", "Harbour crane seven")]
    [InlineData("<p><b>H</b>arbour</p>", "Harbour")]
    [InlineData("<a lang='en' note='per day only' id='some-id' n='12'><b>rope</b></a>", "per day only\nrope")]
    [InlineData("<rss><item><title>News</title><description>&lt;p&gt;The &lt;b&gt;crane&lt;/b&gt;&lt;/p&gt;</description></item></rss>", "News\nThe crane")]
    public async Task Text_beside_an_element_makes_a_sentence_and_elements_alone_make_lines(string xml, string text)
    {
        var document = await fixture.ExtractAsync("a.xml", Encoding.UTF8.GetBytes("<?xml version='1.0'?>" + xml));

        Assert.Equal(text.Replace("per day only", "en\nper day only", StringComparison.Ordinal), document.AllText());
    }

    [Fact]
    public async Task A_declared_entity_is_text()
    {
        var document = await fixture.ExtractAsync("a.xml", """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY firm "Halvorsen &amp; Pike">]><a>by &firm;</a>"""u8.ToArray());

        Assert.Equal("by Halvorsen & Pike", document.AllText());
    }

    [Fact]
    public async Task An_entity_nobody_declared_costs_only_itself()
    {
        var document = await fixture.ExtractAsync("a.xml", """<?xml version="1.0"?><!-- not > this --><a>START &oops; END</a>"""u8.ToArray());

        Assert.StartsWith("START", document.AllText(), StringComparison.Ordinal);
        Assert.EndsWith("END", document.AllText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entities_that_explode_are_not_expanded(bool nested)
    {
        var entities = nested
            ? "<!ENTITY a0 \"boom\">" + string.Concat(Enumerable.Range(1, 30).Select(i => $"<!ENTITY a{i} \"&a{i - 1};&a{i - 1};\">"))
            : $"<!ENTITY a30 \"{new string('x', 50_000)}\">";

        var document = await fixture.ExtractAsync("bomb.xml", Encoding.UTF8.GetBytes(
            $"<?xml version=\"1.0\"?><!DOCTYPE a [{entities}]><a>before {string.Concat(Enumerable.Repeat("&a30;", nested ? 1 : 50_000))} after</a>"));

        Assert.Equal("ok", document.Status);
        Assert.Contains("before", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("after", document.AllText(), StringComparison.Ordinal);
        Assert.InRange(document.AllText().Length, 1, 500_000);
    }

    [Fact]
    public async Task A_drawing_gives_its_title_lines_and_links()
    {
        var document = await fixture.ExtractAsync("a.svg",
            """<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><title>Plan</title><style>.a{fill:red}</style><path d="M 1 2" class="road"/><text x="1"><tspan x="1">Qu<tspan>ay</tspan></tspan><tspan x="1" dy="9">North</tspan></text><a x:href="https://example.org/q"><text>more</text></a></svg>"""u8.ToArray());

        Assert.Equal(("image/svg+xml", "Plan\nQuay\nNorth\nhttps://example.org/q\nmore"), (document.MimeType, document.AllText()));
        Assert.Equal("Plan", document.Metadata.Title);
    }

    [Fact]
    public async Task A_word_document_in_one_file_is_read_as_the_package_it_is()
    {
        const string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

        var document = await fixture.ExtractAsync("a.xml", Encoding.UTF8.GetBytes(
            $"""
            <?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">
            <pkg:part pkg:name="/_rels/.rels"><pkg:xmlData><Relationships xmlns="r"><Relationship Id="d" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships></pkg:xmlData></pkg:part>
            <pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document xmlns:w="w"><w:body><w:p><w:r><w:t xml:space="preserve">in </w:t></w:r><w:r><w:t>one file</w:t></w:r></w:p></w:body></w:document></pkg:xmlData></pkg:part>
            <pkg:part pkg:name="/word/media/a.bin"><pkg:binaryData>AAEC</pkg:binaryData></pkg:part></pkg:package>
            """));

        Assert.Equal(("ok", "in one file"), (document.Status, document.AllText()));
    }

    [Fact]
    public async Task A_word_document_of_2003_gives_tables_notes_comments_and_targets_but_no_deletions()
    {
        var document = await fixture.ExtractAsync("a.xml", Encoding.UTF8.GetBytes(
            """
            <?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:aml="http://schemas.microsoft.com/aml/2001/core" xmlns:o="urn:schemas-microsoft-com:office:office">
            <o:DocumentProperties><o:Title>Handbook</o:Title><o:Author>Ingrid</o:Author></o:DocumentProperties>
            <w:body><w:p><w:r><w:t>kept</w:t></w:r><aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:delText>gone</w:delText></w:r></aml:content></aml:annotation>
            <w:r><w:footnote><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:footnote></w:r><aml:annotation aml:author="Jo" w:type="Word.Comment"><aml:content><w:p><w:r><w:t>why?</w:t></w:r></w:p></aml:content></aml:annotation>
            <w:hlink w:dest="https://example.org/"><w:r><w:t> here</w:t></w:r></w:hlink></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            <w:sectPr><w:hdr><w:p><w:r><w:t>header</w:t></w:r></w:p></w:hdr></w:sectPr></w:body></w:wordDocument>
            """));

        Assert.Equal("kept here\na note\nJo\nwhy?\nhttps://example.org/\na\tb\nheader\nHandbook", document.AllText());
        Assert.Equal(("Handbook", "Ingrid"), (document.Metadata.Title, document.Metadata.Author));
    }

    [CorpusFact]
    public async Task A_real_file_with_an_undeclared_entity_is_read_to_its_end()
    {
        var document = await fixture.ExtractAsync("undeclared_entity.xml", await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", "undeclared_entity.xml")));

        Assert.Contains("START", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("END", document.AllText(), StringComparison.Ordinal);
    }
}
