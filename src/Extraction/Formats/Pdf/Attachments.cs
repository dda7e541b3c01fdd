using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>Files inside the document (ISO 32000-2, section 7.11.4): in its name tree, on its pages as annotations, and associated with it or a page.</summary>
internal sealed class Attachments(PdfFile file, PageTree pages)
{
    private readonly HashSet<int> _seen = [];

    private sealed record Attachment(string Name, PdfStream Content);

    /// <summary>Reads them as parts, each once, in an order that depends on the document alone.</summary>
    internal void Read(SourceDocument document, PageSink sink)
    {
        foreach (var attachment in Find())
        {
            if (sink.IsFull)
                return;
            file.Progress();
            // Opening it may mean deciphering it: damage there is the attachment's alone.
            PartReader.Read(document, sink, attachment.Name, () => file.OpenStream(attachment.Content)
                ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The attachment is packed in a way nobody here knows."));
        }
    }

    private IEnumerable<Attachment> Find()
    {
        foreach (var (name, specification) in NameTree.Read(file, file.Dictionary(file.Dictionary(file.Catalog, "Names"), "EmbeddedFiles")))
        {
            if (Open(specification, PdfText.Decode(name.Bytes)) is { } embedded)
                yield return embedded;
        }
        foreach (var associated in Associated(file.Catalog))
            yield return associated;
        foreach (var page in pages.Pages)
        {
            foreach (var associated in Associated(page.Dictionary))
                yield return associated;
            foreach (var annotation in Annotations.Of(file, page))
            {
                foreach (var carried in On(annotation))
                    yield return carried;
            }
        }
    }

    private IEnumerable<Attachment> Associated(PdfDictionary? owner) =>
        (file.Array(owner, "AF") ?? []).Select(specification => Open(specification, null)).OfType<Attachment>();

    private IEnumerable<Attachment> On(PdfDictionary annotation)
    {
        if (file.Name(annotation, "Subtype") == "FileAttachment" && Open(annotation.GetValueOrDefault("FS"), null) is { } attached)
            yield return attached;
        foreach (var associated in Associated(annotation))
            yield return associated;
        // What a rich media annotation plays (section 13.7.2.3).
        foreach (var (name, specification) in NameTree.Read(file, file.Dictionary(file.Dictionary(annotation, "RichMediaContent"), "Assets")))
        {
            if (Open(specification, PdfText.Decode(name.Bytes)) is { } asset)
                yield return asset;
        }
    }

    private Attachment? Open(object? value, string? key)
    {
        if (file.Resolve(value) is not PdfDictionary specification)
            return null;
        var embedded = file.Dictionary(specification, "EF");
        foreach (var platform in (ReadOnlySpan<string>)["UF", "F", "Unix", "DOS", "Mac"])
        {
            if (file.Get(embedded, platform) is not PdfStream content)
                continue;
            var name = file.Text(specification, "UF") ?? file.Text(specification, "F") ?? file.Text(specification, "Unix")
                ?? file.Text(specification, "DOS") ?? file.Text(specification, "Mac") ?? (string.IsNullOrWhiteSpace(key) ? "attachment" : key);
            return _seen.Add(content.Id.Number) ? new(name.Trim(), content) : null;
        }
        return null;
    }
}
