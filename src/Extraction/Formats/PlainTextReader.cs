namespace ScaiDrive.Extraction.Formats;

/// <summary>Text without structure. A form feed ends a page, as printers have it; so does a length that no reader would call a page.</summary>
internal static class PlainTextReader
{
    // A page is stored and sent as a whole, in several forms at a time: one of many megabytes would fill the worker's memory.
    private const int LongestPage = 512 * 1024;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        foreach (var page in ReadText(document, pages).Split('\f'))
        {
            for (var (start, more) = (0, true); more && !pages.IsFull;)
            {
                var length = PageLength(page.AsSpan(start));
                pages.Add(page.Substring(start, length), []);
                start += length;
                more = start < page.Length;
            }
        }
        return ReadResult.TextOnly;
    }

    /// <summary>The decoded file; a little more than fits, so that the sink notices and marks the cut.</summary>
    internal static string ReadText(SourceDocument document, PageSink pages)
    {
        // UTF-32 needs four bytes for what counts as one.
        var bytes = document.Head((int)Math.Min(int.MaxValue / 2, pages.Room * 4 + 4));
        pages.Progress();
        return TextDecoder.Decode(bytes);
    }

    // Up to the end of a line where there is one, else of a word, else of a character.
    private static int PageLength(ReadOnlySpan<char> text)
    {
        if (text.Length <= LongestPage)
            return text.Length;
        var page = text[..LongestPage];
        var end = page.LastIndexOf('\n') + 1;
        if (end == 0)
            end = page.LastIndexOf(' ') + 1;
        return end > 0 ? end : char.IsHighSurrogate(page[^1]) ? LongestPage - 1 : LongestPage;
    }
}
