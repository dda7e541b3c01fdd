namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>WordprocessingML: headers first, then the body, then footers, notes, comments, charts, building blocks. Pages are those of the last rendering, when the file remembers them.</summary>
internal static class WordReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var package = new OfficePackage(document);
        var main = package.MainPart() ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The document part is missing.");
        return new WordDocument(document, package, pages, main).Read();
    }
}

/// <summary>One document while its parts are read. A damaged part costs what comes after the damage in it.</summary>
internal sealed class WordDocument(SourceDocument document, OfficePackage package, PageSink pages, string main)
{
    private readonly PageText _page = new();
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly OfficeParts _parts = new(package);

    internal ReadResult Read()
    {
        var links = package.Relationships(main);
        var styles = Optional(links, "styles", WordStyles.Read) ?? WordStyles.None;
        var context = new WordContext(package, styles, Numbering(links), _page, pages);

        ReadStories(context, links, "header");
        ReadStory(context, main, links, EndPage);
        ReadStories(context, links, "footer", "footnotes", "endnotes", "comments");
        foreach (var link in links.Where(link => DrawingText.IsDrawing(link) && context.Drawn.Add(link.Target)))
            Guard(() => DrawingText.Append(package, link.Target, _page));
        foreach (var glossary in links.Where(static link => link is { Kind: "glossaryDocument", External: false }))
            ReadGlossary(context, glossary.Target);
        pages.Add(_page);
        var count = pages.Count;
        _parts.Read(document, pages);
        return new(Metadata(styles) with { PageCount = count });
    }

    private void EndPage()
    {
        pages.Add(_page);
        _page.Clear();
    }

    // Building blocks and prompts of a template: a document of its own, with its own lists.
    private void ReadGlossary(WordContext context, string part)
    {
        var links = package.Relationships(part);
        ReadStory(context with { Numbering = Numbering(links) }, part, links, null);
    }

    private void ReadStories(WordContext context, IReadOnlyList<Relationship> links, params ReadOnlySpan<string> kinds)
    {
        foreach (var kind in kinds)
        {
            foreach (var link in links.Where(link => link.Kind == kind && !link.External))
            {
                _page.EndLine();
                if (_read.Add(link.Target))
                    ReadStory(context, link.Target, package.Relationships(link.Target), null);
            }
        }
    }

    private void ReadStory(WordContext context, string part, IReadOnlyList<Relationship> links, Action? endPage)
    {
        Guard(() =>
        {
            using var reader = package.Open(part);
            if (reader is not null)
                new WordStory(context, reader, links, endPage).Read();
            else if (part == main)
                document.NoteDamage("The document part is missing.");
        });
        _page.EndLine();
        _parts.Collect(links);
    }

    private WordNumbering Numbering(IReadOnlyList<Relationship> links) => Optional(links, "numbering", WordNumbering.Read) ?? WordNumbering.None;

    private T? Optional<T>(IReadOnlyList<Relationship> links, string kind, Func<OfficePackage, string, T> read)
        where T : class
    {
        T? found = null;
        if (links.FirstOrDefault(link => link.Kind == kind && !link.External) is { } link)
            Guard(() => found = read(package, link.Target));
        return found;
    }

    private DocumentMetadata Metadata(WordStyles styles)
    {
        var metadata = DocumentMetadata.None;
        Guard(() => metadata = package.Metadata());
        return metadata.Language is null ? metadata with { Language = styles.Language } : metadata;
    }

    private void Guard(Action read) => OfficeParts.Guard(document, read);
}
