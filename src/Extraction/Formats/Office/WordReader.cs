namespace ScaiDrive.Extraction.Formats.Office;
internal static class WordReader { internal static ReadResult Read(SourceDocument document, PageSink pages) => throw new UnreadableDocumentException(ReasonCodes.UnsupportedType, "later"); }
