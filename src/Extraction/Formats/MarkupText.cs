using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Writes XML as text. An element ends a line, unless text stands beside it: there it is part of a sentence.</summary>
internal sealed class MarkupText(XmlReader reader, ExtractionLimits limits, PageText page, PageSink pages)
{
    private const string Svg = "http://www.w3.org/2000/svg";
    private const int MaxTold = 10_000, MaxAttribute = 10_000, LongestWord = 200;

    private readonly Stack<Element> _open = new();
    private readonly List<string> _asides = [];
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _breakDue;

    private sealed class Element
    {
        internal required string Name;
        internal int Start;
        internal bool HasText;
    }

    internal void Read()
    {
        while (reader.Read() && page.Length <= pages.Room)
        {
            SafeXml.CheckDepth(reader, limits);
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.LocalName is "script" or "style":
                    SafeXml.Skip(reader, limits);
                    break;
                case XmlNodeType.Element:
                    Enter();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    AppendText();
                    pages.Progress();
                    break;
                case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    // In a sentence the space between two elements counts; elsewhere it is indentation.
                    if (_open.TryPeek(out var around) && around.HasText)
                        page.AppendSpace();
                    break;
                case XmlNodeType.EndElement when _open.TryPop(out var element):
                    End(element);
                    break;
            }
        }
        EndLine();
    }

    private void Enter()
    {
        var inSentence = _open.TryPeek(out var parent) && parent.HasText;
        if (!inSentence && (_breakDue || !IsInline()))
            EndLine();
        _breakDue = false;
        var element = new Element { Name = reader.LocalName, Start = page.Length };
        var (empty, svg) = (reader.IsEmptyElement, reader.NamespaceURI == Svg);
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            if (reader.Value.Length <= MaxAttribute && (svg ? IsShownInSvg() : IsText()) && _told.Count < MaxTold && _told.Add(reader.Value))
                _asides.Add(reader.Value);
        }
        reader.MoveToElement();
        if (empty)
            End(element);
        else
            _open.Push(element);
    }

    private void End(Element element)
    {
        if (element.Name == "title")
            page.MarkHeading(element.Start, 1);
        // Whether the line ends here is known when what follows is: text beside an element makes a sentence of both.
        if (!(_open.TryPeek(out var parent) && parent.HasText))
            _breakDue = true;
    }

    private void AppendText()
    {
        var value = new StringBuilder();
        SafeXml.AppendValue(reader, value, limits);
        var text = value.ToString();
        if (string.IsNullOrWhiteSpace(text) || IsPacked(text))
            return;
        if (_open.TryPeek(out var element))
            element.HasText = true;
        _breakDue = false;
        // Feeds carry HTML inside of elements.
        CollapsedText.Append(text.Contains("</", StringComparison.Ordinal) || text.Contains("/>", StringComparison.Ordinal) ? TagStripper.Strip(text) : text, page);
    }

    private void EndLine()
    {
        page.EndLine();
        foreach (var aside in _asides)
            page.AppendLine(aside);
        _asides.Clear();
    }

    // Words and addresses. Names of namespaces, numbers, references and other machinery are not: their attributes are called so, or they look it.
    private bool IsText()
    {
        if (reader.Prefix is "xmlns" or "xsi" or "xml" || reader.Name == "xmlns")
            return false;
        if (reader.LocalName is "id" or "ID" or "Id" or "idref" or "IDREF" or "ref" or "refid" or "uuid" or "guid" or "class" or "style" or "version" or "encoding" or "rel"
            or "schemaLocation" or "checksum" or "hash")
            return false;
        var value = reader.Value.AsSpan().Trim();
        var letters = 0;
        foreach (var character in value)
            letters += char.IsLetter(character) ? 1 : 0;
        return letters > 1 && letters * 2 > value.Length;
    }

    // Drawings are attributes all over; these few are what people see, hear and follow.
    private bool IsShownInSvg() => reader.LocalName is "aria-label" or "title" or "alt"
        || (reader.LocalName == "href" && (reader.Value.StartsWith("http", StringComparison.OrdinalIgnoreCase) || reader.Value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)));

    // Runs of a line of text; those with a place of their own are lines.
    private bool IsInline() => reader.NamespaceURI == Svg && reader.LocalName is "tspan" or "textPath" or "a"
        && reader.GetAttribute("x") is null && reader.GetAttribute("dy") is null && reader.GetAttribute("y") is null;

    // Pictures and the like in base64 are one word of a length no word has.
    private static bool IsPacked(string text)
    {
        if (text.Length < LongestWord)
            return false;
        var packed = 0;
        foreach (var character in text)
        {
            if (char.IsAsciiLetterOrDigit(character) || character is '+' or '/' or '=')
                packed++;
            else if (character is not ('\r' or '\n' or '\t'))
                return false;
        }
        return packed >= LongestWord;
    }
}
