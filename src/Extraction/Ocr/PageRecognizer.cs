using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Formats;
using ScaiDrive.Extraction.Formats.Pdf;
using ScaiDrive.Extraction.Sandbox;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Recognises pages one by one with Tesseract; a page that fails is named, and the next one follows.</summary>
internal static class PageRecognizer
{
    private const double TargetDpi = 300;

    // An A3 page at 300 DPI has 17 million pixels; above 40 million Tesseract gets slow and gains nothing.
    private const double MaxPixels = 40e6;

    // Below this mean confidence the page may lie on its side: worth a second look with orientation detection.
    private const double DoubtfulConfidence = 55;

    /// <summary>As in <see cref="Format.Stamp"/>: raised whenever the same page may be recognised differently.</summary>
    internal const string Stamp = "ocr.1";

    internal static ResultMessage Recognize(SourceDocument document, IReadOnlyList<int> wanted, IReadOnlyList<string> languages, AnswerChannel channel)
    {
        var tesseract = Tesseract.Find(document);
        var pages = new RecognitionSink(channel, tesseract, languages, wanted, document.Limits);
        var (type, _) = DocumentReaders.ReadPages(document, pages);
        return new(ReasonCodes.Ok, null, type, [], false, DocumentMetadata.None, tesseract.Engine, null, false);
    }

    /// <summary>Recognises one page of a file or of a part of it; <paramref name="page"/> counts inside that, <paramref name="number"/> through the file.</summary>
    internal static ExtractedPage Recognize(SourceDocument document, int page, int number, Tesseract tesseract, string language)
    {
        var type = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName);
        if (type != ContentTypes.Pdf)
            return Recognize(document, tesseract, new PageImage(document.Path, type == ContentTypes.Tiff ? page : null, null), language, number);
        var image = Render(document, page, PdfFacts.Read(document, page, page).PageSizes);
        try
        {
            return Recognize(document, tesseract, image, language, number);
        }
        finally
        {
            File.Delete(image.Path);
        }
    }

    private static ExtractedPage Recognize(SourceDocument document, Tesseract tesseract, PageImage image, string language, int number)
    {
        var page = Tesseract.Read(document, image, language, automaticOrientation: false);
        if (page.Confidence < DoubtfulConfidence && tesseract.KnowsOrientation)
        {
            var turned = Tesseract.Read(document, image, language, automaticOrientation: true);
            if (turned.Confidence > page.Confidence)
                page = turned;
        }
        return new(number, page.Text, [], page.Text.Length > 0 ? page.Confidence : null);
    }

    private static PageImage Render(SourceDocument document, int number, IReadOnlyDictionary<int, (double Width, double Height)> sizes)
    {
        var (width, height) = sizes.GetValueOrDefault(number, (595, 842));
        var squareInches = Math.Max(0.01, width / 72 * (height / 72));
        var dpi = (int)Math.Clamp(Math.Sqrt(MaxPixels / squareInches), 20, TargetDpi);
        var prefix = Path.Combine(document.Folder, $"page-{number}");
        var (page, resolution) = (number.ToString(CultureInfo.InvariantCulture), dpi.ToString(CultureInfo.InvariantCulture));
        var end = ExternalTool.Run("pdftoppm",
            ["-q", "-gray", "-r", resolution, "-f", page, "-l", page, "-singlefile", document.Path, prefix],
            document, document.Limits.PageTime, static output => output.CopyTo(Stream.Null));
        if (end.TimedOut)
            throw new UnreadableDocumentException(ReasonCodes.TimedOut, $"Rendering took longer than {document.Limits.PageTime.TotalSeconds:0} seconds.");
        return File.Exists(prefix + ".pgm")
            ? new(prefix + ".pgm", null, dpi)
            : throw new UnreadableDocumentException(ReasonCodes.Corrupt, $"The page cannot be rendered: {end.FirstError}");
    }
}

/// <summary>A picture of one page.</summary>
/// <param name="Path">The file.</param>
/// <param name="PageNumber">From 1, in a file with several; null reads the only one.</param>
/// <param name="Dpi">Resolution when known; else the file's own or a guess is taken.</param>
internal sealed record PageImage(string Path, int? PageNumber, int? Dpi);

/// <summary>Text of one page and how sure the engine is, 0..100.</summary>
internal sealed record RecognizedText(string Text, double Confidence);

/// <summary>The installed Tesseract: version and languages are asked once per child.</summary>
internal sealed class Tesseract
{
    private static Tesseract? _found;
    private readonly HashSet<string> _languages;

    private Tesseract(string engine, HashSet<string> languages) => (Engine, _languages) = (engine, languages);

    internal string Engine { get; }

    internal bool KnowsOrientation => _languages.Contains("osd");

    /// <exception cref="UnreadableDocumentException">With <c>tool_missing</c>.</exception>
    internal static Tesseract Find(SourceDocument document) =>
        _found ??= new(Lines(document, "--version").FirstOrDefault() ?? "tesseract",
            [.. Lines(document, "--list-langs").Skip(1).Select(static line => line.Trim())]);

    /// <summary>The installed ones of the wanted languages, in order; English when none is.</summary>
    internal string Choose(IReadOnlyList<string> wanted)
    {
        string[] chosen = [.. wanted.SelectMany(static language => language.Split('+')).Where(_languages.Contains).Distinct()];
        return chosen.Length > 0 ? string.Join('+', chosen)
            : _languages.Contains("eng") ? "eng"
            : _languages.FirstOrDefault(static language => language != "osd")
                ?? throw new UnreadableDocumentException(ReasonCodes.ToolMissing, "Tesseract has no language data.");
    }

    internal static RecognizedText Read(SourceDocument document, PageImage image, string language, bool automaticOrientation)
    {
        List<string> arguments = [image.Path, "stdout", "-l", language, "--psm", automaticOrientation ? "1" : "3"];
        if (image.Dpi is { } dpi)
            arguments.AddRange(["--dpi", dpi.ToString(CultureInfo.InvariantCulture)]);
        if (image.PageNumber is { } number)
            arguments.AddRange(["-c", $"tessedit_page_number={number - 1}"]);
        arguments.Add("tsv");

        var text = new RecognizedText("", 0);
        var end = ExternalTool.Run("tesseract", arguments, document, document.Limits.PageTime, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            text = TesseractTable.Read(reader);
        });
        return end.TimedOut ? throw new UnreadableDocumentException(ReasonCodes.TimedOut, $"Recognition took longer than {document.Limits.PageTime.TotalSeconds:0} seconds.")
            : end.ExitCode == 0 ? text
            : end.Errors.Contains("alloc", StringComparison.Ordinal) ? throw new UnreadableDocumentException(ReasonCodes.OutOfMemory, "The page is too large for recognition.")
            : throw new UnreadableDocumentException(ReasonCodes.OcrFailed, $"The page cannot be recognised: {end.FirstError}");
    }

    private static List<string> Lines(SourceDocument document, string argument)
    {
        var lines = new List<string>();
        _ = ExternalTool.Run("tesseract", [argument], document, document.Limits.PageTime, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
                lines.Add(line);
        });
        return lines;
    }
}

/// <summary>Tesseract's table of words: level, page, block, paragraph, line, word, four of position, confidence, text.</summary>
internal static class TesseractTable
{
    private const int Columns = 12;

    internal static RecognizedText Read(TextReader table)
    {
        var text = new StringBuilder();
        var (last, confidence, weight) = ((Block: "", Paragraph: "", Line: ""), 0.0, 0);
        while (table.ReadLine() is { } row)
        {
            var cells = row.Split('\t', Columns);
            if (cells is not ["5", _, var block, var paragraph, var line, _, _, _, _, _, var sure, var word] || string.IsNullOrWhiteSpace(word))
                continue;
            var here = (block, paragraph, line);
            if (text.Length > 0)
                text.Append(here == last ? " " : here.block == last.Block && here.paragraph == last.Paragraph ? "\n" : "\n\n");
            last = here;
            text.Append(word);
            if (double.TryParse(sure, CultureInfo.InvariantCulture, out var value) && value >= 0)
            {
                confidence += value * word.Length;
                weight += word.Length;
            }
        }
        return new(text.ToString(), weight > 0 ? confidence / weight : 0);
    }
}
