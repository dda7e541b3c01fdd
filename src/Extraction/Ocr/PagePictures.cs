using System.Globalization;
using ScaiDrive.Extraction.Formats.Pdf;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>One page as a picture in the child's folder; made files are removed with it.</summary>
internal sealed class PagePicture(string path, bool made, double scale, Func<double, TimeSpan, PagePicture?> enlarge) : IDisposable
{
    internal string Path { get; } = path;

    /// <summary>How much larger it is than the page's picture was at first.</summary>
    internal double Scale { get; } = scale;

    /// <summary>The same page, larger; null when that is not possible.</summary>
    internal PagePicture? Enlarge(double factor, TimeSpan limit) => enlarge(factor, limit);

    public void Dispose()
    {
        if (made)
            File.Delete(Path);
    }
}

/// <summary>Makes pictures of pages: renders those of PDF files, hands out those that are pictures.</summary>
internal sealed class PagePictures
{
    private const double TargetDpi = 300;
    private const double LeastDpi = 20;
    private const double MostDpi = 1200;
    private const double PointsPerInch = 72;
    private static readonly (double Width, double Height) A4 = (595, 842);

    // An A3 page at 300 DPI has 17 million pixels; above 40 million Tesseract gets slow and gains nothing.
    private const double MaxPixels = 40e6;

    private string? _chained;
    private IReadOnlyList<long> _directories = [];
    private string? _sized;
    private IReadOnlyDictionary<int, (double Width, double Height)> _sizes = new Dictionary<int, (double, double)>();

    /// <summary>The picture of a page of a file or of a part of it.</summary>
    /// <exception cref="UnreadableDocumentException">It cannot be rendered.</exception>
    internal PagePicture Make(SourceDocument document, int page)
    {
        var type = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName);
        if (type == ContentTypes.Pdf)
            return Render(document, page, 1, document.Limits.PageTime);
        if (type == ContentTypes.Tiff)
            PutFirst(document, page);
        // A tenth above the limit is not worth a copy.
        return Leptonica.Size(document.Path) is var (width, height) && (double)width * height > MaxPixels * 1.1
            && Copy(document, Math.Sqrt(MaxPixels / ((double)width * height))) is { } smaller
            ? smaller : new(document.Path, made: false, 1, (factor, _) => Copy(document, factor));
    }

    // The chain can be followed only while the file still begins with its own first page.
    private void PutFirst(SourceDocument document, int page)
    {
        if (_chained != document.Path)
            (_chained, _directories) = (document.Path, TiffDirectories.Find(document));
        if (page > _directories.Count)
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The file has no such page.");
        TiffDirectories.PutFirst(document, _directories[page - 1]);
    }

    private PagePicture Render(SourceDocument document, int page, double scale, TimeSpan limit)
    {
        var (width, height) = SizesOf(document).GetValueOrDefault(page, A4);
        var squareInches = Math.Max(0.01, width / PointsPerInch * (height / PointsPerInch));
        var dpi = (int)Math.Min(Math.Clamp(Math.Sqrt(MaxPixels / squareInches), LeastDpi, TargetDpi * scale), MostDpi);
        var prefix = Path.Combine(document.Folder, $"page-{page}-{dpi}");
        var (number, resolution) = (page.ToString(CultureInfo.InvariantCulture), dpi.ToString(CultureInfo.InvariantCulture));
        // TIFF carries the resolution along, and costs nothing to write without compression.
        var end = ExternalTool.Run("pdftoppm",
            ["-q", "-gray", "-tiff", "-tiffcompression", "none", "-r", resolution, "-f", number, "-l", number, "-singlefile", document.Path, prefix],
            document, limit, static output => output.CopyTo(Stream.Null));
        var path = prefix + ".tif";
        if (!end.TimedOut && end.ExitCode == 0 && File.Exists(path))
            return new(path, made: true, scale, (factor, time) => dpi < TargetDpi * scale ? null : Render(document, page, scale * factor, time));
        File.Delete(path);
        throw end.TimedOut
            ? new UnreadableDocumentException(ReasonCodes.TimedOut, $"Rendering took longer than {limit.TotalSeconds:0} seconds.")
            : new UnreadableDocumentException(ReasonCodes.Corrupt, $"The page cannot be rendered: {end.FirstError}");
    }

    // Asked once for all pages of a document: they come one after the other.
    private IReadOnlyDictionary<int, (double Width, double Height)> SizesOf(SourceDocument document)
    {
        if (_sized != document.Path)
            (_sized, _sizes) = (document.Path, PdfFacts.Read(document, 1, document.Limits.MaxPages).PageSizes);
        return _sizes;
    }

    private static PagePicture? Copy(SourceDocument document, double factor)
    {
        var path = Path.Combine(document.Folder, $"scaled-{Guid.NewGuid():N}.tif");
        if (Leptonica.Size(document.Path) is not var (width, height) || width * factor * height * factor > MaxPixels * 1.1)
            return null;
        if (Leptonica.TryScale(document.Path, path, factor))
            return new(path, made: true, factor, static (_, _) => null);
        File.Delete(path);
        return null;
    }
}
