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

        var (type, found) = ReadWhatComes(document, pages);
        var status = pages.HasText || pages.NeedingOcr.Count > 0 ? ReasonCodes.Ok : pages.PartCode ?? ReasonCodes.NoText;
        var metadata = found.Metadata with { PageCount = found.Metadata.PageCount ?? pages.Count };
        string[] details = [.. new[] { pages.LeftOut, found.Detail, pages.PartDetail }.OfType<string>()];
        return new(status, details.Length > 0 ? string.Join(' ', details) : null, type, pages.NeedingOcr, pages.LeftOut is not null, metadata, null, null, false)
        {
            PipelineVersion = pages.PipelineVersion,
        };
    }

    // What came before the fault is worth more than the reason why there is not more of it.
    private static (string Type, ReadResult Result) ReadWhatComes(SourceDocument document, PageSink pages)
    {
        try
        {
            return ReadPages(document, pages);
        }
        catch (UnreadableDocumentException fault) when (pages.HasText || pages.NeedingOcr.Count > 0)
        {
            pages.EndEarly($"{fault.Code}: reading ended after page {pages.Count}. {fault.Detail}");
            return (fault.MimeType ?? ContentTypes.Unknown, ReadResult.TextOnly);
        }
    }

    /// <summary>Reads a file or a part of one into the sink.</summary>
    /// <exception cref="UnreadableDocumentException">It cannot be read; carries the type.</exception>
    internal static (string Type, ReadResult Result) ReadPages(SourceDocument document, PageSink pages)
    {
        var type = FindType(document);
        if (FormatTable.Find(type) is not { } format)
            throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, $"There is no reader for {type}.", type);
        pages.NoteReader(format.Stamp);
        try
        {
            return (type, Judged(format.Read(document, pages), document, pages));
        }
        catch (UnreadableDocumentException fault)
        {
            throw new UnreadableDocumentException(fault.Code, fault.Detail, type);
        }
        catch (Exception fault) when (ContentFault.Is(fault) && fault is not OutOfMemoryException)
        {
            throw new UnreadableDocumentException(ContentFault.CodeOf(fault), "The content breaks the rules of its format.", type);
        }
    }

    // A reader skips what is damaged; when nothing was left, the damage is the reason.
    private static ReadResult Judged(ReadResult result, SourceDocument document, PageSink pages) => document.Damage switch
    {
        null => result,
        _ when pages.PicturesOnly => result, // nobody collects text now
        var damage when !pages.HasText && pages.NeedingOcr.Count == 0 => throw new UnreadableDocumentException(ReasonCodes.Corrupt, damage),
        var damage => result with { Detail = result.Detail is null ? damage : $"{result.Detail} {damage}" },
    };

    /// <summary>The type, with archives and OLE files looked into.</summary>
    internal static string FindType(SourceDocument document)
    {
        var type = document.Storage.Count > 0 ? ContentTypes.Ole : ContentTypes.FromContent(document.Head(64 * 1024), document.FileName);
        return type switch
        {
            ContentTypes.Ole => CompoundFile.FindType(document),
            _ when document.IsArchive => PackageTypes.Find(document),
            _ => type,
        };
    }

    /// <summary>False when a type seen in the first bytes already rules out every reader; archives and OLE files must be looked into.</summary>
    internal static bool MayRead(string type) => type is ContentTypes.Zip or ContentTypes.Ole || FormatTable.Find(type) is not null;
}

/// <summary>What a reader knows beside the pages.</summary>
/// <param name="Metadata">What the document says about itself.</param>
/// <param name="Detail">Something people should know, or null.</param>
internal sealed record ReadResult(DocumentMetadata Metadata, string? Detail = null)
{
    internal static ReadResult TextOnly { get; } = new(DocumentMetadata.None);
}
