using System.Text;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Where readers put pages: cleans the text, keeps the output limits, and sends each page on at once.</summary>
internal sealed class PageSink(AnswerChannel channel, ExtractionLimits limits)
{
    private readonly List<int> _withoutText = [];
    private long _bytes;

    /// <summary>Pages taken so far.</summary>
    internal int Count { get; private set; }

    /// <summary>True when any page had text.</summary>
    internal bool HasText { get; private set; }

    /// <summary>Set when a limit cut the output: what was left out.</summary>
    internal string? LeftOut { get; private set; }

    /// <summary>True when nothing more is taken; readers may stop.</summary>
    internal bool IsFull => LeftOut is not null;

    /// <summary>Numbers of pages without text.</summary>
    internal IReadOnlyList<int> PagesWithoutText => _withoutText;

    /// <summary>Characters that still fit; a reader need not collect more for one page.</summary>
    internal long Room => Math.Max(0, limits.MaxTextBytes - _bytes);

    /// <summary>Tells the worker that reading goes on.</summary>
    internal void Progress() => channel.Progress();

    /// <summary>Takes one page.</summary>
    internal void Add(PageText page) => Add(page.ToString(), page.Headings);

    /// <summary>Takes one page.</summary>
    internal void Add(string text, IReadOnlyList<Heading> headings)
    {
        if (IsFull)
            return;
        if (Count == limits.MaxPages)
        {
            LeftOut = $"{ReasonCodes.TooManyPages}: only the first {limits.MaxPages} pages were read.";
            return;
        }

        var number = ++Count;
        if (string.IsNullOrWhiteSpace(text))
        {
            _withoutText.Add(number);
            Send(number, "", []);
            return;
        }

        var (clean, cleanHeadings) = Clean(text, headings);
        var bytes = Encoding.UTF8.GetByteCount(clean);
        if (_bytes + bytes > limits.MaxTextBytes)
        {
            LeftOut = $"Only the first {limits.MaxTextBytes >> 10} KiB of text were read; page {number} is cut.";
            clean = Cut(clean, limits.MaxTextBytes - _bytes);
            cleanHeadings = [.. cleanHeadings.Where(heading => heading.Offset < clean.Length)];
            bytes = Encoding.UTF8.GetByteCount(clean);
        }
        _bytes += bytes;
        HasText = true;
        Send(number, clean, cleanHeadings);
    }

    private void Send(int number, string text, IReadOnlyList<Heading> headings) =>
        channel.Send(FrameKind.Page, PageCodec.Encode(new(number, text, headings, null)));

    private static string Cut(string text, long bytes)
    {
        var (used, end) = (0L, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
                break;
            end += rune.Utf16SequenceLength;
        }
        return text[..end];
    }

    // NUL cannot be stored in PostgreSQL, half a surrogate pair cannot be UTF-8. Both are replaced in place, so offsets stay;
    // carriage returns go, so offsets of headings after them move.
    private static (string Text, IReadOnlyList<Heading> Headings) Clean(string text, IReadOnlyList<Heading> headings)
    {
        if (text.AsSpan().IndexOfAnyInRange('\0', '\b') < 0 && !text.Contains('\r', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return (text, headings);

        var clean = new StringBuilder(text.Length);
        var moved = new List<Heading>(headings.Count);
        var next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            while (next < headings.Count && headings[next].Offset <= i)
                moved.Add(headings[next++] with { Offset = clean.Length });
            var character = text[i];
            if (character == '\r')
            {
                if (i + 1 == text.Length || text[i + 1] != '\n')
                    clean.Append('\n');
            }
            else if (char.IsHighSurrogate(character) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(character).Append(text[++i]);
            }
            else
            {
                clean.Append(character <= '\b' ? ' ' : char.IsSurrogate(character) ? '\uFFFD' : character);
            }
        }
        return (clean.ToString(), moved);
    }
}

/// <summary>The text of one page while it is being put together.</summary>
internal sealed class PageText
{
    private readonly StringBuilder _text = new();
    private readonly List<Heading> _headings = [];

    internal int Length => _text.Length;

    internal IReadOnlyList<Heading> Headings => _headings;

    internal string? FirstHeading => _headings.Count > 0 ? _headings[0].Title : null;

    internal PageText Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>The value of the node a reader stands on.</summary>
    internal void AppendValue(System.Xml.XmlReader reader, ExtractionLimits limits) => SafeXml.AppendValue(reader, _text, limits);

    /// <summary>Ends the line, unless nothing was written on it.</summary>
    internal void EndLine()
    {
        while (_text.Length > 0 && _text[^1] is ' ' or '\t')
            _text.Length--;
        if (_text.Length > 0 && _text[^1] != '\n')
            _text.Append('\n');
    }

    /// <summary>Ends the paragraph: one empty line, none at the start of the page.</summary>
    internal void EndParagraph()
    {
        EndLine();
        if (_text.Length > 1 && _text[^2] != '\n')
            _text.Append('\n');
    }

    /// <summary>One space between words; none at the start of a line or after another.</summary>
    internal void AppendSpace()
    {
        if (_text.Length > 0 && !char.IsWhiteSpace(_text[^1]))
            _text.Append(' ');
    }

    /// <summary>Takes back white space at the end, down to <paramref name="floor"/>.</summary>
    internal void TrimEnd(int floor)
    {
        while (_text.Length > floor && char.IsWhiteSpace(_text[^1]))
            _text.Length--;
    }

    /// <summary>A line of its own.</summary>
    internal void AppendLine(ReadOnlySpan<char> text)
    {
        EndLine();
        Append(text.Trim());
        EndLine();
    }

    /// <summary>Remembers that the text from <paramref name="start"/> to the end is a heading.</summary>
    internal void MarkHeading(int start, int level)
    {
        while (start < _text.Length && char.IsWhiteSpace(_text[start]))
            start++;
        var title = _text.ToString(start, _text.Length - start).ReplaceLineEndings(" ").Trim();
        if (title.Length > 0)
            _headings.Add(new(start, level, title.Length <= 200 ? title : title[..200]));
    }

    internal void Clear()
    {
        _text.Clear();
        _headings.Clear();
    }

    public override string ToString()
    {
        var end = _text.Length;
        while (end > 0 && char.IsWhiteSpace(_text[end - 1]))
            end--;
        return _text.ToString(0, end);
    }
}
