using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class RecognitionTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [CorpusFact]
    public async Task Scanned_pages_are_read_as_well_as_by_the_engine_told_the_right_languages()
    {
        foreach (var scan in Directory.GetFiles(Path.Combine(RepositoryPaths.Corpus!, "ocr"), "*.tif"))
        {
            await using var content = File.OpenRead(scan);

            var recognized = await fixture.Pool.RecognizeAsync(content, Path.GetFileName(scan), [1], ["eng"], CancellationToken.None);

            var page = Assert.Single(recognized.Pages);
            var truth = await File.ReadAllTextAsync(Path.ChangeExtension(scan, ".txt"));
            Assert.InRange(page.OcrConfidence!.Value, 60, 100);
            Assert.InRange(TextAccuracy.Of(truth, page.Text), TextAccuracy.Of(truth, PlainTesseract(scan)), 1);
        }
    }

    [Fact]
    public async Task The_scanned_letter_becomes_searchable()
    {
        var recognized = await RecognizeSampleAsync("Letter from the harbour authority (scan).pdf", [1]);

        Assert.Equal("ok", recognized.Status);
        Assert.Contains("sunk by 23 millimetres", Assert.Single(recognized.Pages).Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.StartsWith("tesseract 5", recognized.Engine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_is_named_and_the_others_are_kept()
    {
        var recognized = await RecognizeSampleAsync("Delivery note 88213.png", [1]);
        var beyond = await RecognizeSampleAsync("Guide for visitors.pdf", [1, 9]);

        Assert.Contains("Norrland Rope Works", Assert.Single(recognized.Pages).Text, StringComparison.Ordinal);
        Assert.Equal("ok", beyond.Status);
        Assert.Equal([1], beyond.Pages.Select(page => page.Number));
        Assert.Equal([9], beyond.Problems.Select(problem => problem.Number));
    }

    [Fact]
    public async Task A_page_that_kills_its_child_costs_that_page_only()
    {
        await using var pool = Pools.Create();
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Root, "samples", "Failure report crane 7.pdf"));

        var recognized = await pool.RecognizeAsync(content, "fault-page-2.pdf", [1, 2], ["eng"], CancellationToken.None);

        Assert.Equal("ok", recognized.Status);
        Assert.Equal([1], recognized.Pages.Select(page => page.Number));
        Assert.Equal([(2, "extractor_crashed")], recognized.Problems.Select(problem => (problem.Number, problem.Code)));
    }

    [Fact]
    public async Task Pages_of_one_file_are_read_by_the_children_that_have_nothing_else_to_do()
    {
        await using var pool = Pools.Create(children: 2);

        var recognized = await pool.RecognizeAsync(new MemoryStream(Titled(5)), "pages.pdf", [1, 2, 3, 4, 5], ["eng"], CancellationToken.None);

        Assert.Equal(Titles.Take(5), recognized.Pages.Select(page => page.Text));
        Assert.Equal(2, pool.IdleChildren.Count);
    }

    [Fact]
    public async Task A_long_file_lets_others_go_between()
    {
        await using var pool = Pools.Create(children: 1);
        await using var first = new HaltingStream(Titled(1));
        var blocker = pool.ExtractAsync(first, "first.pdf", CancellationToken.None);
        await first.Waiting.Task;
        var longFile = pool.RecognizeAsync(new MemoryStream(Titled(12)), "long.pdf", [.. Enumerable.Range(1, 12)], ["eng"], CancellationToken.None);
        var shortFile = pool.RecognizeAsync(new MemoryStream(Titled(1)), "short.pdf", [1], ["eng"], CancellationToken.None);

        first.Go.SetResult();
        await blocker;
        Assert.Equal("Harbour", (await shortFile).Pages[0].Text);

        Assert.False(longFile.IsCompleted);
        Assert.Equal(12, (await longFile).Pages.Count);
    }

    [Fact]
    public async Task Pages_after_one_that_kills_its_child_are_read_by_another()
    {
        await using var pool = Pools.Create(children: 2);

        var recognized = await pool.RecognizeAsync(new MemoryStream(Titled(6)), "fault-page-2.pdf", [.. Enumerable.Range(1, 6)], ["eng"], CancellationToken.None);

        Assert.Equal([1, 3, 4, 5, 6], recognized.Pages.Select(page => page.Number));
        Assert.Equal([(2, "extractor_crashed")], recognized.Problems.Select(problem => (problem.Number, problem.Code)));
    }

    [Fact]
    public async Task Content_that_cannot_be_read_twice_goes_to_one_child()
    {
        await using var pool = Pools.Create(children: 2);

        var recognized = await pool.RecognizeAsync(new PipeLike(new MemoryStream(Titled(3))), "pages.pdf", [1, 3], ["eng"], CancellationToken.None);

        Assert.Equal(["Harbour", "Bridge"], recognized.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task A_page_below_the_least_confidence_is_left_out_and_named()
    {
        await using var pool = Pools.Create(new() { MinOcrConfidence = 100 });

        var recognized = await pool.RecognizeAsync(new MemoryStream(Titled(1)), "pages.pdf", [1], ["eng"], CancellationToken.None);

        Assert.Equal("low_confidence", recognized.Status);
        Assert.Empty(recognized.Pages);
        Assert.Equal([(1, "low_confidence")], recognized.Problems.Select(problem => (problem.Number, problem.Code)));
    }

    [Fact]
    public async Task A_page_that_takes_too_long_is_named()
    {
        await using var pool = Pools.Create(new() { PageTime = TimeSpan.FromMilliseconds(5) });

        var recognized = await pool.RecognizeAsync(new MemoryStream(PageFiles.Png(PageFiles.Draw("Page 1"))), "page.png", [1], ["eng"], CancellationToken.None);

        Assert.Equal("timed_out", recognized.Status);
        Assert.Equal([(1, "timed_out")], recognized.Problems.Select(problem => (problem.Number, problem.Code)));
    }

    [Fact]
    public async Task A_picture_of_nothing_fails_with_a_reason()
    {
        var recognized = await fixture.Pool.RecognizeAsync(new MemoryStream(Encoding.ASCII.GetBytes("\u0089PNG")), "a.png", [1], [], CancellationToken.None);

        Assert.NotEqual("ok", recognized.Status);
        Assert.True(ReasonCodes.Hints.ContainsKey(recognized.Status));
        Assert.Empty(recognized.Pages);
    }

    // Whole words: in some fonts that stand in for the document's, a 1 alone is an l.
    private static readonly string[] Titles =
        ["Harbour", "Crane", "Bridge", "Window", "Garden", "Market", "Letter", "Winter", "Summer", "Orange", "Silver", "Copper"];

    private static byte[] Titled(int pages) => PageFiles.Pdf(Titles.Take(pages).Select(title => (title, 0)), fontSize: 30);

    private static string PlainTesseract(string scan)
    {
        var languages = string.Join('+', new[] { "eng", "deu", "fra", "ita", "spa", "por" }.Where(language =>
            Installed.Languages.Contains(language) && (language == "eng" || Path.GetFileName(scan) == "eurotext.tif")));
        var start = new System.Diagnostics.ProcessStartInfo("tesseract", [scan, "stdout", "-l", languages]) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return process.StandardOutput.ReadToEnd();
    }

    private async Task<RecognizedPages> RecognizeSampleAsync(string name, IReadOnlyList<int> pages)
    {
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Root, "samples", name));
        return await fixture.Pool.RecognizeAsync(content, name, pages, ["eng", "xxx"], CancellationToken.None);
    }
}
