namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>How far a file is in the index, as far as policies decide about it.</summary>
/// <param name="FileId">The file.</param>
/// <param name="ContentHash">Its present content.</param>
/// <param name="ShareId">Its share.</param>
/// <param name="Path">Path inside the share.</param>
/// <param name="MimeType">Its type.</param>
/// <param name="Status">As in the ledger; null when that does not know it.</param>
/// <param name="HasText">Whether text of it, of whichever version, is in the index.</param>
/// <param name="HasCurrentText">Whether chunks of its present content are in the index.</param>
/// <param name="IsExcluded">Whether the ledger says that a policy leaves its content out.</param>
/// <param name="HasUnreadImages">Whether pages of it wait for OCR to be switched on.</param>
/// <param name="EmbedState">State of the stage <c>embed</c>; null when it has none.</param>
/// <param name="EmbedRecordedAt">When that was written.</param>
/// <param name="Models">The models it has complete vectors of.</param>
public sealed record FileState(
    string FileId, string ContentHash, string ShareId, string Path, string MimeType, string? Status, bool HasText, bool HasCurrentText, bool IsExcluded,
    bool HasUnreadImages, string? EmbedState, DateTimeOffset? EmbedRecordedAt, IReadOnlyList<string> Models);
