using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>A bookmark.</summary>
/// <param name="Title">On one line.</param>
/// <param name="Level">1 is the outermost.</param>
internal sealed record Bookmark(string Title, int Level);

/// <summary>The bookmarks by the page they lead to (ISO 32000-2, section 12.3).</summary>
internal sealed class Outline
{
    private const int MostItems = 50_000;
    private const int MaxLevel = 100;

    private readonly Dictionary<int, List<Bookmark>> _byPage = [];
    private readonly PdfFile _file;
    private readonly PageTree _pages;
    private Dictionary<string, object?>? _named;

    private Outline(PdfFile file, PageTree pages) => (_file, _pages) = (file, pages);

    internal IReadOnlyList<Bookmark> On(int page) => _byPage.TryGetValue(page, out var found) ? found : [];

    internal static Outline Read(PdfFile file, PageTree pages)
    {
        var outline = new Outline(file, pages);
        if (file.Dictionary(file.Dictionary(file.Catalog, "Outlines"), "First") is { } first)
            outline.Walk(first);
        return outline;
    }

    private void Walk(PdfDictionary first)
    {
        var waiting = new Stack<(PdfDictionary Item, int Level)>([(first, 1)]);
        var seen = new HashSet<PdfDictionary>(ReferenceEqualityComparer.Instance);
        var page = 1;
        while (seen.Count < MostItems && waiting.TryPop(out var next))
        {
            if (!seen.Add(next.Item))
                continue;
            // One that leads elsewhere stands with the one before it.
            page = PageOf(next.Item) is > 0 and var target ? target : page;
            if (_file.Text(next.Item, "Title") is { } title)
                Add(page, new(string.Join(' ', title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), next.Level));
            if (_file.Dictionary(next.Item, "Next") is { } sibling)
                waiting.Push((sibling, next.Level));
            if (next.Level < MaxLevel && _file.Dictionary(next.Item, "First") is { } child)
                waiting.Push((child, next.Level + 1));
        }
    }

    private void Add(int page, Bookmark bookmark)
    {
        if (!_byPage.TryGetValue(page, out var bookmarks))
            _byPage[page] = bookmarks = [];
        bookmarks.Add(bookmark);
    }

    private int PageOf(PdfDictionary item)
    {
        var destination = _file.Get(item, "Dest");
        if (destination is null && _file.Dictionary(item, "A") is { } action && _file.Name(action, "S") == "GoTo")
            destination = _file.Get(action, "D");
        destination = destination switch
        {
            PdfString name => Named().GetValueOrDefault(NameTree.Key(name)),
            PdfName name => _file.Get(_file.Dictionary(_file.Catalog, "Dests"), name.Value) ?? Named().GetValueOrDefault(name.Value),
            _ => destination,
        };
        destination = _file.Resolve(destination);
        if (destination is PdfDictionary wrapped)
            destination = _file.Get(wrapped, "D");
        return destination is not PdfArray { Count: > 0 } place ? 0
            : place[0] is PdfReference page ? _pages.NumberOf(page)
            : place[0] is >= 0.0 and < int.MaxValue and double index ? (int)index + 1 : 0;
    }

    private Dictionary<string, object?> Named()
    {
        if (_named is not null)
            return _named;
        _named = [];
        foreach (var (name, value) in NameTree.Read(_file, _file.Dictionary(_file.Dictionary(_file.Catalog, "Names"), "Dests")))
            _named.TryAdd(NameTree.Key(name), value);
        return _named;
    }
}
