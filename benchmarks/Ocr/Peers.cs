using System.Diagnostics;

namespace ScaiDrive.Bench.Ocr;

/// <summary>The programs to compare with, run as a shell script would run them.</summary>
internal static class Peers
{
    /// <summary>The texts of pictures by plain <c>tesseract</c>, as many at a time as there are processors.</summary>
    internal static async Task<string[]> TesseractAsync(IReadOnlyList<string> pictures, string languages, CancellationToken ct)
    {
        var texts = new string[pictures.Count];
        await Parallel.ForAsync(0, pictures.Count, OnePerProcessor(ct), async (i, token) =>
            texts[i] = await RunAsync("tesseract", [pictures[i], "stdout", "-l", languages], token));
        return texts;
    }

    /// <summary>The texts of a PDF's pages by <c>pdftoppm</c> and <c>tesseract</c>, a page at a time on each processor.</summary>
    internal static async Task<string[]> RenderAndReadAsync(string pdf, int pages, string folder, string languages, CancellationToken ct)
    {
        var texts = new string[pages];
        await Parallel.ForAsync(0, pages, OnePerProcessor(ct), async (i, token) =>
        {
            var picture = Path.Combine(folder, $"rendered-{i}");
            await RunAsync("pdftoppm", ["-gray", "-r", "300", "-f", $"{i + 1}", "-l", $"{i + 1}", "-singlefile", pdf, picture], token);
            texts[i] = await RunAsync("tesseract", [picture + ".pgm", "stdout", "-l", languages, "--dpi", "300"], token);
            File.Delete(picture + ".pgm");
        });
        return texts;
    }

    /// <summary>The text of a PDF by <c>ocrmypdf</c>; no PDF is written, which is its fastest way.</summary>
    internal static async Task<string> OcrMyPdfAsync(string pdf, string folder, string languages, CancellationToken ct)
    {
        var sidecar = Path.Combine(folder, "sidecar.txt");
        await RunAsync("ocrmypdf", ["--quiet", "--jobs", $"{Environment.ProcessorCount}", "--output-type", "none", "--sidecar", sidecar, "-l", languages, pdf, "-"], ct);
        return await File.ReadAllTextAsync(sidecar, ct);
    }

    /// <summary>True when the program can be started.</summary>
    internal static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs to the end and answers what was printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    internal static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["OMP_THREAD_LIMIT"] = "1";
        using var process = Process.Start(start)!;
        await using var ending = ct.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    private static ParallelOptions OnePerProcessor(CancellationToken ct) => new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct };
}
