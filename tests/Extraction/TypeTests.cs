using System.Text;

namespace ScaiDrive.Extraction.Tests;

public sealed class TypeTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_picture_called_pdf_is_a_picture()
    {
        var document = await fixture.ExtractAsync("invoice.pdf", Png);

        Assert.Equal(("ok", "image/png"), (document.Status, document.MimeType));
        Assert.Equal([1], document.PagesNeedingOcr);
    }

    [Fact]
    public async Task A_word_document_called_text_is_a_word_document()
    {
        var document = await fixture.ExtractAsync("a.txt", OfficeDocuments.Word("<w:p><w:r><w:t>inside</w:t></w:r></w:p>"));

        Assert.Equal(("ok", "inside"), (document.Status, document.AllText()));
        Assert.EndsWith("wordprocessingml.document", document.MimeType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_called_word_document_is_text()
    {
        var document = await fixture.ExtractAsync("letter.docx", "Dear all, this is only text."u8.ToArray());

        Assert.Equal(("ok", "text/plain"), (document.Status, document.MimeType));
    }

    [Fact]
    public async Task Bytes_without_meaning_are_of_no_supported_type()
    {
        var noise = new byte[50_000];
        new Random(7).NextBytes(noise);

        var document = await fixture.ExtractAsync("noise.txt", noise);

        Assert.Equal(("unsupported_type", "application/octet-stream"), (document.Status, document.MimeType));
    }

    [Fact]
    public async Task An_archive_without_a_document_is_an_archive()
    {
        var document = await fixture.ExtractAsync("a.docx", OfficeDocuments.Zip([("readme.txt", "hello")]));

        Assert.Equal(("ok", "application/zip"), (document.Status, document.MimeType));
        Assert.Equal("readme.txt\nhello", document.AllText());
    }

    [Fact]
    public async Task A_film_is_refused_without_being_sent_to_a_child()
    {
        var film = new byte[2 << 20];
        "\0\0\0\u0018ftypmp42"u8.CopyTo(film);

        var document = await fixture.ExtractAsync("film.pdf", film);

        Assert.Equal(("unsupported_type", "video/mp4"), (document.Status, document.MimeType));
    }

    [Theory]
    [InlineData("<!DOCTYPE html><p>x", "a", "text/html")]
    [InlineData("<?xml version='1.0'?><a/>", "a", "application/xml")]
    [InlineData("{\\rtf1 hello}", "a.txt", "application/rtf")]
    [InlineData("a,b\n1,2", "t.csv", "text/csv")]
    [InlineData("a,b\n1,2", "t", "text/plain")]
    [InlineData("junk\n%PDF-1.4", "x.txt", "application/pdf")]
    [InlineData("", "x.txt", "application/x-empty")]
    public void The_first_bytes_decide(string content, string name, string type) =>
        Assert.Equal(type, ContentTypes.FromContent(Encoding.UTF8.GetBytes(content), name));
}
