namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>What all texts of a document share.</summary>
internal sealed record DocContext(DocPieces Pieces, DocFormatting Formatting, DocStyles Styles, DocLists Lists, DocFonts Fonts, DocDataStream Pictures, PageText Page, PageSink Pages, SourceDocument Document);

/// <summary>Turns the characters of one text into lines: special characters, fields, cells, list numbers ([MS-DOC] 2.4.1, 2.8.25).</summary>
internal sealed class DocStory(DocContext context)
{
    private const int ProgressEvery = 1 << 16;

    private readonly PageText _page = context.Page;
    private readonly ListNumbers _numbers = new();
    private readonly DocFields _fields = new();
    private WordParagraph _paragraph = new();
    private DocRunFormat _run = new(0, 0);
    private bool _afterCell;
    private int _rowStart;

    /// <summary>Reads the characters of a range.</summary>
    /// <param name="from">The first character.</param>
    /// <param name="to">After the last one.</param>
    /// <param name="breakAt">Called at page and section breaks with the position of the break.</param>
    internal void Read(long from, long to, Action<long>? breakAt = null)
    {
        var position = from;
        foreach (var span in context.Pieces.Read(from, to))
        {
            context.Document.Expansion.Count(span.Text.Length);
            for (var i = 0; i < span.Text.Length; i++, position++)
            {
                var offset = span.Width > 0 ? span.Offset + (long)i * span.Width : -1;
                if (span.Text[i] == '\f')
                {
                    Close('\r', offset);
                    breakAt?.Invoke(position);
                }
                else
                {
                    Take(span.Text[i], offset);
                }
                if (position % ProgressEvery == 0)
                    context.Pages.Progress();
            }
            if (context.Pages.IsFull || _page.Length > context.Pages.Room)
                break;
        }
        _fields.EndAll(_paragraph);
        Close('\r', -1);
    }

    private void Take(char character, long offset)
    {
        if (character is '\r' or '\a')
        {
            Close(character, offset);
            return;
        }
        if (offset >= 0 && (offset < _run.From || offset >= _run.To))
            _run = context.Formatting.RunAt(offset);
        // Without properties every control character is taken for what it mostly is.
        var special = _run.IsSpecial || !context.Formatting.IsKnown;
        switch (character)
        {
            case '\u0013' when special:
                _fields.Begin();
                break;
            case '\u0014' when special:
                _fields.Separate(_paragraph);
                break;
            case '\u0015' when special:
                _fields.End(_paragraph);
                break;
            case '\u0001' when _run.Picture is { } picture:
                TakePicture(picture);
                break;
            case '(' when special && _run.Symbol is { } symbol:
                if (SymbolFont.Find(context.Fonts.Find(symbol.Font), symbol.Code) is { } sign)
                    Append(sign);
                break;
            case '\t':
                Append(character);
                break;
            case '\v' or '\u000E':
                Append('\n');
                break;
            case '\u001E':
                Append('\u2011');
                break;
            case '\u001F':
                Append('\u00AD');
                break;
            case >= ' ':
                Append(character);
                break;
        }
    }

    private void Append(char character)
    {
        if (_fields.Takes(character, _paragraph))
            return;
        (_run.IsDeleted ? _paragraph.Deleted : _paragraph.Text).Append([character]);
    }

    private void TakePicture(long offset)
    {
        if (_run.HoldsData)
        {
            if (_fields.IsForm && context.Pictures.FormField(offset) is { } shown)
                _paragraph.Text.Append(shown);
            return;
        }
        foreach (var text in context.Pictures.PictureTexts(offset))
            _paragraph.AddAside(text);
    }

    // A paragraph ends with a return, the last one of a cell with a bell, and so does a row.
    private void Close(char mark, long offset)
    {
        var paragraph = _paragraph;
        _paragraph = new();
        var format = offset >= 0 ? context.Styles.Complete(context.Formatting.ParagraphAt(offset), context.Formatting) : new();
        var isBlank = string.IsNullOrWhiteSpace(paragraph.Text.ToString());
        if (mark == '\a' && (format.EndsRow || !context.Formatting.IsKnown && _afterCell && isBlank) || format.EndsInnerRow)
        {
            EndRow();
            return;
        }
        var label = context.Lists.Find(format.List) is { } list ? _numbers.Next(list, format.ListLevel ?? 0) : "";
        paragraph.AppendTo(_page, label.Length > 0 && !isBlank ? label + " " : "", format.OutlineLevel is >= 0 and < 9 and var level ? level + 1 : null);
        _afterCell = mark == '\a' || format.EndsInnerCell;
        if (!_afterCell)
            return;
        // Cells of a row stay on one line, as a reader sees them; a cell with several paragraphs keeps its lines.
        _page.TrimEnd(Math.Min(_rowStart, _page.Length));
        _page.Append("\t");
    }

    private void EndRow()
    {
        _afterCell = false;
        _page.EndLine();
        _rowStart = _page.Length;
    }

    /// <summary>A new page begins.</summary>
    internal void BeginPage() => _rowStart = 0;
}
