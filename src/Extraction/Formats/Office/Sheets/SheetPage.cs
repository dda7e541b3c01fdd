namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>A sheet while it becomes a page: its name as heading, a row a line with its cells parted by tabs, then what stands beside the cells.</summary>
internal sealed class SheetPage
{
    // Names of sheets are short; only a damaged one is longer.
    private const int MaxName = 255;

    private readonly PageText _text = new();
    private readonly PageSink _pages;
    private readonly List<string> _asides = [];
    private readonly HashSet<string> _targets = new(StringComparer.Ordinal);
    private long _asideLength;
    private int _rows;

    internal SheetPage(string name, PageSink pages)
    {
        _pages = pages;
        Name = name.Length <= MaxName ? name : name[..MaxName];
        _text.Append(Name);
        _text.MarkHeading(0, 1);
        _text.EndLine();
    }

    internal string Name { get; }

    /// <summary>True when more text would be left out anyway.</summary>
    internal bool IsFull => _pages.IsFull || _text.Length + _asideLength > _pages.Room;

    internal void StartRow()
    {
        _text.EndLine();
        if ((++_rows & 63) == 0)
            _pages.Progress();
    }

    internal void AddCell(string text)
    {
        if (text.Length == 0 || IsFull)
            return;
        _text.Append(text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : text.ReplaceLineEndings(" "));
        _text.Append("\t");
    }

    /// <summary>A line after the cells.</summary>
    internal void AddAside(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || IsFull)
            return;
        _asides.Add(text);
        _asideLength += text.Length + 1;
    }

    /// <summary>A comment; its author is named unless the text itself begins so, as programs of old write it.</summary>
    internal void AddComment(string? author, string text)
    {
        text = text.Trim();
        if (text.Length > 0)
            AddAside(string.IsNullOrWhiteSpace(author) || text.StartsWith(author, StringComparison.Ordinal) ? text : $"{author}: {text}");
    }

    /// <summary>Where a link leads; once, however many cells lead there.</summary>
    internal void AddTarget(string? target)
    {
        if (!string.IsNullOrWhiteSpace(target) && _targets.Add(target))
            AddAside(target);
    }

    /// <summary>A header or footer as it is stored.</summary>
    internal void AddMargin(string? coded, string fileName)
    {
        if (!string.IsNullOrEmpty(coded))
            AddAside(MarginText.Decode(coded, Name, fileName));
    }

    /// <summary>Text of drawings, after what was added so far.</summary>
    internal void AddDrawing(Action<PageText> append)
    {
        if (IsFull)
            return;
        var drawing = new PageText();
        append(drawing);
        AddAside(drawing.ToString());
    }

    /// <summary>Hands the page on.</summary>
    internal void Finish()
    {
        _text.EndLine();
        foreach (var aside in _asides)
            _text.AppendLine(aside);
        _pages.Add(_text);
    }
}
