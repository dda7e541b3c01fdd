using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Text of markup in which runs of white space mean one space, and none at the start of a line.</summary>
internal static class CollapsedText
{
    [ThreadStatic]
    private static char[]? Buffer;

    /// <summary>Appends the value of the node a reader stands on, piece by piece; what is beyond the output limit is dropped.</summary>
    /// <returns>Characters read.</returns>
    internal static long Append(XmlReader reader, PageText page, ExtractionLimits limits)
    {
        var total = 0L;
        var buffer = Buffer ??= new char[8192];
        while (reader.ReadValueChunk(buffer, 0, buffer.Length) is > 0 and var count)
        {
            total += count;
            if (page.Length <= limits.MaxTextBytes)
                Append(buffer.AsSpan(0, count), page);
        }
        return total;
    }

    internal static void Append(ReadOnlySpan<char> text, PageText page)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(" \t\r\n\f");
            page.Append(end < 0 ? text : text[..end]);
            if (end < 0)
                return;
            page.AppendSpace();
            text = text[(end + 1)..];
        }
    }
}
