using System.Security.Cryptography;
using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>What a document has beside the text of its pages: bookmarks, notes, fields, attached files, and what it says about itself.</summary>
internal sealed class BesidePages : IDisposable
{
    private readonly PdfFile _file;
    private readonly PageTree _pages;
    private readonly Outline _outline;
    private readonly FormFields _fields;
    private readonly Annotations _annotations;
    private readonly AlternateTexts _alternates;

    private BesidePages(PdfFile file)
    {
        _file = file;
        _pages = PageTree.Read(file);
        _outline = Outline.Read(file, _pages);
        _fields = new(file);
        _annotations = new(file, _fields);
        _alternates = AlternateTexts.Read(file, _pages);
        Metadata = PdfMetadata.Read(file) with { PageCount = Total() is > 0 and var total ? total : null };
    }

    internal int PageCount => _pages.Pages.Count;

    internal DocumentMetadata Metadata { get; }

    internal bool HasXfa => _fields.Xfa is not null;

    /// <summary>Null when the file is too damaged to find anything but text in it.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>encrypted</c>, or a limit.</exception>
    internal static BesidePages? Open(SourceDocument document, PageSink pages)
    {
        PdfFile? file = null;
        try
        {
            file = PdfFile.Open(document, pages.Progress);
            if (file.NeedsPassword)
                throw new UnreadableDocumentException(ReasonCodes.Encrypted, "The document is protected by a password.");
            if (file.Catalog is not null)
                return new(file);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            // The text may still be read.
        }
        catch (UnreadableDocumentException)
        {
            file?.Dispose();
            throw;
        }
        file?.Dispose();
        return null;
    }

    internal IReadOnlyList<Bookmark> BookmarksOn(int page) => _outline.On(page);

    /// <summary>What the pictures of a page show and its annotations say.</summary>
    internal List<string> NotesOn(int page) => page <= PageCount ? Try<List<string>>(() => [.. _alternates.On(page), .. _annotations.Read(_pages.Pages[page - 1])], []) : [];

    /// <summary>Fields that no page shows.</summary>
    internal List<string> LooseFields() => Try(_fields.ReadRest, []);

    /// <summary>What a form of the XML Forms Architecture shows.</summary>
    internal List<XfaLine> XfaLines() => Try(() => _fields.Xfa is { } packets ? XfaForm.Read(_file, packets) : [], []);

    /// <summary>What a page shows beside text; null when that cannot be told.</summary>
    internal PageLook? LookAt(int page) => page <= PageCount ? Try<PageLook?>(() => PageLook.At(_file, _pages.Pages[page - 1]), null) : null;

    /// <summary>Writes a copy of the document that tools can open when its own table of objects is lost.</summary>
    internal void WriteMended(Stream target) => _file.WriteMended(target);

    /// <summary>Reads attached files as parts.</summary>
    internal void ReadAttachments(SourceDocument document, PageSink pages) => new Attachments(_file, _pages).Read(document, pages);

    public void Dispose() => _file.Dispose();

    // Beyond the limit pages are not visited; what the root claims must do.
    private int Total() => PageCount < _file.Limits.MaxPages ? PageCount
        : (int)Math.Clamp(_file.Number(_file.Dictionary(_file.Catalog, "Pages"), "Count") ?? 0, PageCount, int.MaxValue);

    private static T Try<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            return otherwise;
        }
    }

    private static bool IsDamage(Exception fault) => fault is InvalidDataException or EndOfStreamException or FormatException or CryptographicException
        or ArgumentException or InvalidOperationException or IndexOutOfRangeException or NotSupportedException or OverflowException or InvalidCastException;
}
