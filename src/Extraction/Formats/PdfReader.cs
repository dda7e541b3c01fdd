using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Formats;

/// <summary>PDF by Poppler: one run of <c>pdftotext</c> for all pages, one of <c>pdfinfo</c> for the rest.</summary>
internal static class PdfReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        if (pages.PicturesOnly)
            return CountPages(document, pages);
        // Both read the file from its end; side by side they take as long as the slower one.
        var before = pages.Count;
        var reading = Task.Run(() => PdfFacts.Read(document));
        var end = ExternalTool.Run("pdftotext", ["-q", "-enc", "UTF-8", "-eol", "unix", document.Path, "-"], document, null,
            output => SplitPages(document, output, pages));
        var facts = reading.GetAwaiter().GetResult();
        if (pages.Count == before)
        {
            throw facts.NeedsPassword || end.Errors.Contains("password", StringComparison.OrdinalIgnoreCase)
                ? new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.")
                : new UnreadableDocumentException(ReasonCodes.Corrupt, "No page of the document can be read.");
        }
        var missing = facts.Metadata.PageCount - (pages.Count - before);
        return new(facts.Metadata, missing > 0 && !pages.IsFull ? $"{missing} pages could not be read." : null);
    }

    // Recognition knows which pages it wants; pdfinfo is enough to count them.
    private static ReadResult CountPages(SourceDocument document, PageSink pages)
    {
        var facts = PdfFacts.Read(document);
        for (var number = 1; number <= facts.Metadata.PageCount && !pages.IsFull; number++)
            pages.AddPicture(document, number);
        return new(facts.Metadata);
    }

    // A form feed follows every page.
    private static void SplitPages(SourceDocument document, Stream output, PageSink pages)
    {
        var number = 0;
        using var reader = new StreamReader(output, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, 64 * 1024);
        var page = new StringBuilder();
        var buffer = new char[64 * 1024];
        while (!pages.IsFull && reader.Read(buffer) is > 0 and var count)
        {
            pages.Progress();
            var rest = buffer.AsSpan(0, count);
            while (rest.IndexOf('\f') is >= 0 and var end)
            {
                page.Append(rest[..end]);
                AddPage();
                page.Clear();
                rest = rest[(end + 1)..];
            }
            // A single page that is larger than everything allowed is cut by the sink in any case.
            if (page.Length <= pages.Room)
                page.Append(rest);
        }
        if (page.ToString().Trim().Length > 0)
            AddPage();

        void AddPage()
        {
            number++;
            var text = page.ToString().TrimEnd();
            if (text.Length > 0)
                pages.Add(text, []);
            else
                pages.AddPicture(document, number);
        }
    }
}

/// <summary>What <c>pdfinfo</c> says.</summary>
internal sealed record PdfFacts(DocumentMetadata Metadata, bool NeedsPassword, IReadOnlyDictionary<int, (double Width, double Height)> PageSizes)
{
    /// <summary>Facts on the document and, on demand, the sizes in points of a range of pages.</summary>
    internal static PdfFacts Read(SourceDocument document, int? first = null, int? last = null)
    {
        string[] range = first is { } from && last is { } to ? ["-f", Text(from), "-l", Text(to)] : [];
        var lines = "";
        var end = ExternalTool.Run("pdfinfo", ["-isodates", "-enc", "UTF-8", .. range, document.Path], document, null, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            lines = reader.ReadToEnd();
        });

        var metadata = new DocumentMetadata();
        var sizes = new Dictionary<int, (double, double)>();
        foreach (var line in lines.Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
                continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                case ["Title"] when value.Length > 0:
                    metadata = metadata with { Title = value };
                    break;
                case ["Author"] when value.Length > 0:
                    metadata = metadata with { Author = value };
                    break;
                case ["CreationDate"]:
                    metadata = metadata with { CreatedAt = Date(value) };
                    break;
                case ["ModDate"]:
                    metadata = metadata with { ModifiedAt = Date(value) };
                    break;
                case ["Pages"] when int.TryParse(value, out var pages):
                    metadata = metadata with { PageCount = pages };
                    break;
                case ["Page", var number, "size"] when int.TryParse(number, out var page):
                    var parts = value.Split(' ');
                    if (parts.Length >= 3 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out var width) && double.TryParse(parts[2], CultureInfo.InvariantCulture, out var height))
                        sizes[page] = (width, height);
                    break;
            }
        }
        return new(metadata, end.Errors.Contains("Incorrect password", StringComparison.Ordinal), sizes);
    }

    // -isodates leaves out the minutes of a whole-hour offset, which .NET reads all the same.
    private static DateTimeOffset? Date(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
