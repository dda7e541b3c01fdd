namespace ScaiDrive.Extraction.Formats;

/// <summary>Text without structure. A form feed ends a page, as printers have it.</summary>
internal static class PlainTextReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        foreach (var page in ReadText(document, pages).Split('\f'))
        {
            if (pages.IsFull)
                break;
            pages.Add(page, []);
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
}
