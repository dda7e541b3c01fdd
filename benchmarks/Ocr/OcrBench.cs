using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Bench.Queue;
using ScaiDrive.Extraction;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Ocr;

/// <summary>Pages recognised per minute, against plain Tesseract on the same pictures and OCRmyPDF on the same scanned PDF; and how well real scans are read.</summary>
internal static class OcrBench
{
    private const string Languages = "eng";

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        if (BenchArguments.Parse("ocr", args, ("pages", 16, 60), ("rounds", 3, 5)) is not { } arguments)
            return 2;
        var folder = Directory.CreateTempSubdirectory("ocr-bench-").FullName;
        try
        {
            return await MeasureAsync(arguments, folder, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(BenchArguments arguments, string folder, CancellationToken ct)
    {
        var loadBefore = Statistics.Load();
        await using var pool = new ExtractionPool(new ExtractionOptions { TemporaryDirectory = folder }, TimeProvider.System, NullLogger<ExtractionPool>.Instance);
        var scans = await ScannedPages.CreateAsync(folder, arguments["pages"], ct);
        var hasOcrMyPdf = Peers.Exists("ocrmypdf");

        // Children start, code gets compiled, files get into memory.
        await ReadPicturesAsync(pool, [.. scans.Pictures.Take(Environment.ProcessorCount)], ct);
        await Peers.TesseractAsync([.. scans.Pictures.Take(1)], Languages, ct);

        var (picturesOurs, picturesPeer, pdfOurs, pdfPlain, pdfPeer) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var different = 0;
        for (var round = 0; round < arguments["rounds"]; round++)
        {
            string[] ours = [], theirs = [], pdf = [], plain = [];
            Func<Task>[] cells =
            [
                async () => picturesOurs.Add(await RateAsync(scans, async () => ours = await ReadPicturesAsync(pool, scans.Pictures, ct))),
                async () => picturesPeer.Add(await RateAsync(scans, async () => theirs = await Peers.TesseractAsync(scans.Pictures, Languages, ct))),
                async () => pdfOurs.Add(await RateAsync(scans, async () => pdf = await ReadPdfAsync(pool, scans, ct))),
                async () => pdfPlain.Add(await RateAsync(scans, async () => plain = await Peers.RenderAndReadAsync(scans.Pdf, scans.Pictures.Count, folder, Languages, ct))),
                async () =>
                {
                    if (hasOcrMyPdf)
                        pdfPeer.Add(await RateAsync(scans, () => Peers.OcrMyPdfAsync(scans.Pdf, folder, Languages, ct)));
                },
            ];
            // Who comes first changes, so that whatever else the machine does falls on all.
            foreach (var cell in round % 2 == 0 ? cells : cells.Reverse())
                await cell();
            different += Different(ours, theirs) + Different(pdf, plain);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}: pictures {picturesOurs[^1]:F1} pages/min, tesseract {picturesPeer[^1]:F1}; PDF {pdfOurs[^1]:F1}, pdftoppm and tesseract {pdfPlain[^1]:F1}, ocrmypdf {(hasOcrMyPdf ? pdfPeer[^1] : double.NaN):F1}; {different} pages differ"));
        }

        var accuracy = await PageAccuracy.MeasureAsync(pool, ct);
        foreach (var page in accuracy)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{page.Page}: {page.Ours:P2} of the characters right, tesseract -l {page.Languages} {page.Tesseract:P2}"));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "ocr",
            ratio_to_tesseract = Ratio(picturesOurs, picturesPeer),
            ratio_to_pdftoppm_and_tesseract = Ratio(pdfOurs, pdfPlain),
            ratio_to_ocrmypdf = hasOcrMyPdf ? Ratio(pdfOurs, pdfPeer) : (double?)null,
            same_text = different == 0,
            pages_that_differ = different,
            accuracy = accuracy.ToDictionary(page => page.Page, page => new { ours = Math.Round(page.Ours, 4), tesseract = Math.Round(page.Tesseract, 4), languages = page.Languages }),
            pages_per_minute = Figures(picturesOurs),
            tesseract_pages_per_minute = Figures(picturesPeer),
            pdf_pages_per_minute = Figures(pdfOurs),
            pdftoppm_and_tesseract_pages_per_minute = Figures(pdfPlain),
            ocrmypdf_pages_per_minute = Figures(pdfPeer),
            pages = scans.Pictures.Count,
            rounds = arguments["rounds"],
            dpi = 300,
            languages = Languages,
            versions = new
            {
                tesseract = FirstLine(await Peers.RunAsync("tesseract", ["--version"], ct)),
                ocrmypdf = hasOcrMyPdf ? FirstLine(await Peers.RunAsync("ocrmypdf", ["--version"], ct)) : null,
            },
            machine = Statistics.Machine(loadBefore),
        }));
        return different == 0 && accuracy.All(page => page.Ours >= page.Tesseract) ? 0 : 1;
    }

    // As many files at a time as the pool has children.
    private static async Task<string[]> ReadPicturesAsync(ExtractionPool pool, IReadOnlyList<string> pictures, CancellationToken ct)
    {
        var texts = new string[pictures.Count];
        await Parallel.ForAsync(0, pictures.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct }, async (i, token) =>
        {
            await using var content = File.OpenRead(pictures[i]);
            var read = await pool.RecognizeAsync(content, Path.GetFileName(pictures[i]), [1], [Languages], token);
            texts[i] = read.Pages.Count > 0 ? read.Pages[0].Text : read.Status;
        });
        return texts;
    }

    private static async Task<string[]> ReadPdfAsync(ExtractionPool pool, ScannedPages scans, CancellationToken ct)
    {
        await using var content = File.OpenRead(scans.Pdf);
        var read = await pool.RecognizeAsync(content, "scan.pdf", [.. Enumerable.Range(1, scans.Pictures.Count)], [Languages], ct);
        var texts = read.Pages.ToDictionary(page => page.Number, page => page.Text);
        return [.. Enumerable.Range(1, scans.Pictures.Count).Select(number => texts.GetValueOrDefault(number, read.Status))];
    }

    private static async Task<double> RateAsync(ScannedPages scans, Func<Task> read)
    {
        var began = Stopwatch.GetTimestamp();
        await read();
        return scans.Pictures.Count / Stopwatch.GetElapsedTime(began).TotalMinutes;
    }

    private static int Different(string[] ours, string[] theirs) =>
        ours.Zip(theirs).Count(pair => TextAccuracy.Squeeze(pair.First) != TextAccuracy.Squeeze(pair.Second));

    // Of each round, so that a slow moment falls on both.
    private static double Ratio(List<double> ours, List<double> theirs) => Math.Round(Statistics.Median(ours.Zip(theirs, (left, right) => left / right)), 3);

    private static object? Figures(List<double> rates) => rates.Count == 0 ? null
        : new { median = Math.Round(Statistics.Median(rates), 1), lowest = Math.Round(rates.Min(), 1), highest = Math.Round(rates.Max(), 1) };

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
