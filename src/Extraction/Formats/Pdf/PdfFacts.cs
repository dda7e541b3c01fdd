using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Formats.Pdf;

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
