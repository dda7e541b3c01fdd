using System.Text;
using ScaiDrive.Bench.Cranfield;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Ocr;

/// <summary>Pages of real text as a scanner at 300 DPI would deliver them: grey pictures, one file each, and all of them in one PDF without a text layer.</summary>
internal sealed record ScannedPages(IReadOnlyList<string> Pictures, string Pdf)
{
    private const int LinesPerPage = 46;
    private const int CharactersPerLine = 84;

    internal static async Task<ScannedPages> CreateAsync(string directory, int pages, CancellationToken ct)
    {
        var typeset = Path.Combine(directory, "typeset.pdf");
        await File.WriteAllBytesAsync(typeset, PlainPdf.OfText(Lines().Chunk(LinesPerPage).Take(pages)), ct);
        await Peers.RunAsync("pdftoppm", ["-gray", "-r", "300", "-jpeg", "-jpegopt", "quality=85", typeset, Path.Combine(directory, "page")], ct);
        await Peers.RunAsync("pdftoppm", ["-gray", "-r", "300", "-tiff", "-tiffcompression", "lzw", typeset, Path.Combine(directory, "page")], ct);
        var scan = Path.Combine(directory, "scan.pdf");
        await File.WriteAllBytesAsync(scan, PlainPdf.OfPictures(Files("page*.jpg").Select(File.ReadAllBytes)), ct);
        return new ScannedPages(Files("page*.tif"), scan);

        string[] Files(string pattern) => [.. Directory.GetFiles(directory, pattern).Order(StringComparer.Ordinal)];
    }

    // Abstracts of the Cranfield collection, else the samples over and over; wrapped like a typewritten page.
    private static IEnumerable<string> Lines()
    {
        var texts = RepositoryPaths.Corpus is { } corpus
            ? CranfieldDocuments.Read(Path.Combine(corpus, "cranfield", "cran.all")).Select(document => document.Text)
            : Enumerable.Repeat(Directory.GetFiles(Path.Combine(RepositoryPaths.Root, "samples"), "*.md").Order(StringComparer.Ordinal).Select(File.ReadAllText), 100).SelectMany(all => all);
        foreach (var text in texts)
        {
            var line = new StringBuilder();
            foreach (var word in TextAccuracy.Squeeze(text).Split(' '))
            {
                if (line.Length + word.Length >= CharactersPerLine)
                {
                    yield return line.ToString();
                    line.Clear();
                }

                line.Append(line.Length > 0 ? " " : "").Append(word);
            }

            yield return line.ToString();
        }
    }
}
