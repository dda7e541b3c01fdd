using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Extraction;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>extract FILE...</c>: one JSON line per file, in the order given. Needs no database.</summary>
internal static class ExtractCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Files to read", Arity = ArgumentArity.OneOrMore };
        var ocr = new Option<bool>("--ocr") { Description = "Read pages without text by OCR" };
        var languages = new Option<string>("--ocr-languages") { Description = "Tesseract's names, such as eng+deu", DefaultValueFactory = _ => "eng" };
        var command = new Command("extract", "Prints the text of files, one JSON line each.") { files, ocr, languages };
        command.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunAsync(parsed.GetRequiredValue(files), parsed.GetValue(ocr), parsed.GetRequiredValue(languages), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool ocr, string languages, CancellationToken cancellationToken)
    {
        await using var pool = new ExtractionPool(new ExtractionOptions(), TimeProvider.System, NullLogger<ExtractionPool>.Instance);
        foreach (var path in files)
        {
            var line = await ExtractAsync(pool, path, ocr, languages.Split('+'), cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(line, Json));
        }

        return 0;
    }

    private static async Task<ExtractLine> ExtractAsync(
        ExtractionPool pool, string path, bool ocr, IReadOnlyList<string> languages, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            await using var content = File.OpenRead(path);
            var document = await pool.ExtractAsync(content, Path.GetFileName(path), cancellationToken);
            var pages = document.Pages;
            var ocrPages = 0;
            var status = document.Status;
            if (status == ReasonCodes.Ok && document.PagesNeedingOcr.Count > 0 && ocr)
            {
                content.Position = 0;
                var recognized = await pool.RecognizeAsync(content, Path.GetFileName(path), document.PagesNeedingOcr, languages, cancellationToken);
                var numbers = recognized.Pages.Select(page => page.Number).ToHashSet();
                pages = [.. pages.Where(page => !numbers.Contains(page.Number)).Concat(recognized.Pages).OrderBy(page => page.Number)];
                ocrPages = recognized.Pages.Count;
                if (recognized.Status != ReasonCodes.Ok)
                    status = recognized.Status;
            }

            var text = string.Join("\n\f\n", pages.Select(page => page.Text));
            // An empty result is never "ok" without a reason.
            if (status == ReasonCodes.Ok && string.IsNullOrWhiteSpace(text))
                status = document.PagesNeedingOcr.Count > 0 && !ocr ? ReasonCodes.OcrDisabled : ReasonCodes.NoText;
            return new ExtractLine(path, status, document.MimeType, Math.Max(pages.Count, document.PagesNeedingOcr.Count), ocrPages, text, Seconds(started));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new ExtractLine(path, ReasonCodes.UnreadableAtSource, null, 0, 0, "", Seconds(started));
        }
    }

    private static double Seconds(long started) => Math.Round(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 4);

    private sealed record ExtractLine(string Path, string Status, string? MimeType, int Pages, int OcrPages, string Text, double Seconds);
}
