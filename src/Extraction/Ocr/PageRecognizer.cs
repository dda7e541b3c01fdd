using ScaiDrive.Extraction.Formats;
using ScaiDrive.Extraction.Sandbox;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Recognises the wanted pages of one file, in the child.</summary>
internal static class PageRecognizer
{
    /// <summary>As in <see cref="Format.Stamp"/>: raised whenever the same page may be recognised differently.</summary>
    internal const string Stamp = "ocr.2";

    internal static ResultMessage Recognize(SourceDocument document, IReadOnlyList<int> wanted, IReadOnlyList<string> languages, AnswerChannel channel)
    {
        var tesseract = Tesseract.Find(document);
        var reader = new PageReader(tesseract, tesseract.Choose(languages));
        var (type, _) = DocumentReaders.ReadPages(document, new RecognitionSink(channel, reader, wanted, document.Limits));
        return new(ReasonCodes.Ok, null, type, [], false, DocumentMetadata.None, tesseract.Engine, null, false);
    }
}
