namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>PDF: the text of the pages by Poppler; all that stands beside them by <see cref="BesidePages"/>, while Poppler is at work.</summary>
internal static class PdfReader
{
    private const long MostMended = 256 << 20;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        if (pages.PicturesOnly)
            return CountPages(document, pages);
        BesidePages? beside = null;
        PageAssembly? assembly = null;
        try
        {
            var read = new TextLayer(document).Read(pages, () =>
            {
                beside = BesidePages.Open(document, pages);
                assembly = new(document, pages, beside);
                return assembly.Take;
            });
            if (read == 0 && beside is { PageCount: > 0 })
                read = ReadMended(document, pages, beside, assembly!);
            if (read == 0)
                throw Unreadable(document);
            return End(document, pages, beside, assembly!, read);
        }
        finally
        {
            beside?.Dispose();
        }
    }

    private static ReadResult End(SourceDocument document, PageSink pages, BesidePages? beside, PageAssembly assembly, int read)
    {
        assembly.End();
        // Recognition counts the pages the document claims, and what follows them must have the same number both times.
        var missing = (beside?.PageCount ?? 0) - read;
        for (var lost = 0; lost < missing && !pages.IsFull; lost++)
            pages.Add("", []);
        beside?.ReadAttachments(document, pages);
        return new(beside?.Metadata ?? PdfFacts.Read(document).Metadata, missing > 0 && !pages.IsFull ? $"{missing} pages could not be read." : null);
    }

    // Poppler does not open a file that was cut off before its trailer; the objects before the cut are good.
    private static int ReadMended(SourceDocument document, PageSink pages, BesidePages beside, PageAssembly assembly)
    {
        if (document.Length > MostMended)
            return 0;
        var path = Path.Combine(document.Folder, $"mended-{Guid.NewGuid():N}");
        try
        {
            using (var copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                beside.WriteMended(copy);
            return new TextLayer(document with { Path = path }).Read(pages, () => assembly.Take);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Recognition knows which pages it wants.
    private static ReadResult CountPages(SourceDocument document, PageSink pages)
    {
        using var beside = BesidePages.Open(document, pages);
        // Where the tree leads to no page, those that Poppler finds were counted at the first reading.
        var metadata = beside is { PageCount: > 0 } ? beside.Metadata : PdfFacts.Read(document).Metadata;
        for (var number = 1; number <= metadata.PageCount && !pages.IsFull; number++)
            pages.AddPicture(document, number, string.Join('\n', beside?.NotesOn(number) ?? []));
        beside?.ReadAttachments(document, pages);
        return new(metadata);
    }

    private static UnreadableDocumentException Unreadable(SourceDocument document) => PdfFacts.Read(document).NeedsPassword
        ? new(ReasonCodes.Encrypted, "The document is protected by a password.")
        : new(ReasonCodes.Corrupt, "No page of the document can be read.");
}
