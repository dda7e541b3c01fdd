using ScaiDrive.Extraction;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Puts recognised pages into a text.</summary>
internal static class RecognizedText
{
    /// <summary>Pages named in a sentence; the job's log has them all.</summary>
    private const int NamedPages = 5;

    /// <summary>Recognised pages take the place of those that asked for it; what was not recognised stays named.</summary>
    internal static StoredText Merge(StoredText text, RecognizedPages recognized, TimeSpan took)
    {
        var wanted = text.PagesNeedingOcr.ToHashSet();
        var read = recognized.Pages.Where(page => wanted.Contains(page.Number)).ToDictionary(page => page.Number);
        if (read.Count == 0)
            return text;
        // A page on which OCR finds nothing keeps what was known of it.
        var better = read.Values.Where(HasWords).ToDictionary(page => page.Number);
        return text with
        {
            Pages = [.. text.Pages.Where(page => !better.ContainsKey(page.Number)).Concat(better.Values.Select(StoredPages.From)).OrderBy(page => page.Number)],
            PagesNeedingOcr = [.. text.PagesNeedingOcr.Where(number => !read.ContainsKey(number))],
            PipelineVersion = PipelineVersions.WithRecognition(text.PipelineVersion),
            OcrTime = text.OcrTime + took,
        };
    }

    /// <summary>Gives a text that was read again the pages that OCR had read for the text before, if both have the same pages.</summary>
    /// <remarks>OCR is by far the most expensive step, and changes only when OCR itself does: then they serve until it has read them again.</remarks>
    internal static StoredText CarryOver(StoredText before, StoredText fresh)
    {
        if (fresh.Status != ReasonCodes.Ok || before.Pages.Count != fresh.Pages.Count)
            return fresh;
        var needing = fresh.PagesNeedingOcr.ToHashSet();
        var known = before.Pages.Where(page => page.OcrConfidence is not null && needing.Contains(page.Number)).ToDictionary(page => page.Number);
        if (known.Count == 0)
            return fresh;
        var again = PipelineVersions.HasOutdatedRecognition(before.PipelineVersion);
        return fresh with
        {
            Pages = [.. fresh.Pages.Select(page => known.GetValueOrDefault(page.Number) ?? page)],
            PagesNeedingOcr = again ? fresh.PagesNeedingOcr : [.. fresh.PagesNeedingOcr.Where(number => !known.ContainsKey(number) && !WasBlank(before, number))],
            PipelineVersion = again ? fresh.PipelineVersion : PipelineVersions.WithRecognitionOf(fresh.PipelineVersion, before.PipelineVersion),
            OcrTime = before.OcrTime,
        };
    }

    /// <summary>How many pages OCR has read.</summary>
    internal static int Count(StoredText text) => text.Pages.Count(page => page.OcrConfidence is not null);

    /// <summary>How many pages are left to OCR, for people.</summary>
    internal static string Images(StoredText text) =>
        $"{text.PagesNeedingOcr.Count} of {Math.Max(text.Pages.Count, text.PagesNeedingOcr.Count)} pages {(text.PagesNeedingOcr.Count == 1 ? "is an image" : "are images")}.";

    /// <summary>Which pages could not be recognised and why, for people; null when all were.</summary>
    internal static string? Problems(RecognizedPages recognized)
    {
        if (recognized.Problems.Count == 0)
            return null;
        var named = string.Join(", ", recognized.Problems.Take(NamedPages).Select(problem => $"{problem.Number} ({problem.Code})"));
        var all = recognized.Pages.Count + recognized.Problems.Count;
        return $"{recognized.Problems.Count} of {all} pages were not recognised: {named}{(recognized.Problems.Count > NamedPages ? ", ..." : "")}.";
    }

    /// <summary>The names of parts may stand on a page without a word of its own; only its confidence tells.</summary>
    internal static bool HasWords(ExtractedPage page) => page.OcrConfidence is not null && !string.IsNullOrWhiteSpace(page.Text);

    // OCR had looked at it and found nothing; the same OCR would find nothing again.
    private static bool WasBlank(StoredText before, int number) => !before.PagesNeedingOcr.Contains(number)
        && before.Pages.FirstOrDefault(page => page.Number == number) is { } page && string.IsNullOrWhiteSpace(page.Text);
}
