using System.Net;
using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>XML of unknown vocabulary, SVG included: the text between the tags. What is not well-formed is read as text with the tags taken out.</summary>
internal static class MarkupReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        try
        {
            pages.Add(ReadWellFormed(document, pages));
        }
        catch (XmlException)
        {
            // Undeclared entities and DTDs end here too. Entities of a DTD are never expanded, so there is nothing that could explode.
            pages.Add(WithoutTags(PlainTextReader.ReadText(document, pages)), []);
        }
        return ReadResult.TextOnly;
    }

    private static PageText ReadWellFormed(SourceDocument document, PageSink pages)
    {
        var page = new PageText();
        string? title = null;
        using var file = document.Open();
        using var reader = XmlReader.Create(file, SafeXml.Settings(document.Limits));
        while (reader.Read() && page.Length <= pages.Room)
        {
            SafeXml.CheckDepth(reader, document.Limits);
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.LocalName is "script" or "style":
                    reader.Skip();
                    break;
                case XmlNodeType.Element:
                    title = reader.LocalName;
                    for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
                    {
                        if (reader.LocalName is "title" or "alt" or "label" or "description")
                            page.AppendLine(reader.Value);
                    }
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    var start = page.Length;
                    page.AppendValue(reader, document.Limits);
                    if (title == "title")
                        page.MarkHeading(start, 1);
                    pages.Progress();
                    break;
                case XmlNodeType.EndElement:
                    page.EndLine();
                    break;
            }
        }
        return page;
    }

    /// <summary>Characters outside angle brackets, entities of HTML resolved. Linear in the length whatever the input.</summary>
    internal static string WithoutTags(string text)
    {
        var plain = new StringBuilder(text.Length);
        var position = 0;
        while (position < text.Length)
        {
            var open = text.IndexOf('<', position);
            var next = open < 0 ? text.Length : open;
            plain.Append(WebUtility.HtmlDecode(text[position..next]));
            if (open < 0)
                break;
            var close = text.IndexOf('>', open);
            if (close < 0)
            {
                plain.Append(text.AsSpan(open));
                break;
            }
            plain.Append(' ');
            position = close + 1;
        }
        return plain.ToString();
    }
}

/// <summary>How XML from outside is read everywhere: no DTD, nothing fetched, nesting bounded.</summary>
internal static class SafeXml
{
    internal static XmlReaderSettings Settings(ExtractionLimits limits) => new()
    {
        DtdProcessing = DtdProcessing.Ignore, // some programs name a DTD in every file; what it declares is never used
        XmlResolver = null,
        CheckCharacters = false, // Office writes characters XML forbids; they are cleaned later
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = limits.MaxExpandedBytes,
    };

    /// <summary>The depth to pass to <see cref="ReadInside"/>, for the element the reader stands on.</summary>
    internal static int Enter(XmlReader reader) => reader.IsEmptyElement ? int.MaxValue : reader.Depth;

    /// <summary>Reads on inside an element; false at its end, at once when it is empty.</summary>
    internal static bool ReadInside(XmlReader reader, int depth) => depth < int.MaxValue && reader.Read() && reader.Depth > depth;

    /// <summary>A reader that ends where the XML does, or where it is damaged; closes the stream.</summary>
    internal static XmlReader Open(Stream content, SourceDocument document)
    {
        var settings = Settings(document.Limits);
        settings.CloseInput = true;
        return new TolerantXmlReader(XmlReader.Create(content, settings), document);
    }

    /// <summary>Appends the value of the present node piece by piece, so that one endless value cannot fill the memory; what is beyond the output limit is dropped.</summary>
    internal static void AppendValue(XmlReader reader, StringBuilder into, ExtractionLimits limits)
    {
        var buffer = Buffer ??= new char[8192];
        while (reader.ReadValueChunk(buffer, 0, buffer.Length) is > 0 and var count)
        {
            if (into.Length <= limits.MaxTextBytes)
                into.Append(buffer, 0, count);
        }
    }

    [ThreadStatic]
    private static char[]? Buffer;

    /// <exception cref="UnreadableDocumentException">With <c>nesting_limit</c>.</exception>
    internal static void CheckDepth(XmlReader reader, ExtractionLimits limits)
    {
        if (reader.Depth > limits.MaxNesting)
            throw new UnreadableDocumentException(ReasonCodes.NestingLimit, $"Elements are nested more than {limits.MaxNesting} deep.");
    }
}
