using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Which pages ask for recognition.</summary>
public sealed class PdfRecognitionTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Note = "/Annots [<< /Subtype /Text /Rect [0 0 9 9] /Contents (a note) >>]";

    private async Task<ExtractedDocument> ReadAsync(Action<PdfBuilder> fill)
    {
        var pdf = new PdfBuilder();
        fill(pdf);
        return await fixture.ExtractAsync("a.pdf", pdf.Build());
    }

    private static string With(PdfBuilder pdf) => $"/XObject << /P {pdf.Picture()} 0 R >>";

    [Fact]
    public async Task A_blank_page_does_not()
    {
        var document = await ReadAsync(pdf =>
        {
            pdf.Page("q 1 0 0 1 0 0 cm Q");
            pdf.Page(PdfBuilder.Text((72, 700, "Text")));
        });

        Assert.Equal(2, document.Pages.Count);
        Assert.Empty(document.PagesNeedingOcr);
    }

    [Fact]
    public async Task A_page_of_drawings_or_pictures_does()
    {
        var document = await ReadAsync(pdf =>
        {
            pdf.Page("0 0 100 100 re f");
            pdf.Page("q 595 0 0 842 0 0 cm /P Do Q", resources: With(pdf));
            pdf.Page("q 10 0 0 10 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u0080 EI Q");
        });

        Assert.Equal([1, 2, 3], document.PagesNeedingOcr);
    }

    [Fact]
    public async Task A_picture_behind_a_few_words_does_when_it_is_as_large_as_the_page()
    {
        var document = await ReadAsync(pdf =>
        {
            pdf.Page("q 595 0 0 842 0 0 cm /P Do Q " + PdfBuilder.Text((72, 700, "Scanned")), resources: With(pdf));
            pdf.Page("q 100 0 0 100 0 0 cm /P Do Q " + PdfBuilder.Text((72, 700, "A logo")), resources: With(pdf));
            var form = pdf.Stream("q 300 0 0 421 0 0 cm /P Do Q", $"/Type /XObject /Subtype /Form /Matrix [2 0 0 2 0 0] /Resources << {With(pdf)} >>");
            pdf.Page("/X Do " + PdfBuilder.Text((72, 700, "In a form")), resources: $"/XObject << /X {form} 0 R >>");
        });

        Assert.Equal([1, 3], document.PagesNeedingOcr);
        Assert.Equal("Scanned", document.Pages[0].Text);
    }

    [Fact]
    public async Task A_page_with_notes_alone_does_when_it_holds_a_picture()
    {
        var document = await ReadAsync(pdf =>
        {
            pdf.Page("0 0 100 100 re f", Note);
            pdf.Page("q 100 0 0 100 0 0 cm /P Do Q", Note, With(pdf));
        });

        Assert.Equal([2], document.PagesNeedingOcr);
        Assert.Equal(["a note", "a note"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task A_layer_that_says_nothing_does()
    {
        var pdf = new PdfBuilder();
        // Every letter stands for one of the private use area.
        var map = pdf.Stream("""
            /CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange
            1 beginbfrange <20> <7E> <E020> endbfrange endcmap end
            """);
        var font = pdf.Add($"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {map} 0 R >>");
        pdf.Page(PdfBuilder.Text((72, 700, "Many words that nobody can read here"), (72, 684, "since their font hides them")).Replace("/F ", "/G ", StringComparison.Ordinal),
            resources: $"/Font << /G {font} 0 R >>");

        var document = await fixture.ExtractAsync("a.pdf", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(pdf.Build()).Replace("/Font << /F 3 0 R >> /Font", "/Font", StringComparison.Ordinal)));

        Assert.Equal([1], document.PagesNeedingOcr);
    }

    [Fact]
    public async Task A_note_on_a_recognised_page_is_kept()
    {
        var pdf = new PdfBuilder();
        pdf.Page("q 595 0 0 842 0 0 cm /P Do Q", Note, With(pdf));

        var recognized = await fixture.Pool.RecognizeAsync(new MemoryStream(pdf.Build()), "a.pdf", [1], ["eng"], CancellationToken.None);

        Assert.Contains("a note", Assert.Single(recognized.Pages).Text, StringComparison.Ordinal);
    }
}
