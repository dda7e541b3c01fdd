using ScaiDrive.Extraction;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs.Tests;

public sealed class RecognizedTextTests
{
    private static readonly StoredText Text = new(
        "ok", "application/pdf", [new(1, "one", [], null), new(2, "known before", [], null), new(3, "", [], null), new(4, "", [], null)], [2, 3, 4])
    {
        PipelineVersion = "pdf.1",
    };

    [Fact]
    public void A_page_that_ocr_finds_empty_keeps_what_was_known_and_is_not_asked_again()
    {
        var merged = RecognizedText.Merge(Text, Result([new(2, "", [], null), new(3, "three", [], 90)], []), TimeSpan.FromSeconds(2));

        Assert.Equal(["one", "known before", "three", ""], merged.Pages.Select(page => page.Text));
        Assert.Equal([4], merged.PagesNeedingOcr);
        Assert.Equal($"{ExtractionPool.RecognitionVersion}+pdf.1", merged.PipelineVersion);
        Assert.Equal(TimeSpan.FromSeconds(2), merged.OcrTime);
    }

    [Fact]
    public void A_page_that_failed_stays_named_and_adds_no_version()
    {
        Assert.Same(Text, RecognizedText.Merge(Text, Result([], [new(2, "timed_out", null)]), TimeSpan.Zero));
    }

    [Fact]
    public void The_first_pages_that_failed_are_told_with_their_reasons()
    {
        Assert.Null(RecognizedText.Problems(Result([], [])));
        Assert.Equal(
            "7 of 8 pages were not recognised: 1 (timed_out), 2 (ocr_failed), 3 (ocr_failed), 4 (ocr_failed), 5 (ocr_failed), and more.",
            RecognizedText.Problems(Result([new(9, "x", [], 50)], [new(1, "timed_out", null), .. Enumerable.Range(2, 6).Select(number => new PageProblem(number, "ocr_failed", null))])));
    }

    [Fact]
    public void Pages_of_the_same_ocr_are_carried_over_to_a_text_with_the_same_pages()
    {
        var before = RecognizedText.Merge(Text, Result([new(2, "two", [], 90), new(3, "", [], null)], []), TimeSpan.FromSeconds(2));
        var fresh = Text with { PipelineVersion = "pdf.2", Pages = [new(1, "one better", [], null), .. Text.Pages.Skip(1)] };

        var carried = RecognizedText.CarryOver(before, fresh);
        Assert.Equal(["one better", "two", "", ""], carried.Pages.Select(page => page.Text));
        Assert.Equal($"{ExtractionPool.RecognitionVersion}+pdf.2", carried.PipelineVersion);
        Assert.Equal([4], carried.PagesNeedingOcr);

        var longer = fresh with { Pages = [.. fresh.Pages, new(5, "", [], null)] };
        Assert.Same(longer, RecognizedText.CarryOver(before, longer));
    }

    [Fact]
    public void Pages_of_an_older_ocr_serve_until_they_are_recognised_again()
    {
        var before = RecognizedText.Merge(Text, Result([new(2, "two", [], 90)], []), TimeSpan.Zero) with { PipelineVersion = "ocr.0+pdf.1" };

        var carried = RecognizedText.CarryOver(before, Text);
        Assert.Equal("two", carried.Pages[1].Text);
        Assert.Equal([2, 3, 4], carried.PagesNeedingOcr);
        Assert.Equal("pdf.1", carried.PipelineVersion);
    }

    [Fact]
    public void Title_and_author_are_chunks_of_their_own_unless_the_page_shows_them()
    {
        var text = Text with { Metadata = new() { Title = "Tide tables", Author = "One" } };

        Assert.Equal(["Tide tables", "one", "known before"], StoredPages.ToChunkSources(text).Select(source => source.Text));
        Assert.Equal(["one", "known before"], StoredPages.ToChunkSources(Text).Select(source => source.Text));
    }

    private static RecognizedPages Result(IReadOnlyList<ExtractedPage> pages, IReadOnlyList<PageProblem> problems) => new("ok", null, pages, problems, "tesseract");
}
