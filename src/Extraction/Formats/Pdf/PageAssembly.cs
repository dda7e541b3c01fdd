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
            Add(last.Number, last.Text, isLast: false);
        _last = (number, text);
        return !pages.IsFull;
    }

    /// <summary>Adds the last page, and with it what belongs to no page.</summary>
    internal void End()
    {
        if (_last is { } last)
            Add(last.Number, last.Text, isLast: true);
        _last = null;
    }

    private void Add(int number, string layer, bool isLast)
    {
        layer = layer.TrimEnd();
        var page = new SearchableText(layer);
        List<string> notes = [.. beside?.NotesOn(number) ?? [], .. isLast && beside is not null ? beside.LooseFields() : []];
        var text = new StringBuilder(layer);
        AddNotes(text, notes, page);
        if (beside?.HasXfa == true)
            AddXfa(text, isLast);
        var (headed, headings) = Headings.Place(beside?.BookmarksOn(number) ?? [], page, text.ToString());
        Send(number, layer, headed, headings);
    }

    // A note whose words the page paints is not said twice.
    private static void AddNotes(StringBuilder text, List<string> notes, SearchableText page)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var note in notes)
        {
            var normal = SearchableText.Normalize(note);
            if (said.Add(normal) && !page.Normal.Contains(normal, StringComparison.Ordinal))
                AppendLine(text, note);
        }
    }

    // A form of this kind has pages of its own, or shows what the page shows already.
    private void AddXfa(StringBuilder text, bool isLast)
    {
        if (_seen.Length < MostRemembered)
            _seen.Append(SearchableText.Normalize(text.ToString())).Append('\n');
        if (!isLast)
            return;
        var seen = _seen.ToString();
        foreach (var line in beside!.XfaLines())
        {
            if (!seen.Contains(SearchableText.Normalize(line.Caption), StringComparison.Ordinal) || !seen.Contains(SearchableText.Normalize(line.Value), StringComparison.Ordinal))
                AppendLine(text, line.ToString());
        }
    }

    private static void AppendLine(StringBuilder text, string line)
    {
        if (text.Length > 0)
            text.Append('\n');
        text.Append(line);
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
