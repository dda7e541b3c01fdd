using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Word 97 to 2003 ([MS-DOC]), and the plain text of Word 2, 6 and 95: headers, body, footers, notes, comments, text boxes, drawings, embedded objects.</summary>
internal static class DocReader
{
    private const int MaxStream = 128 << 20;

    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var compound = OpenCompound(document);
        var stream = compound is null ? document.ReadAll(MaxStream) : compound.Find("WordDocument") is { } entry ? compound.ReadAll(entry, MaxStream) : [];
        var header = DocHeader.Read(stream) ?? throw new UnreadableDocumentException(ReasonCodes.Corrupt, "The document stream has no header.");
        var tables = header.IsOld ? stream : Tables(compound, header);
        var decryption = !header.IsEncrypted ? null : DocDecryption.Open(header, tables) ?? throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.");
        if (decryption is not null)
        {
            decryption.ApplyToDocument(stream);
            decryption.ApplyToTables(tables);
            header = DocHeader.Read(stream)!;
        }
        using var data = OpenData(compound, decryption);

        new DocDocument(document, pages, stream, tables, new(data)).Read(header);
        var count = pages.Count;
        if (compound is null)
            return ReadResult.TextOnly;
        OleObjects.Read(compound, compound.Find("ObjectPool"), document, pages);
        var metadata = PropertySet.Summary(compound);
        return new(metadata with { PageCount = metadata.PageCount ?? count, Language = WindowsLanguage.Tag(header.Language) });
    }

    private static Stream OpenData(CompoundFile? compound, DocDecryption? decryption)
    {
        if (compound?.Find("Data") is not { } entry)
            return Stream.Null;
        if (decryption is null)
            return compound.OpenStream(entry);
        var data = compound.ReadAll(entry, MaxStream);
        decryption.ApplyToData(data);
        return new MemoryStream(data, writable: false);
    }

    // Word 2 wrote its files without a file system inside.
    private static CompoundFile? OpenCompound(SourceDocument document) =>
        document.Storage.Count == 0 && LittleEndian.UInt16(document.Head(2), 0) == 0xA5DB ? null : CompoundFile.Open(document);

    // The flag that chooses between the two tables is wrong in some files, which then have only one.
    private static byte[] Tables(CompoundFile? compound, DocHeader header) =>
        (compound?.Find(header.TableName) ?? compound?.Find("0Table") ?? compound?.Find("1Table")) is { } entry ? compound!.ReadAll(entry, MaxStream) : [];
}

/// <summary>One document while its texts are read.</summary>
internal sealed class DocDocument(SourceDocument document, PageSink pages, byte[] stream, byte[] tables, DocDataStream data)
{
    private const int MaxStories = 100_000, HeaderKinds = 6, AuthorIndex = 20, ReferenceSize = 30;

    private readonly PageText _page = new();

    internal void Read(DocHeader header)
    {
        ReadTexts(header);
        if (header.Glossary is { IsEncrypted: false } glossary)
            ReadTexts(glossary);
        pages.Add(_page);
    }

    private void ReadTexts(DocHeader header)
    {
        var formatting = new DocFormatting(header, stream, tables, data);
        var context = new DocContext(new(header, stream, tables, document), formatting, DocStyles.Read(header.Table(tables, DocHeader.Styles)),
            DocLists.Read(header.TableOn(tables, DocHeader.Lists), header.Table(tables, DocHeader.ListOverrides)),
            DocFonts.Read(header.Table(tables, DocHeader.Fonts)), data, _page, pages, document);

        ReadHeaders(header, context, footers: false);
        ReadBody(header, context);
        ReadHeaders(header, context, footers: true);
        ReadAll(header, context, DocText.Footnotes);
        ReadAll(header, context, DocText.Endnotes);
        ReadComments(header, context);
        ReadAll(header, context, DocText.TextBoxes);
        ReadAll(header, context, DocText.HeaderTextBoxes);
        ReadDrawings(header);
    }

    private void ReadBody(DocHeader header, DocContext context)
    {
        var continuous = ContinuousBreaks(header);
        var story = new DocStory(context);
        var (from, to) = header.Range(DocText.Main);
        story.Read(from, to, position =>
        {
            if (_page.Length == 0 || continuous.Contains(position + 1) || position + 2 >= to)
                return;
            pages.Add(_page);
            _page.Clear();
            story.BeginPage();
        });
        _page.EndLine();
    }

    // Where sections begin that do not begin a page. The kind of break is a property of the section after it.
    private HashSet<long> ContinuousBreaks(DocHeader header)
    {
        var breaks = new HashSet<long>();
        var sections = header.Table(tables, DocHeader.Sections);
        var count = Math.Clamp((sections.Length - 4) / 16, 0, MaxStories);
        for (var i = 1; i < count; i++)
        {
            var where = LittleEndian.UInt32(sections, (count + 1) * 4 + i * 12 + 2);
            var sprms = new DocSprms(LittleEndian.Slice(stream, where + 2, LittleEndian.UInt16(stream, where)));
            while (sprms.Next())
            {
                if (sprms.Code == DocSprms.SectionBreak && !sprms.IsOn)
                    breaks.Add(LittleEndian.UInt32(sections, i * 4));
            }
        }
        return breaks;
    }

    // Six separators of notes come first, then for every section: even and odd headers, even and odd footers, first header and footer.
    private void ReadHeaders(DocHeader header, DocContext context, bool footers)
    {
        var (start, end) = header.Range(DocText.Headers);
        var positions = header.Table(tables, DocHeader.HeaderTexts);
        if (positions.Length == 0)
        {
            if (!footers)
                ReadAll(header, context, DocText.Headers);
            return;
        }
        var count = Math.Min(positions.Length / 4 - 1, MaxStories);
        for (var i = HeaderKinds; i < count; i++)
        {
            if ((i % HeaderKinds is 2 or 3 or 5) != footers)
                continue;
            var (from, to) = (start + LittleEndian.UInt32(positions, i * 4), start + LittleEndian.UInt32(positions, i * 4 + 4));
            ReadRange(context, from, Math.Min(to, end));
        }
    }

    private void ReadComments(DocHeader header, DocContext context)
    {
        var (start, end) = header.Range(DocText.Comments);
        var positions = header.Table(tables, DocHeader.CommentTexts);
        var references = header.Table(tables, DocHeader.CommentReferences);
        var count = Math.Clamp((references.Length - 4) / (4 + ReferenceSize), 0, MaxStories);
        var authors = Authors(header);
        if (count == 0 || positions.Length == 0)
        {
            ReadRange(context, start, end);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            var author = LittleEndian.UInt16(references, (count + 1) * 4 + i * ReferenceSize + AuthorIndex);
            _page.AppendLine(author < authors.Count ? authors[author] : "");
            ReadRange(context, start + LittleEndian.UInt32(positions, i * 4), Math.Min(end, start + LittleEndian.UInt32(positions, i * 4 + 4)));
        }
    }

    private List<string> Authors(DocHeader header)
    {
        var names = header.Table(tables, DocHeader.CommentAuthors);
        var authors = new List<string>();
        for (var at = 0; at + 2 <= names.Length && authors.Count < MaxStories; at += 2 + LittleEndian.UInt16(names, at) * 2)
            authors.Add(Encoding.Unicode.GetString(LittleEndian.Slice(names, at + 2, LittleEndian.UInt16(names, at) * 2)));
        return authors;
    }

    private void ReadAll(DocHeader header, DocContext context, DocText text)
    {
        var (from, to) = header.Range(text);
        ReadRange(context, from, to);
    }

    private void ReadRange(DocContext context, long from, long to)
    {
        if (to <= from || pages.IsFull)
            return;
        _page.EndLine();
        new DocStory(context).Read(from, to);
        _page.EndLine();
    }

    // A group of drawings, then a byte before each drawing's own records ([MS-DOC] 2.9.172).
    private void ReadDrawings(DocHeader header)
    {
        var drawings = header.Table(tables, DocHeader.Drawings);
        for (var first = true; drawings.Length > DrawingRecords.HeaderSize; first = false)
        {
            drawings = first ? drawings : drawings[1..];
            var length = Math.Min(DrawingRecords.HeaderSize + (long)LittleEndian.UInt32(drawings, 4), drawings.Length);
            if (!first)
            {
                foreach (var text in DrawingRecords.Texts(drawings[..(int)length]))
                    _page.AppendLine(text);
            }
            drawings = drawings[(int)length..];
        }
    }
}
