namespace ScaiDrive.Search.Text;

/// <summary>What extraction found in one content.</summary>
/// <param name="Status"><c>ok</c>, or the reason code why there is no text.</param>
/// <param name="MimeType">Type by content.</param>
/// <param name="Pages">Pages in reading order; empty when there is no text.</param>
/// <param name="PagesNeedingOcr">Numbers of pages that are images without a text layer.</param>
public sealed record StoredText(
    string Status, string MimeType, IReadOnlyList<StoredPage> Pages, IReadOnlyList<int> PagesNeedingOcr)
{
    /// <summary>What a person should know beside the status: why there is no text, or what was left out. Null: nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether a limit cut the text; <see cref="Detail"/> says which.</summary>
    public bool Truncated { get; init; }
}

/// <summary>One page of extracted text.</summary>
/// <param name="Number">Page number, from 1.</param>
/// <param name="Text">Its text; empty for a blank page.</param>
/// <param name="Headings">Headings on it.</param>
/// <param name="OcrConfidence">0 to 1 when the text was recognized from an image; null when it is a text layer.</param>
public sealed record StoredPage(int Number, string Text, IReadOnlyList<StoredHeading> Headings, double? OcrConfidence);

/// <summary>A heading on a page.</summary>
/// <param name="Offset">Where it starts in the page's text, in UTF-16 units.</param>
/// <param name="Level">1 for the outermost.</param>
/// <param name="Title">Its text.</param>
public sealed record StoredHeading(int Offset, int Level, string Title);
