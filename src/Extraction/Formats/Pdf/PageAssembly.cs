using System.Text;
using ScaiDrive.Extraction.Ocr;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>Joins the text of each page with what stands beside it, and judges whether recognition would read the page better.</summary>
internal sealed class PageAssembly(SourceDocument document, PageSink pages, BesidePages? beside)
{
    // A picture that leaves less than half of the page free is the page.
    private const double WholePage = 0.5;

    private const int MostRemembered = 4 << 20;

    private readonly StringBuilder _seen = new();
    private (int Number, string Text)? _last;

    /// <summary>Takes the next page; false when no more are wanted.</summary>
    internal bool Take(int number, string text)
    {
        if (_last is { } last)
            Add(last.Number, last.Text, []);
        _last = (number, text);
        return !pages.IsFull;
    }

    /// <summary>Adds the last page, and with it what belongs to no page.</summary>
    internal void End()
    {
        if (_last is { } last)
            Add(last.Number, last.Text, beside?.Rest() ?? []);
        _last = null;
    }

    private void Add(int number, string layer, List<string> rest)
    {
        layer = layer.TrimEnd();
        List<string> notes = [.. beside?.NotesOn(number) ?? [], .. rest];
        var bookmarks = beside?.BookmarksOn(number) ?? [];
        if (notes.Count == 0 && bookmarks.Count == 0)
        {
            Send(number, layer, layer, []);
            return;
        }
        var page = new SearchableText(layer);
        var text = new StringBuilder(layer);
        foreach (var note in NotShown(notes, page))
            text.Append(text.Length > 0 ? "\n" : "").Append(note);
        var (headed, headings) = Headings.Place(bookmarks, page, text.ToString());
        Send(number, layer, headed, headings);
    }

    // A note whose words the page paints is not said twice; nor is the value of one form by another.
    private List<string> NotShown(List<string> notes, SearchableText page)
    {
        if (beside!.HasXfa && _seen.Length < MostRemembered)
            _seen.Append(page.Normal).Append('\n');
        var earlier = _seen.ToString();
        var shown = new List<string>();
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var note in notes)
        {
            var normal = SearchableText.Normalize(note);
            if (said.Add(normal) && !page.Normal.Contains(normal, StringComparison.Ordinal) && !earlier.Contains(normal, StringComparison.Ordinal))
                shown.Add(note);
        }
        return shown;
    }

    private void Send(int number, string layer, string text, IReadOnlyList<Heading> headings)
    {
        if (NeedsRecognition(number, layer, text))
            pages.AddPicture(document, number, text);
        else
            pages.Add(text, headings);
    }

    private bool NeedsRecognition(int number, string layer, string text)
    {
        if (TextLayerJudge.IsGarbage(layer))
            return true;
        if (!TextLayerJudge.IsSparse(layer))
            return false;
        if (beside?.LookAt(number) is not { } look)
            return layer.Length == 0;
        return layer.Length > 0 ? look.LargestPicture >= WholePage
            : text.Length > 0 ? look.HasPicture
            : look.Paints;
    }
}
