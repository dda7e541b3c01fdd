using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>One page.</summary>
/// <param name="Dictionary">Its own keys.</param>
/// <param name="Resources">What its content may name, its own or inherited.</param>
/// <param name="Width">Of its media box, in points.</param>
/// <param name="Height">Of its media box, in points.</param>
internal sealed record PdfPage(PdfDictionary Dictionary, PdfDictionary? Resources, double Width, double Height);

/// <summary>The pages in order (ISO 32000-2, section 7.7.3).</summary>
internal sealed class PageTree
{
    private const int MostNodes = 1_000_000;

    private readonly List<PdfPage> _pages = [];
    private readonly Dictionary<int, int> _numbers = [];

    internal IReadOnlyList<PdfPage> Pages => _pages;

    /// <summary>The number, from 1, of the page that is this object; 0 when none is.</summary>
    internal int NumberOf(PdfReference id) => _numbers.GetValueOrDefault(id.Number);

    internal static PageTree Read(PdfFile file)
    {
        var tree = new PageTree();
        var waiting = new Stack<(object? Node, PdfDictionary? Resources, PdfArray? Box)>();
        waiting.Push((file.Catalog?.GetValueOrDefault("Pages"), null, null));
        var seen = new HashSet<int>();
        for (var nodes = 0; nodes < MostNodes && waiting.TryPop(out var next) && tree._pages.Count < file.Limits.MaxPages; nodes++)
        {
            var id = next.Node as PdfReference?;
            if ((id is { } reference && !seen.Add(reference.Number)) || file.Resolve(next.Node) is not PdfDictionary node)
                continue;
            if (nodes % 256 == 0)
                file.Progress();
            var resources = file.Dictionary(node, "Resources") ?? next.Resources;
            var box = file.Array(node, "MediaBox") ?? next.Box;
            if (file.Array(node, "Kids") is { } kids && file.Name(node, "Type") != "Page")
            {
                for (var i = kids.Count - 1; i >= 0 && waiting.Count < MostNodes; i--)
                    waiting.Push((kids[i], resources, box));
                continue;
            }
            tree._pages.Add(Page(file, node, resources, box));
            if (id is { } page)
                tree._numbers[page.Number] = tree._pages.Count;
        }
        return tree;
    }

    private static PdfPage Page(PdfFile file, PdfDictionary node, PdfDictionary? resources, PdfArray? box)
    {
        double[] sides = [.. (box ?? []).Select(file.Resolve).OfType<double>()];
        return sides.Length == 4
            ? new(node, resources, Math.Abs(sides[2] - sides[0]), Math.Abs(sides[3] - sides[1]))
            : new(node, resources, 612, 792); // Letter, as viewers take it
    }
}
