using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class PlainFormatTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Theory]
    [InlineData("a;b;c\n1,5;2,5;3,5\n1,25;2,75;3,0\n", "a\tb\tc\n1,5\t2,5\t3,5\n1,25\t2,75\t3,0")]
    [InlineData("sep=|\na|b\n", "sep=\t\na\tb")]
    [InlineData("name,note\nJo,\"two\nlines\"\n", "name\tnote\nJo\ttwo lines")]
    [InlineData("a|b|c, and more, of it\nd|e|f\n", "a\tb\tc, and more, of it\nd\te\tf")]
    public async Task What_parts_the_cells_of_every_row_alike_is_the_separator(string content, string rows)
    {
        var document = await fixture.ExtractAsync("a.csv", Encoding.UTF8.GetBytes(content));

        Assert.Equal(rows, document.AllText().TrimEnd());
    }

    [Fact]
    public async Task Front_matter_is_metadata_and_its_words_are_text()
    {
        var document = await fixture.ExtractAsync("a.md", "---\ntitle: \"Crane seven\"\nauthor: Ingrid\ntags:\n  - hoist\n---\n# Failure\n![the hook](a.png) [Jo](mailto:jo@example.org \"write\")\n"u8.ToArray());

        Assert.Equal(("Crane seven", "Ingrid"), (document.Metadata.Title, document.Metadata.Author));
        Assert.Equal("Failure\nthe hook Jo (mailto:jo@example.org) (write)\n\nCrane seven\nhoist", document.AllText());
    }

    [Fact]
    public async Task Contacts_are_unfolded_and_decoded_and_their_pictures_left_out()
    {
        var document = await fixture.ExtractAsync("a.vcf", "BEGIN:VCARD\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BC=\r\nller\r\nPHOTO;ENCODING=BASE64:AAAA\r\n AAAA\r\nNOTE:two\\nlines\\, fol\r\n ded\r\nEND:VCARD\r\n"u8.ToArray());

        Assert.Equal("text/vcard", document.MimeType);
        Assert.Contains("Jörg Müller", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("two\nlines, folded", document.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escapes_in_json_are_the_characters_they_mean()
    {
        var document = await fixture.ExtractAsync("a.ipynb", """{"source": ["# M\u00fcller\n", "x = \"a\""]}"""u8.ToArray());

        Assert.Equal(("application/json", "{\"source\": [\"# Müller\n\", \"x = \"a\"\"]}"), (document.MimeType, document.AllText()));
    }
}
