using System.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats;

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

    /// <summary>Reads on to the end of an element.</summary>
    internal static void Skip(XmlReader reader, ExtractionLimits limits)
    {
        var depth = Enter(reader);
        while (ReadInside(reader, depth))
            CheckDepth(reader, limits);
    }

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
