namespace ScaiDrive.Search.Query;

/// <summary>What to search, where, and which part of the answer.</summary>
public sealed record SearchRequest
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>Words; <c>"a phrase"</c> in quotes; <c>begin*</c> for words that begin so.</summary>
    public required string Query { get; init; }

    /// <summary>Only this share; null: all.</summary>
    public string? ShareId { get; init; }

    /// <summary>MIME types or patterns such as <c>image/*</c>, any of them; empty: all.</summary>
    public IReadOnlyList<string> MimeTypes { get; init; } = [];

    /// <summary>Only paths that begin so, case-sensitive; a trailing <c>/</c> keeps it to one folder; null: all.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>Only this folder; with <see cref="Recursive"/> also what lies below it.</summary>
    /// <remarks>The index knows no folders: for what lies below, <see cref="FolderShareId"/> and <see cref="FolderPath"/> say where it is.</remarks>
    public string? FolderId { get; init; }

    /// <summary>The share of <see cref="FolderId"/>.</summary>
    public string? FolderShareId { get; init; }

    /// <summary>The path of <see cref="FolderId"/> inside its share, from <c>/</c>; null: only files directly inside are found.</summary>
    public string? FolderPath { get; init; }

    /// <summary>Whether folders below count. Default true.</summary>
    public bool Recursive { get; init; } = true;

    /// <summary>Only files modified then or later; null: all.</summary>
    public DateTimeOffset? ModifiedFrom { get; init; }

    /// <summary>Only files modified before; null: all.</summary>
    public DateTimeOffset? ModifiedTo { get; init; }

    /// <summary>Hits wanted. Default 20.</summary>
    public int Limit { get; init; } = 20;

    /// <summary>Hits to pass over. Default 0.</summary>
    public int Offset { get; init; }

    /// <summary>Hybrid only: 0 is words alone, 1 meaning alone. Default 0.7.</summary>
    public double Alpha { get; init; } = 0.7;

    /// <summary>Shares the caller may read, or something in them; null: all. An empty set finds nothing.</summary>
    public IReadOnlySet<string>? AllowedShares { get; init; }

    /// <summary>Where of <see cref="AllowedShares"/> they may not read everything; null: nowhere.</summary>
    public IReadablePlaces? Places { get; init; }

    /// <summary>Lists of permissions that let the caller in (<see cref="Index.IndexedFile.AclId"/>); null: all. A file without one needs none.</summary>
    public IReadOnlySet<long>? AllowedAcls { get; init; }
}

/// <summary>A part of a text.</summary>
/// <param name="Offset">First UTF-16 unit.</param>
/// <param name="Length">Number of UTF-16 units.</param>
public readonly record struct TextRange(int Offset, int Length);

/// <summary>One file found, with its best chunk.</summary>
/// <param name="FileId">The file.</param>
/// <param name="FileName">Its name.</param>
/// <param name="ShareId">Its share.</param>
/// <param name="FolderId">Its folder; null at the root.</param>
/// <param name="Path">Its path inside the share.</param>
/// <param name="MimeType">Its type.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ModifiedAt">Last change of its content.</param>
/// <param name="Score">Higher is better; comparable only inside one answer. BM25, cosine, or fused ranks, by mode.</param>
/// <param name="Distance">Cosine distance, 0 to 2, when the file was found by meaning; else null.</param>
/// <param name="ChunkContent">The best chunk's text; null when only the name matched.</param>
/// <param name="ChunkIndex">Its position in the document, from 0.</param>
/// <param name="Page">Its page.</param>
/// <param name="Section">The headings above it.</param>
/// <param name="Snippet">The part of the chunk around the query's words, plain text.</param>
public sealed record SearchHit(
    string FileId, string FileName, string ShareId, string? FolderId, string Path, string MimeType, long SizeBytes,
    DateTimeOffset ModifiedAt, double Score, double? Distance, string? ChunkContent, int? ChunkIndex, int? Page,
    string? Section, string? Snippet)
{
    /// <summary>Where the query's words stand in <see cref="Snippet"/>.</summary>
    public IReadOnlyList<TextRange> Highlights { get; init; } = [];
}

/// <summary>One page of an answer.</summary>
/// <param name="Hits">Best first; equal scores in a fixed order, so that pages neither overlap nor leave gaps while the index stands still.</param>
/// <param name="Total">Files that match. Hybrid, and meaning while several models answer, count at most the first 1,000 of each side.</param>
/// <param name="HasMore">Whether there are hits after these.</param>
/// <param name="Degraded">
/// Null, or a code that says what is missing. By words alone: <c>embedding_unavailable</c>, <c>vector_index_unavailable</c>. Not every file was
/// compared by meaning: <c>embedding_partial</c> (one of several models cannot embed), <c>index_building</c> (the model that serves
/// cannot embed, and the one that is to replace it has not all files yet).
/// </param>
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, int Total, bool HasMore, string? Degraded);
