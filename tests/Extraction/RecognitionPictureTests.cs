using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

/// <summary>What stands on the page is read, whatever the picture is like.</summary>
public sealed class RecognitionPictureTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Letter = "The inspection of the crane took place on Tuesday.\nThe brake of the hoist had been adjusted by the\nworkshop, and the rope was replaced because several\nstrands were broken. All papers must be ready before\nthe next visit of the expert.";

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public async Task A_page_is_read_whichever_way_it_lies(int turn)
    {
        if (turn != 0 && !Installed.Languages.Contains("osd"))
            return;
        var recognized = await ReadAsync("page.png", PageFiles.Png(PageFiles.Draw(Letter, turn)));

        Assert.InRange(TextAccuracy.Of(Letter, Assert.Single(recognized.Pages).Text), 0.97, 1);
    }

    [Theory]
    [InlineData("Grey16")]
    [InlineData("Palette")]
    [InlineData("InkOnNothing")]
    public async Task Every_kind_of_picture_is_read(string kind)
    {
        var recognized = await ReadAsync("page.png", PageFiles.Png(PageFiles.Draw(Letter), Enum.Parse<PngKind>(kind)));

        Assert.InRange(TextAccuracy.Of(Letter, Assert.Single(recognized.Pages).Text), 0.97, 1);
    }

    [Fact]
    public async Task Small_letters_are_read_enlarged()
    {
        // 8 points at 72 DPI, as on a screen.
        var recognized = await ReadAsync("screen.png", PageFiles.Png(PageFiles.Draw(Letter, dpi: 72, fontSize: 9)));

        Assert.InRange(TextAccuracy.Of(Letter, Assert.Single(recognized.Pages).Text), 0.97, 1);
    }

    [Fact]
    public async Task A_blank_picture_has_no_text()
    {
        var recognized = await ReadAsync("blank.png", PageFiles.Png(PageFiles.Draw("")));

        Assert.Equal("no_text", recognized.Status);
        Assert.Equal("", Assert.Single(recognized.Pages).Text);
        Assert.Null(recognized.Pages[0].OcrConfidence);
    }

    [Fact]
    public async Task A_damaged_page_of_a_tiff_costs_that_page_only()
    {
        var page = PageFiles.Draw("First\nor last", fontSize: 30);

        var recognized = await ReadAsync("fax.tif", PageFiles.Tiff([page, page, page], damaged: 1), 1, 2, 3);

        Assert.Equal([1, 3], recognized.Pages.Select(read => read.Number));
        Assert.All(recognized.Pages, read => Assert.Contains("or last", read.Text, StringComparison.Ordinal));
        Assert.Equal([2], recognized.Problems.Select(problem => problem.Number));
        Assert.Equal("ok", recognized.Status);
    }

    [Fact]
    public async Task Each_page_of_a_tiff_is_read_and_its_thumbnail_is_none()
    {
        var tiff = PageFiles.Tiff([PageFiles.Draw("Monday", fontSize: 40), PageFiles.Draw("Monday", fontSize: 40), PageFiles.Draw("Tuesday", fontSize: 40)], thumbnail: 1);

        var document = await fixture.ExtractAsync("fax.tif", tiff);
        var recognized = await ReadAsync("fax.tif", tiff, [.. document.PagesNeedingOcr]);

        Assert.Equal([1, 2], document.PagesNeedingOcr);
        Assert.Equal(["Monday", "Tuesday"], recognized.Pages.Select(page => page.Text));
    }

    [Theory]
    [InlineData(72, 30, 8)] // a stamp
    [InlineData(2400, 3400, 60)] // a poster
    public async Task The_resolution_follows_the_size_of_the_page(double width, double height, int fontSize)
    {
        var pdf = PageFiles.Pdf([("", 0), ("Ox", 0)], fontSize, width, height + 40);

        var recognized = await ReadAsync("sizes.pdf", pdf, 2);

        Assert.Equal("ok", recognized.Status);
        Assert.Contains("Ox", Assert.Single(recognized.Pages).Text, StringComparison.Ordinal);
    }

    private Task<RecognizedPages> ReadAsync(string name, byte[] content, params int[] pages) =>
        fixture.Pool.RecognizeAsync(new MemoryStream(content), name, pages.Length > 0 ? pages : [1], ["eng"], CancellationToken.None);
}
