using ScaiDrive.Extraction.Formats.Office;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Finds the type, chooses the reader, and judges what came out.</summary>
internal static class DocumentReaders
{
    internal static ResultMessage Read(SourceDocument document, PageSink pages)
    {
        if (document.Length == 0)
            throw new UnreadableDocumentException(ReasonCodes.Empty, "The file has no bytes.", "application/x-empty");

        var type = FindType(document);
        try
        {
            var found = ReadAs(type, document, pages);
            var pagesNeedingOcr = found.Recognizable ? pages.PagesWithoutText : [];
            var status = pages.HasText || pagesNeedingOcr.Count > 0 ? ReasonCodes.Ok : ReasonCodes.NoText;
            var metadata = found.Metadata with { PageCount = found.Metadata.PageCount ?? pages.Count };
            return new(status, pages.LeftOut ?? found.Detail, type, pagesNeedingOcr, pages.IsFull, metadata, null, null, false);
        }
        catch (UnreadableDocumentException fault)
        {
            throw new UnreadableDocumentException(fault.Code, fault.Detail, type);
        }
        catch (Exception fault) when (fault is InvalidDataException or System.Xml.XmlException or EndOfStreamException)
        {
            throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The content breaks the rules of its format.", type);
        }
    }

    /// <summary>The type, with archives and OLE files looked into.</summary>
    internal static string FindType(SourceDocument document)
    {
        var type = ContentTypes.FromContent(document.Head(64 * 1024), document.FileName);
        return type switch
        {
            ContentTypes.Ole => CompoundFile.FindType(document),
            ContentTypes.Zip or ContentTypes.Word or ContentTypes.Sheet or ContentTypes.Slides => OfficePackage.FindType(document),
            _ => type,
        };
    }

    /// <summary>False when a type seen in the first bytes already rules out every reader; archives and OLE files must be looked into.</summary>
    internal static bool MayRead(string type) =>
        type is ContentTypes.Plain or ContentTypes.Csv or ContentTypes.TabSeparated or ContentTypes.Markdown or ContentTypes.Html or ContentTypes.Xml
            or ContentTypes.Svg or ContentTypes.Pdf or ContentTypes.Word or ContentTypes.Sheet or ContentTypes.Slides or ContentTypes.Zip or ContentTypes.Ole
        || ContentTypes.IsImage(type);

    private static ReadResult ReadAs(string type, SourceDocument document, PageSink pages) => type switch
    {
        ContentTypes.Plain => PlainTextReader.Read(document, pages),
        ContentTypes.Csv => DelimitedReader.Read(document, pages, null),
        ContentTypes.TabSeparated => DelimitedReader.Read(document, pages, '\t'),
        ContentTypes.Markdown => MarkdownReader.Read(document, pages),
        ContentTypes.Html => HtmlReader.Read(document, pages),
        ContentTypes.Xml or ContentTypes.Svg => MarkupReader.Read(document, pages),
        ContentTypes.Pdf => PdfReader.Read(document, pages),
        ContentTypes.Word => WordReader.Read(document, pages),
        ContentTypes.Sheet => SheetReader.Read(document, pages),
        ContentTypes.Slides => SlideReader.Read(document, pages),
        CompoundFile.EncryptedType => throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password."),
        _ when ContentTypes.IsImage(type) => ImageReader.Read(type, document, pages),
        _ => throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, $"There is no reader for {type}."),
    };
}

/// <summary>What a reader knows beside the pages.</summary>
/// <param name="Metadata">What the document says about itself.</param>
/// <param name="Recognizable">True when pages without text are pictures that OCR may read.</param>
/// <param name="Detail">Something people should know, or null.</param>
internal sealed record ReadResult(DocumentMetadata Metadata, bool Recognizable = false, string? Detail = null)
{
    internal static ReadResult TextOnly { get; } = new(DocumentMetadata.None);
}
