using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Files found by word.</summary>
internal sealed record KeywordAnswer : Answer
{
    public required string Query { get; init; }

    /// <summary>Best first; one entry per file.</summary>
    public required IReadOnlyList<KeywordItem> Results { get; init; }

    public required long Total { get; init; }

    public required bool HasMore { get; init; }

    /// <summary>Null, or why the answer did not come from the configured index: <c>weaviate_unavailable</c>.</summary>
    public required string? Degraded { get; init; }
}

/// <summary>A file found by word.</summary>
internal sealed record KeywordItem
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Always <c>file</c>.</summary>
    public string Type { get; init; } = "file";

    public required string ShareId { get; init; }

    public required string? FolderId { get; init; }

    public required string Path { get; init; }

    public required string MimeType { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public required double Score { get; init; }

    /// <summary>Plain text around the match, without any markup; null when only the name matched.</summary>
    public required string? Snippet { get; init; }

    /// <summary>Where in the snippet the query's words stand.</summary>
    public required IReadOnlyList<HighlightItem> Highlights { get; init; }

    public required int? Page { get; init; }

    public required string? Section { get; init; }

    internal static KeywordItem From(FoundFile found) => new()
    {
        Id = found.File.Id,
        Name = found.File.Name,
        ShareId = found.File.ShareId,
        FolderId = found.File.FolderId,
        Path = found.File.Path,
        MimeType = found.File.MimeType,
        Size = found.File.SizeBytes,
        ModifiedAt = found.File.ModifiedAt,
        Score = found.Hit.Score,
        Snippet = found.Hit.Snippet,
        Highlights = HighlightItem.From(found.Hit),
        Page = found.Hit.Page,
        Section = found.Hit.Section,
    };
}

/// <summary>A stretch of a snippet, in UTF-16 units.</summary>
internal sealed record HighlightItem(int Offset, int Length)
{
    internal static IReadOnlyList<HighlightItem> From(SearchHit hit) => [.. hit.Highlights.Select(h => new HighlightItem(h.Offset, h.Length))];
}

/// <summary>Passages found by meaning.</summary>
internal sealed record SemanticAnswer : Answer
{
    public required string Query { get; init; }

    public required IReadOnlyList<PassageItem> SemanticResults { get; init; }

    public required long Total { get; init; }

    public required bool HasMore { get; init; }

    /// <summary>Why not every file was compared by meaning; null when all were.</summary>
    public required string? Degraded { get; init; }
}

/// <summary>Passages found by word and meaning together.</summary>
internal sealed record HybridAnswer : Answer
{
    public required string Query { get; init; }

    public required IReadOnlyList<PassageItem> HybridResults { get; init; }

    public required long Total { get; init; }

    public required bool HasMore { get; init; }

    /// <summary>Why the answer is by word only; null when meaning took part.</summary>
    public required string? Degraded { get; init; }
}

/// <summary>A passage of a file.</summary>
internal sealed record PassageItem
{
    public required string FileId { get; init; }

    public required string FileName { get; init; }

    public required string ShareId { get; init; }

    public required string? FolderId { get; init; }

    public required string Path { get; init; }

    public required string MimeType { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Text of the passage; null when only the name matched.</summary>
    public required string? ChunkContent { get; init; }

    public required int? ChunkIndex { get; init; }

    /// <summary>The part of the passage around the query's words, plain text without any markup.</summary>
    public required string? Snippet { get; init; }

    /// <summary>Where in the snippet the query's words stand.</summary>
    public required IReadOnlyList<HighlightItem> Highlights { get; init; }

    public required int? Page { get; init; }

    public required string? Section { get; init; }

    /// <summary>Higher is better; comparable within one answer.</summary>
    public required double Score { get; init; }

    /// <summary>Cosine distance, 0 to 2; null when the passage was not compared by meaning.</summary>
    public required double? Distance { get; init; }

    internal static PassageItem From(FoundFile found) => new()
    {
        FileId = found.File.Id,
        FileName = found.File.Name,
        ShareId = found.File.ShareId,
        FolderId = found.File.FolderId,
        Path = found.File.Path,
        MimeType = found.File.MimeType,
        Size = found.File.SizeBytes,
        ModifiedAt = found.File.ModifiedAt,
        ChunkContent = found.Hit.ChunkContent,
        ChunkIndex = found.Hit.ChunkIndex,
        Snippet = found.Hit.Snippet,
        Highlights = HighlightItem.From(found.Hit),
        Page = found.Hit.Page,
        Section = found.Hit.Section,
        Score = found.Hit.Score,
        Distance = found.Hit.Distance,
    };
}

/// <summary>Whether one file is found by its content, and if not, why and what to do.</summary>
internal sealed record IndexStatusAnswer : Answer
{
    public required string FileId { get; init; }

    /// <summary>Whether its present content is searchable by word. The name is searchable always.</summary>
    public required bool Indexed { get; init; }

    /// <summary><c>pending</c>, <c>indexed</c>, <c>skipped</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Stable code when skipped or failed.</summary>
    public required string? ReasonCode { get; init; }

    public required string? Hint { get; init; }

    /// <summary>Detail of the stage that ended the file's way.</summary>
    public required string? Error { get; init; }

    public required int ChunkCount { get; init; }

    public required DateTimeOffset? IndexedAt { get; init; }

    public required DateTimeOffset? VectorizedAt { get; init; }

    /// <summary>Parts of an indexed file that are not searchable, or not yet: cut by a limit, images while OCR is off, pages OCR could not read.</summary>
    public required IReadOnlyList<NoteItem> Notes { get; init; }

    /// <summary>What the document says about itself; null before it was read.</summary>
    public required DocumentItem? Document { get; init; }

    /// <summary>What each stage did, in the order a file passes them.</summary>
    public required IReadOnlyList<StageItem> Stages { get; init; }
}

/// <summary>What of an indexed file is not searchable.</summary>
internal sealed record NoteItem(string Stage, string ReasonCode, string? Hint, string? Detail);

/// <summary>What a document says about itself; every field may be missing or wrong.</summary>
internal sealed record DocumentItem(string? Title, string? Author, DateTimeOffset? CreatedAt, DateTimeOffset? ModifiedAt, string? Language, int? PageCount)
{
    internal static DocumentItem? From(StoredMetadata? metadata) => metadata is null
        ? null
        : new(metadata.Title, metadata.Author, metadata.CreatedAt, metadata.ModifiedAt, metadata.Language, metadata.PageCount);
}

/// <summary>One stage of a file's way into the index.</summary>
internal sealed record StageItem(
    string Stage, string State, string? ReasonCode, string? Hint, string? Detail, string? Engine, string? EngineVersion,
    int? Pages, long? Bytes, double? DurationSeconds, int Attempt, DateTimeOffset RecordedAt);

/// <summary>Whether the parts of search answer now.</summary>
internal sealed record SearchHealthAnswer : Answer
{
    /// <summary><c>healthy</c>, or <c>degraded</c> when a part is down.</summary>
    public required string Status { get; init; }

    /// <summary>Whether the configured vector store answers: Weaviate, or the local engine.</summary>
    public required bool WeaviateConnected { get; init; }

    /// <summary>Whether a query can be embedded.</summary>
    public required bool EmbeddingServiceAvailable { get; init; }

    public required IReadOnlyDictionary<string, string> Details { get; init; }
}

/// <summary>The queues as the indexing admin asks for them.</summary>
internal sealed record QueueAnswer : Answer
{
    /// <summary>Jobs that wait, over all queues.</summary>
    public required long Depth { get; init; }

    public required double OldestAgeSeconds { get; init; }

    /// <summary>Files on their way into the index.</summary>
    public required long PendingFiles { get; init; }

    /// <summary>Files whose text waits for its vectors.</summary>
    public required long PendingVectors { get; init; }

    public required IReadOnlyList<QueueItem> Queues { get; init; }
}

/// <summary>One queue.</summary>
internal sealed record QueueItem(
    string Queue, long Depth, double OldestAgeSeconds, long Running, long Scheduled, long Retryable, long Discarded);

/// <summary>Totals of the tenant's index.</summary>
internal sealed record StatsAnswer : Answer
{
    public required long TotalFiles { get; init; }

    public required long IndexedFiles { get; init; }

    public required long PendingFiles { get; init; }

    /// <summary>Files without searchable content, by reason code.</summary>
    public required IReadOnlyDictionary<string, long> SkippedFiles { get; init; }

    /// <summary>Files that failed, by reason code.</summary>
    public required IReadOnlyDictionary<string, long> FailedFiles { get; init; }

    public required long TotalChunks { get; init; }

    public required long TotalVectors { get; init; }
}
