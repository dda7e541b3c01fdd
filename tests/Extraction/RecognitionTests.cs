using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class RecognitionTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [Theory]
    [InlineData("phototest", 0.99)]
    [InlineData("eurotext", 0.85)] // six languages on the page, only English is installed for tests
    [InlineData("8071_093.3B", 0.9)] // what the engine gives on its own: it reads a drop cap last
    public async Task A_scanned_page_is_read_nearly_as_it_was_written(string name, double accuracy)
    {
        if (RepositoryPaths.Corpus is null)
            return;
        var folder = Path.Combine(RepositoryPaths.Corpus, "ocr");
        await using var content = File.OpenRead(Path.Combine(folder, $"{name}.tif"));

        var recognized = await fixture.Pool.RecognizeAsync(content, $"{name}.tif", [1], ["eng"], CancellationToken.None);

        var page = Assert.Single(recognized.Pages);
        Assert.Equal("ok", recognized.Status);
        Assert.InRange(page.OcrConfidence!.Value, 60, 100);
        Assert.InRange(Accuracy(await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.txt")), page.Text), accuracy, 1);
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
    public async Task A_picture_of_nothing_fails_with_a_reason()
    {
        var recognized = await fixture.Pool.RecognizeAsync(new MemoryStream(Encoding.ASCII.GetBytes("\u0089PNG")), "a.png", [1], [], CancellationToken.None);

        Assert.NotEqual("ok", recognized.Status);
        Assert.True(ReasonCodes.Hints.ContainsKey(recognized.Status));
        Assert.Empty(recognized.Pages);
    }

    private async Task<RecognizedPages> RecognizeSampleAsync(string name, IReadOnlyList<int> pages)
    {
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Root, "samples", name));
        return await fixture.Pool.RecognizeAsync(content, name, pages, ["eng", "xxx"], CancellationToken.None);
    }

    // One minus the edit distance over the length of the truth, white space apart.
    private static double Accuracy(string truth, string read)
    {
        var (a, b) = (Squeeze(truth), Squeeze(read));
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(row[j] + 1, left + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }
        return 1 - (double)row[^1] / a.Length;

        static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
