using ScaiDrive.Extraction.Ocr;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Pictures: as many pages without text as the file has pictures. OCR does the rest, when it is on.</summary>
internal static class ImageReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        // Of an animation the first frame is read: the others mostly repeat it.
        var isTiff = ContentTypes.FromContent(document.Head(ContentTypes.HeadSize), document.FileName) == ContentTypes.Tiff;
        var count = isTiff ? TiffDirectories.Find(document).Count : 1;
        for (var number = 1; number <= count && !pages.IsFull; number++)
            pages.AddPicture(document, number);
        return new(DocumentMetadata.None with { PageCount = count });
    }
}
