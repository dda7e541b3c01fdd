using System.Text;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Where readers put pages: cleans the text, keeps the output limits, and sends each page on at once.</summary>
/// <remarks>
/// Pages of all parts are counted through. Recognition runs the same readers again with a sink of its own
/// (<see cref="Ocr.RecognitionSink"/>), so that a page has the same number both times: a reader must add the same pages in the same order each time.
/// </remarks>
internal class PageSink(AnswerChannel channel, ExtractionLimits limits)
{
    private const int MaxNamedParts = 20;

    private readonly AnswerChannel _channel = channel;

    private readonly List<int> _needingOcr = [];
    private readonly SortedSet<string> _readers = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private readonly List<string> _unreadParts = [];
    private int _announced;
    private int _parts;
    private int _unread;
    private long _bytes;
    private long _headingBytes;

    /// <summary>A sink that takes something for itself while <paramref name="outer"/> goes on telling the worker.</summary>
    private protected PageSink(PageSink outer, ExtractionLimits limits)
        : this(outer._channel, limits)
    {
    }

    /// <summary>Pages taken so far.</summary>
    internal int Count { get; private protected set; }

    /// <summary>True when any page had text beside the names of parts.</summary>
    internal bool HasText { get; private set; }

    /// <summary>Set when a limit cut the output: what was left out.</summary>
    internal string? LeftOut { get; private set; }

    /// <summary>True when nothing more is taken; readers may stop.</summary>
    internal virtual bool IsFull => LeftOut is not null;

    /// <summary>True when the readers run for <see cref="AddPicture"/> alone: text need not be collected, but its pages must be counted.</summary>
    internal virtual bool PicturesOnly => false;

    /// <summary>Numbers of pages that only OCR can read, or read better.</summary>
    internal IReadOnlyList<int> NeedingOcr => _needingOcr;

    /// <summary>Characters that still fit; a reader need not collect more for one page.</summary>
    internal long Room => Math.Max(0, limits.MaxTextBytes - _bytes);

    /// <summary>Stamps of all readers that had a hand in the text.</summary>
    internal string PipelineVersion => _readers.Count > 0 ? string.Join('+', _readers) : FormatTable.TypesStamp;

    /// <summary>The code of the parts that could not be read; null when all could.</summary>
    internal string? PartCode { get; private set; }

    /// <summary>Which parts could not be read and why, for people.</summary>
    internal string? PartDetail => _unread == 0 ? null
        : $"{_unread} of {_parts} parts were not read in full: {string.Join(", ", _unreadParts)}{(_unread > _unreadParts.Count ? ", ..." : "")}.";

    /// <summary>Tells the worker that reading goes on.</summary>
    internal void Progress() => _channel.Progress();

    /// <summary>A reader starts on the file or a part of it.</summary>
    internal virtual void NoteReader(string stamp) => _readers.Add(stamp);

    /// <summary>What comes until <see cref="EndPart"/> belongs to a part of the document; its first page gets its name as heading.</summary>
    /// <returns>False when no more parts are taken.</returns>
    internal bool BeginPart(string name)
    {
        if (IsFull)
            return false;
        if (_parts == limits.MaxParts)
        {
            LeftOut ??= $"Only the first {limits.MaxParts} parts were read.";
            return false;
        }
        _parts++;
        _path.Add(name.ReplaceLineEndings(" "));
        return true;
    }

    /// <summary>The part begun last could not be read, or only <paramref name="partly"/>.</summary>
    internal void ReportPart(string code, bool partly = false)
    {
        if (code == ReasonCodes.UnsupportedType)
            NoteReader(FormatTable.TypesStamp); // a reader that is added later concerns this file
        _unread++;
        if (_unreadParts.Count < MaxNamedParts)
            _unreadParts.Add($"{string.Join('/', _path)} ({code}{(partly ? ", its start was read" : "")})");
        // What people can act on goes before what is just not text.
        if (PartCode is null or ReasonCodes.UnsupportedType or ReasonCodes.Empty)
            PartCode = code;
    }

    /// <summary>Ends the part begun last. One without pages leaves a page with its name.</summary>
    internal void EndPart()
    {
        if (_announced < _path.Count)
            Take("", [], picture: false);
        _path.RemoveAt(_path.Count - 1);
        _announced = Math.Min(_announced, _path.Count);
    }

    /// <summary>What was read stands; nothing more comes.</summary>
    internal void EndEarly(string leftOut) => LeftOut ??= leftOut;

    /// <summary>Takes one page.</summary>
    internal void Add(PageText page) => Add(page.ToString(), page.Headings);

    /// <summary>Takes one page.</summary>
    internal void Add(string text, IReadOnlyList<Heading> headings) => Take(text, headings, picture: false);

    /// <summary>Takes one page that OCR shall read, when it is on.</summary>
    /// <param name="document">What the page stands in.</param>
    /// <param name="page">Its number inside <paramref name="document"/>, from 1.</param>
    /// <param name="text">What is known of it without OCR. When OCR reads it: what stands beside the picture and is kept.</param>
    internal virtual void AddPicture(SourceDocument document, int page, string text = "") => Take(text, [], picture: true);

    /// <summary>The names of the parts that the next page is the first of, a line and a heading each.</summary>
    private protected (string Text, IReadOnlyList<Heading> Headings) Announce(string text, IReadOnlyList<Heading> headings)
    {
        if (_announced >= _path.Count)
            return (text, headings);
        var (announced, titles) = (new StringBuilder(), new List<Heading>());
        for (; _announced < _path.Count; _announced++)
        {
            titles.Add(new(announced.Length, _announced + 1, _path[_announced] is { Length: <= PageText.LongestTitle } name ? name : _path[_announced][..PageText.LongestTitle]));
            announced.Append(_path[_announced]).Append('\n');
        }
        titles.AddRange(headings.Select(heading => heading with { Offset = heading.Offset + announced.Length }));
        return (announced.Append(text).ToString(), titles);
    }

    private protected virtual void Take(string text, IReadOnlyList<Heading> headings, bool picture)
    {
        if (IsFull)
            return;
        if (Count == limits.MaxPages)
        {
            LeftOut = $"{ReasonCodes.TooManyPages}: only the first {limits.MaxPages} pages were read.";
            return;
        }

        var number = ++Count;
        if (picture)
            _needingOcr.Add(number);
        HasText |= IsVisible(text);
        (text, headings) = Announce(text, headings);
        if (string.IsNullOrWhiteSpace(text))
        {
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
        Send(number, clean, WithinLimit(cleanHeadings));
    }

    // Titles travel beside the text that holds them, a few bytes more each: lines that are all headings would send more than the worker takes.
    private IReadOnlyList<Heading> WithinLimit(IReadOnlyList<Heading> headings)
    {
        const int around = 10;
        for (var i = 0; i < headings.Count; i++)
        {
            _headingBytes += around + Encoding.UTF8.GetByteCount(headings[i].Title);
            if (_headingBytes > limits.MaxTextBytes)
                return [.. headings.Take(i)];
        }
        return headings;
    }

    private void Send(int number, string text, IReadOnlyList<Heading> headings) =>
        _channel.Send(FrameKind.Page, PageCodec.Encode(new(number, text, headings, null)));

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

    // Control characters become spaces in what is sent: a page of nothing else is not text.
    private static bool IsVisible(string text)
    {
        foreach (var character in text)
        {
            if (character > '\b' && !char.IsWhiteSpace(character))
                return true;
        }
        return false;
    }

    // NUL cannot be stored in PostgreSQL, half a surrogate pair cannot be UTF-8. Both are replaced in place, so offsets stay;
    // carriage returns go, so offsets of headings after them move.
    private protected static (string Text, IReadOnlyList<Heading> Headings) Clean(string text, IReadOnlyList<Heading> headings)
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
    internal const int LongestTitle = 200;

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

    /// <summary>Text with the headings in it.</summary>
    internal void Append(string text, IReadOnlyList<Heading> headings)
    {
        foreach (var heading in headings)
            _headings.Add(heading with { Offset = heading.Offset + _text.Length });
        _text.Append(text);
    }

    /// <summary>The value of the node a reader stands on.</summary>
    internal void AppendValue(System.Xml.XmlReader reader, ExtractionLimits limits) => SafeXml.AppendValue(reader, _text, limits);

    /// <summary>True when anything but white space stands behind <paramref name="start"/>.</summary>
    internal bool HasTextFrom(int start)
    {
        for (var i = start; i < _text.Length; i++)
        {
            if (!char.IsWhiteSpace(_text[i]))
                return true;
        }
        return false;
    }

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
        // The page may be all of it; of a title only the start is kept.
        var title = _text.ToString(start, Math.Min(_text.Length - start, 4 * LongestTitle)).ReplaceLineEndings(" ").Trim();
        if (title.Length > 0)
            _headings.Add(new(start, level, title.Length <= LongestTitle ? title : title[..LongestTitle]));
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
