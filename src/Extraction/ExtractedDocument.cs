namespace ScaiDrive.Extraction;

/// <summary>What was read from one file.</summary>
/// <param name="Status"><c>ok</c>, or one of <see cref="ReasonCodes"/>. With <c>ok</c> there is text, or there are pages that need OCR.</param>
/// <param name="Detail">One sentence for people: what is wrong, or with <paramref name="Truncated"/> what was left out. No stack traces, no paths.</param>
/// <param name="MimeType">The type found in the content, not the one the name claims.</param>
/// <param name="Pages">Pages in order; empty unless <paramref name="Status"/> is <c>ok</c>. A sheet and a slide are pages; formats without pages have one.
/// Parts of the file (attachments, members of an archive) follow as pages of their own, headed by their names.</param>
/// <param name="PagesNeedingOcr">Numbers (from 1) of pages that only OCR can read, or read better, ascending.</param>
/// <param name="Truncated">True when a limit cut the text; <paramref name="Detail"/> says which.</param>
/// <param name="Metadata">What the document says about itself.</param>
public sealed record ExtractedDocument(
    string Status,
    string? Detail,
    string MimeType,
    IReadOnlyList<ExtractedPage> Pages,
    IReadOnlyList<int> PagesNeedingOcr,
    bool Truncated,
    DocumentMetadata Metadata)
{
    /// <summary>The readers that had a hand in the text with their versions, such as <c>mail.1+pdf.2</c>; see <see cref="ExtractionPool.IsCurrent"/>.</summary>
    public required string PipelineVersion { get; init; }
}

/// <summary>The text of one page.</summary>
/// <param name="Number">From 1, as a reader of the document would count.</param>
/// <param name="Text">Lines end in <c>\n</c>; never holds NUL or half a surrogate pair; may be empty.</param>
/// <param name="Headings">Headings on this page, by ascending offset.</param>
/// <param name="OcrConfidence">0..100, mean over the recognised characters; null for a text layer.</param>
public sealed record ExtractedPage(int Number, string Text, IReadOnlyList<Heading> Headings, double? OcrConfidence);

/// <summary>A heading and where its text starts.</summary>
/// <param name="Offset">UTF-16 offset into the page's text.</param>
/// <param name="Level">1 is the outermost.</param>
/// <param name="Title">The heading on one line.</param>
public sealed record Heading(int Offset, int Level, string Title);

/// <summary>What the document says about itself; every field may be missing or wrong.</summary>
public sealed record DocumentMetadata
{
    /// <summary>Nothing known.</summary>
    public static DocumentMetadata None { get; } = new();

    /// <summary>The title, when it is not blank.</summary>
    public string? Title { get; init; }

    /// <summary>The author, when it is not blank.</summary>
    public string? Author { get; init; }

    /// <summary>Creation time, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Last change, UTC.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>A language tag such as <c>en-GB</c>, when the document names one.</summary>
    public string? Language { get; init; }

    /// <summary>Pages, sheets or slides of the whole document, also when fewer were read.</summary>
    public int? PageCount { get; init; }
}

/// <summary>What OCR read from the pages that were asked for.</summary>
/// <param name="Status"><c>ok</c> when at least one page gave text, else one of <see cref="ReasonCodes"/>.</param>
/// <param name="Detail">One sentence for people, or null.</param>
/// <param name="Pages">Recognised pages in order, blank ones included with empty text.</param>
/// <param name="Problems">Pages that could not be read; the others are kept.</param>
/// <param name="Engine">Engine and version, such as <c>tesseract 5.3.0</c>.</param>
public sealed record RecognizedPages(
    string Status,
    string? Detail,
    IReadOnlyList<ExtractedPage> Pages,
    IReadOnlyList<PageProblem> Problems,
    string Engine);

/// <summary>Why one page has no text.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Code">One of <see cref="ReasonCodes"/>.</param>
/// <param name="Detail">One sentence for people, or null.</param>
public sealed record PageProblem(int Number, string Code, string? Detail);
