using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>A message's text that is kept in a format of its own: HTML, Rich Text. Its reader writes into the page of the message.</summary>
internal static class FormattedBody
{
    /// <summary>Appends what the reader of <paramref name="type"/> sees in the content.</summary>
    /// <returns>False when there was nothing to see, or the content could not be read.</returns>
    internal static bool Append(SourceDocument document, PageSink pages, PageText page, string type, ReadOnlySpan<byte> content)
    {
        if (FormatTable.Find(type) is not { } format)
            return false;
        var path = Path.Combine(document.Folder, $"body-{Guid.NewGuid():N}");
        try
        {
            using (var file = new TemporaryFile(path))
                file.Write(content);
            pages.NoteReader(format.Stamp);
            var sink = new TextCollector(pages, document.Limits, page);
            _ = format.Read(new(path, document.Folder, "", document.Limits) { Depth = document.Depth, Expansion = document.Expansion }, sink);
            return sink.HasCollected;
        }
        catch (UnreadableDocumentException fault) when (fault.Code != ReasonCodes.ExpansionLimit)
        {
            return false;
        }
        catch (Exception fault) when (ContentFault.Is(fault))
        {
            return false;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The same for HTML that is text already.</summary>
    internal static bool AppendHtml(SourceDocument document, PageSink pages, PageText page, string html) =>
        Append(document, pages, page, ContentTypes.Html, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(html)]);
}

/// <summary>Puts the pages of a reader one after the other into a page somebody else writes.</summary>
internal sealed class TextCollector(PageSink outer, ExtractionLimits limits, PageText page) : PageSink(outer, limits)
{
    private readonly PageSink _outer = outer;

    /// <summary>True when anything but white space came.</summary>
    internal bool HasCollected { get; private set; }

    internal override void NoteReader(string stamp) => _outer.NoteReader(stamp);

    private protected override void Take(string text, IReadOnlyList<Heading> headings, bool picture)
    {
        (text, headings) = Announce(text, headings);
        if (string.IsNullOrWhiteSpace(text) || page.Length > Room)
            return;
        HasCollected = true;
        page.EndLine();
        page.Append(text, headings);
        page.EndLine();
    }
}
