namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>One stream of paragraphs: the body, a header, a note, the inside of a text box.</summary>
/// <param name="page">What is written to.</param>
/// <param name="room">Characters worth collecting.</param>
/// <param name="end">What happens when the story ends.</param>
/// <param name="endPage">Takes a full page; null where there are no pages.</param>
internal sealed class RtfStory(PageText page, long room, Action<RtfStory>? end, Action? endPage = null) : RtfDestination
{
    private readonly List<string> _afterParagraph = [];
    private readonly List<string> _afterPage = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _paragraph;
    private int _cell;

    internal string Text => page.ToString();

    internal override void Append(ReadOnlySpan<char> text)
    {
        if (page.Length <= room)
            page.Append(text);
    }

    /// <summary>Text that belongs to a place in the paragraph and follows it: a text box, a comment, the target of a link.</summary>
    internal void AddAside(string text)
    {
        if (!string.IsNullOrWhiteSpace(text) && !_afterParagraph.Contains(text))
            _afterParagraph.Add(text);
    }

    /// <summary>Text that stands once at the foot of the page, such as a note.</summary>
    internal void AddNote(string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
            _afterPage.Add(text);
    }

    /// <summary>A header, unless an earlier section had the same.</summary>
    internal void AddHeader(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || !_seen.Add(text))
            return;
        if (_paragraph < page.Length)
        {
            AddAside(text);
            return;
        }
        page.AppendLine(text);
        _paragraph = _cell = page.Length;
    }

    /// <summary>A footer, unless an earlier section had the same.</summary>
    internal void AddFooter(string text)
    {
        if (!string.IsNullOrWhiteSpace(text) && _seen.Add(text))
            _afterPage.Add(text);
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        switch (word)
        {
            case "par" or "sect":
                EndParagraph(group.Level, group.InTable);
                return true;
            case "line" or "softline":
                page.Append("\n");
                return true;
            case "column":
                page.EndLine();
                return true;
            case "tab":
                page.Append("\t");
                return true;
            case "cell" or "nestcell":
                EndCell();
                return true;
            case "row" or "nestrow":
                EndRow();
                return true;
            case "page":
                EndParagraph(group.Level, group.InTable);
                if (!group.InTable)
                    EndPage();
                return true;
            default:
                return false;
        }
    }

    internal override void Close()
    {
        EndRow();
        FootPage();
        end?.Invoke(this);
    }

    /// <summary>Ends the page with what belongs to its foot, unless nothing stands on it.</summary>
    internal void EndPage()
    {
        if (endPage is null)
            return;
        FootPage();
        if (page.Length == 0)
            return;
        endPage();
        (_paragraph, _cell) = (0, 0);
    }

    private void EndParagraph(int? level, bool inTable)
    {
        if (level is { } heading && _paragraph < page.Length)
            page.MarkHeading(_paragraph, heading);
        page.EndLine();
        // Inside a table what stands beside the text waits for the end of the row, or it would tear the row.
        if (!inTable)
            WriteAsides();
        _paragraph = page.Length;
    }

    // Cells of a row stay on one line, as a reader sees them.
    private void EndCell()
    {
        page.TrimEnd(Math.Min(_cell, page.Length));
        page.Append("\t");
        _paragraph = _cell = page.Length;
    }

    private void EndRow()
    {
        page.EndLine();
        WriteAsides();
        _paragraph = _cell = page.Length;
    }

    private void WriteAsides()
    {
        foreach (var aside in _afterParagraph)
            page.AppendLine(aside);
        _afterParagraph.Clear();
    }

    private void FootPage()
    {
        page.EndLine();
        WriteAsides();
        foreach (var note in _afterPage)
            page.AppendLine(note);
        _afterPage.Clear();
    }
}
