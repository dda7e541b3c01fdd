using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ScaiDrive.Search.Text;

/// <summary>What extraction found in one content.</summary>
/// <param name="Status"><c>ok</c>, or the reason code why there is no text.</param>
/// <param name="MimeType">Type by content.</param>
/// <param name="Pages">Pages in reading order; empty when there is no text.</param>
/// <param name="PagesNeedingOcr">Numbers of pages that only OCR can read, or read better, and that it has not read.</param>
public sealed record StoredText(
    string Status, string MimeType, IReadOnlyList<StoredPage> Pages, IReadOnlyList<int> PagesNeedingOcr)
{
    /// <summary>The readers that had a hand in it with their versions. To this room an opaque name.</summary>
    public required string PipelineVersion { get; init; }

    /// <summary>What a person should know beside the status: why there is no text, or what was left out. Null: nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether a limit cut the text; <see cref="Detail"/> says which.</summary>
    public bool Truncated { get; init; }

    /// <summary>What the document says about itself.</summary>
    public StoredMetadata Metadata { get; init; } = new();

    /// <summary>How long reading it took.</summary>
    public TimeSpan ReadTime { get; init; }

    /// <summary>How long OCR of its pages took.</summary>
    public TimeSpan OcrTime { get; init; }

    /// <summary>SHA-256, lower-case hex, of all that the index is made from: two texts with the same hash are found alike.</summary>
    public string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new[] { Metadata.Title, Metadata.Author }));
        foreach (var page in Pages)
        {
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { page.Number, page.Text.Length, page.Headings }));
            hash.AppendData(Encoding.UTF8.GetBytes(page.Text));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
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

/// <summary>What a document says about itself; every field may be missing or wrong.</summary>
public sealed record StoredMetadata
{
    /// <summary>The title.</summary>
    public string? Title { get; init; }

    /// <summary>The author.</summary>
    public string? Author { get; init; }

    /// <summary>Creation time, UTC.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Last change, UTC.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>A language tag such as <c>en-GB</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Pages, sheets or slides of the whole document, also when fewer were read.</summary>
    public int? PageCount { get; init; }
}
