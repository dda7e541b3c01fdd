using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>What the structure of a tagged document says of its pictures and formulas (ISO 32000-2, section 14.9.3), by page.</summary>
internal sealed class AlternateTexts
{
    // A long book has more elements than this; its pictures are mostly named at the front as well as at the back.
    private const int MostElements = 50_000;

    private readonly Dictionary<int, List<string>> _byPage = [];

    internal IReadOnlyList<string> On(int page) => _byPage.TryGetValue(page, out var found) ? found : [];

    internal static AlternateTexts Read(PdfFile file, PageTree pages)
    {
        var texts = new AlternateTexts();
        var waiting = new Stack<(object? Node, int Page)>();
        waiting.Push((file.Catalog?.GetValueOrDefault("StructTreeRoot"), 1));
        var seen = new HashSet<int>();
        for (var left = MostElements; left > 0 && waiting.TryPop(out var next); left--)
        {
            if ((next.Node is PdfReference id && !seen.Add(id.Number)) || file.Resolve(next.Node) is not PdfDictionary element)
                continue;
            // Elements without a page of their own stand on that of their parent.
            var page = element.GetValueOrDefault("Pg") is PdfReference place && pages.NumberOf(place) is > 0 and var number ? number : next.Page;
            if (file.Text(element, "Alt") is { } text)
                texts.Add(page, text.Trim());
            var kids = file.Get(element, "K");
            // Numbers are marks in the content, which are no elements.
            foreach (var kid in (kids as PdfArray ?? [kids]).AsEnumerable().Reverse())
            {
                if (kid is PdfReference or PdfDictionary && waiting.Count < MostElements)
                    waiting.Push((kid, page));
            }
        }
        return texts;
    }

    private void Add(int page, string text)
    {
        if (!_byPage.TryGetValue(page, out var texts))
            _byPage[page] = texts = [];
        texts.Add(text);
    }
}
