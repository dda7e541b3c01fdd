namespace ScaiDrive.Search.Index;

/// <summary>What search knows of a file beside its text. Searchable by name as soon as it is written.</summary>
/// <param name="FileId">The file in Drive.</param>
/// <param name="ShareId">Its share.</param>
/// <param name="FolderId">Its folder; null at the root of the share.</param>
/// <param name="Name">Name with extension.</param>
/// <param name="Path">Path inside the share, from <c>/</c>, name included.</param>
/// <param name="MimeType">For example <c>application/pdf</c>.</param>
/// <param name="SizeBytes">Size of the current version.</param>
/// <param name="ModifiedAt">Last change of the content.</param>
/// <param name="ContentHash">SHA-256 of the current version, lower-case hex.</param>
/// <param name="Version">Version number; an older version never overwrites a newer one.</param>
public sealed record IndexedFile(
    string FileId, string ShareId, string? FolderId, string Name, string Path, string MimeType, long SizeBytes,
    DateTimeOffset ModifiedAt, string ContentHash, int Version)
{
    /// <summary>Who may read it at its source, as a number that whoever asks knows (<see cref="Query.SearchRequest.AllowedAcls"/>); null: no such list.</summary>
    public long? AclId { get; init; }
}

/// <summary>A text that has no vector yet.</summary>
/// <param name="Hash">Key of the text, as in <see cref="Chunking.TextChunk.Hash"/>.</param>
/// <param name="Text">What to embed: the chunk with its context.</param>
public sealed record PendingChunk(string Hash, string Text);
