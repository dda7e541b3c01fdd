using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class HtmlTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Theory]
    [InlineData("<p>see <a href='https://example.org/a'>the table</a> now</p><p>next</p>", "see the table now\nhttps://example.org/a\nnext")]
    [InlineData("<p><a href='mailto:jo@example.org' title='write'>Jo</a> <a href='/local'>x</a></p>", "Jo x\nwrite\nmailto:jo@example.org")]
    [InlineData("<p>a<img alt='the hook'>b</p>", "a the hook b")]
    [InlineData("<form><input value='7 t'><input placeholder='name'><input type=hidden value=secret><input type=password value=pw><input type=submit value=Send><button>Go</button><textarea>\nlong</textarea><select><option>Low<option>High</select></form>",
        "7 t name Send Go\nlong\nLow\nHigh")]
    [InlineData("<table><tr><td>a</td><td><a href='http://b.example/'>b</a></td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td\nhttp://b.example/")]
    [InlineData("<script>var x = 'no';</script><style>p{}</style><template>no</template><p hidden>no</p><p>yes</p>", "yes")]
    [InlineData("<svg><title>Plan</title><text>Quay</text><style>.a{}</style></svg>", "Plan\nQuay")]
    [InlineData("<p>un<b>broken</b><wbr>word</p>", "unbrokenword")]
    [InlineData("<noscript>needs scripts</noscript>", "needs scripts")]
    [InlineData("<noscript>needs scripts</noscript><p>text</p>", "text")]
    public async Task A_page_gives_what_people_see_and_follow(string body, string text)
    {
        var document = await fixture.ExtractAsync("a.html", Encoding.UTF8.GetBytes($"<!doctype html><html><body>{body}</body></html>"));

        Assert.Equal(("ok", text), (document.Status, document.AllText()));
    }

    [Fact]
    public async Task What_the_head_says_is_metadata_and_text_when_the_page_does_not_show_it()
    {
        var document = await fixture.ExtractAsync("a.html", Encoding.UTF8.GetBytes(
            """<!doctype html><html lang="en-GB"><head><title>Crane seven</title><meta name="author" content="Ingrid"><meta name="description" content="how it failed"><meta name="keywords" content="hoist, gearbox"></head><body><h1>Crane seven</h1></body></html>"""));

        Assert.Equal("Crane seven\nhow it failed\nhoist, gearbox", document.AllText());
        Assert.Equal(("Crane seven", "Ingrid", "en-GB"), (document.Metadata.Title, document.Metadata.Author, document.Metadata.Language));
    }

    [Fact]
    public async Task An_empty_title_of_xhtml_does_not_swallow_the_page()
    {
        var document = await fixture.ExtractAsync("a.xhtml", """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a>b"/></head><body><div id="a"/><p>all<br/>here</p></body></html>"""u8.ToArray());

        Assert.Equal(("text/html", "all\nhere"), (document.MimeType, document.AllText()));
    }

    [Fact]
    public async Task Frames_give_their_addresses_and_what_stands_for_readers_without_them()
    {
        var document = await fixture.ExtractAsync("a.html", """<html><frameset><frame src="https://example.org/left"><noframes><p>go elsewhere</p></noframes></frameset></html>"""u8.ToArray());

        Assert.Contains("https://example.org/left", document.AllText(), StringComparison.Ordinal);
    }
}
