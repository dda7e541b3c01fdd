using System.Text;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>Rich Text: body, tables, headers, notes, comments and text boxes, in the order of the page; embedded objects follow as parts. What carries HTML is read as HTML.</summary>
internal static class RtfReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var objects = new RtfObjects(document);
        var page = new PageText();
        var before = pages.Count;
        var body = new RtfStory(page, pages.Room, end: null, endPage: () =>
        {
            pages.Add(page);
            page.Clear();
        });
        using var content = document.Open();
        var interpreter = new RtfInterpreter(content, body, pages) { OpenObject = objects.Open };
        interpreter.Run();
        if (interpreter.Html is { } html)
            ReadHtml(html.Html, document, pages);
        else if (page.Length > 0 || pages.Count == before)
            pages.Add(page);
        objects.Read(pages);
        return new(interpreter.Metadata);
    }

    private static void ReadHtml(string html, SourceDocument document, PageSink pages)
    {
        var path = Path.Combine(document.Folder, $"html-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(path, html, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            _ = HtmlReader.Read(document with { Path = path }, pages);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
