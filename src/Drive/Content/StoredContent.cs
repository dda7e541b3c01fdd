namespace ScaiDrive.Drive;

/// <summary>A stretch of stored bytes, named by what it holds.</summary>
/// <param name="Sha256">Lower-case hex of the bytes.</param>
/// <param name="SizeBytes">1 to <see cref="ContentStore.ChunkSizeBytes"/>.</param>
public sealed record ContentChunk(string Sha256, int SizeBytes);

/// <summary>Bytes that are safe on disk and wait for a version to refer to them.</summary>
/// <param name="Sha256">Lower-case hex over all bytes.</param>
/// <param name="SizeBytes">Sum over the chunks; 0 for an empty file, which has no chunks.</param>
/// <param name="Chunks">In the order of the bytes.</param>
public sealed record StoredContent(string Sha256, long SizeBytes, IReadOnlyList<ContentChunk> Chunks);

/// <summary>Where content is kept.</summary>
public sealed record ContentStoreOptions
{
    /// <summary>A directory of its own on one file system; made when missing.</summary>
    public required string Root { get; init; }
}
