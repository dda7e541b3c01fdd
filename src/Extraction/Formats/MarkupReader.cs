using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>XML of unknown vocabulary, and SVG: the text between the tags, and attribute values that are text. What is not well-formed is read as text with the tags taken out.</summary>
internal static class MarkupReader
{
    // Entities a document declares are words and characters; a megabyte of them is an attack.
    private const long MaxEntityCharacters = 1 << 20;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        var page = new PageText();
        try
        {
            using var file = document.Open();
            using var reader = XmlReader.Create(file, Settings(document.Limits));
            new MarkupText(reader, document.Limits, page, pages).Read();
            pages.Add(page);
        }
        catch (XmlException)
        {
            // Undeclared entities, unknown encodings and DTDs that explode end here too; without declarations nothing can.
            pages.Add(TagStripper.Strip(PlainTextReader.ReadText(document, pages)).Trim(), []);
        }
        return new(DocumentMetadata.None with { Title = page.FirstHeading });
    }

    private static XmlReaderSettings Settings(ExtractionLimits limits)
    {
        var settings = SafeXml.Settings(limits);
        settings.DtdProcessing = DtdProcessing.Parse;
        settings.MaxCharactersFromEntities = MaxEntityCharacters;
        return settings;
    }
}
