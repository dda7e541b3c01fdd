using ScaiDrive.Extraction;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Ocr;

/// <summary>Share of the characters of one scan read right: by us, who are told English and find the rest, and by Tesseract, told the installed ones of the languages on the page.</summary>
internal sealed record PageAccuracy(string Page, string Languages, double Ours, double Tesseract)
{
    private static readonly Dictionary<string, string[]> OtherLanguages = new() { ["eurotext"] = ["deu", "fra", "ita", "spa", "por"] };

    /// <summary>Reads the scans whose text is known; none where the corpus is absent.</summary>
    internal static async Task<List<PageAccuracy>> MeasureAsync(ExtractionPool pool, CancellationToken ct)
    {
        var accuracies = new List<PageAccuracy>();
        if (RepositoryPaths.Corpus is not { } corpus)
            return accuracies;
        var installed = (await Peers.RunAsync("tesseract", ["--list-langs"], ct)).Split('\n', StringSplitOptions.TrimEntries);
        foreach (var scan in Directory.GetFiles(Path.Combine(corpus, "ocr"), "*.tif").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(scan);
            var truth = await File.ReadAllTextAsync(Path.ChangeExtension(scan, ".txt"), ct);
            var languages = string.Join('+', OtherLanguages.GetValueOrDefault(name, []).Where(installed.Contains).Prepend("eng"));
            await using var content = File.OpenRead(scan);
            var ours = await pool.RecognizeAsync(content, Path.GetFileName(scan), [1], ["eng"], ct);
            var theirs = await Peers.TesseractAsync([scan], languages, ct);
            accuracies.Add(new PageAccuracy(name, languages, TextAccuracy.Of(truth, ours.Pages.Count > 0 ? ours.Pages[0].Text : ""), TextAccuracy.Of(truth, theirs[0])));
        }

        return accuracies;
    }
}
