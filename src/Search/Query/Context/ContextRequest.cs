namespace ScaiDrive.Search.Query.Context;

/// <summary>Asks for text that answers a query, for a language model to read.</summary>
/// <param name="Search">Tenant, query, filters and alpha; its limit and offset are not looked at.</param>
/// <param name="MaxTokens">Tokens of the whole context, headings of its sources included; never exceeded.</param>
/// <param name="MaxChunks">Chunks it is made of, at most.</param>
public sealed record ContextRequest(SearchRequest Search, int MaxTokens, int MaxChunks);

/// <summary>A file as its owner knows it now.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Name">Its name.</param>
/// <param name="ShareId">Its share.</param>
/// <param name="Path">Its path inside the share.</param>
/// <param name="MimeType">Its type.</param>
public sealed record ReadableFile(string FileId, string Name, string ShareId, string Path, string MimeType);

/// <summary>Says which of some files the caller may read at this moment. The index may be a moment behind; this is the last word.</summary>
public delegate Task<IReadOnlyDictionary<string, ReadableFile>> ReadableFiles(IReadOnlyList<string> fileIds, CancellationToken cancellationToken);

/// <summary>Text that answers a query.</summary>
/// <param name="Context">Plain text: numbered sources, each a line that says where it is from, then what it says. Empty when nothing was found.</param>
/// <param name="Sources">What it is made of, in the order of their numbers.</param>
/// <param name="TotalTokens">Tokens of <paramref name="Context"/>.</param>
/// <param name="Truncated">Whether something was left out or cut because of the token budget.</param>
/// <param name="Degraded">As in <see cref="SearchAnswer.Degraded"/>.</param>
public sealed record ContextAnswer(string Context, IReadOnlyList<ContextSource> Sources, int TotalTokens, bool Truncated, string? Degraded);

/// <summary>A passage in the context: one chunk, or neighbouring ones joined.</summary>
/// <param name="Number">Its number in the context, from 1.</param>
/// <param name="File">The file it is from.</param>
/// <param name="OtherFiles">Further files that say the same, left out for that.</param>
/// <param name="Page">Its first page.</param>
/// <param name="LastPage">Its last page.</param>
/// <param name="Section">The headings above its beginning.</param>
/// <param name="ChunkIndexes">The chunks, in order.</param>
/// <param name="Score">Of its best chunk, 0 to 1; comparable only inside one answer.</param>
/// <param name="Text">What the context holds of it.</param>
/// <param name="Tokens">Tokens it takes in the context, its heading included.</param>
public sealed record ContextSource(
    int Number, ReadableFile File, IReadOnlyList<ReadableFile> OtherFiles, int Page, int LastPage, string? Section,
    IReadOnlyList<int> ChunkIndexes, double Score, string Text, int Tokens);
