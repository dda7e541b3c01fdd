namespace ScaiDrive.Search.Chunking;

/// <summary>One page of text as it enters the chunker.</summary>
/// <param name="Page">Page number as the reader counts, from 1.</param>
/// <param name="Text">The page's text; may be empty.</param>
/// <param name="Headings">Headings on this page: offset into <paramref name="Text"/> in UTF-16 units, level from 1, title. Any order.</param>
public sealed record ChunkSource(int Page, string Text, IReadOnlyList<(int Offset, int Level, string Title)> Headings);

/// <summary>A piece of a document small enough to be embedded.</summary>
/// <param name="Index">Position in the document, from 0.</param>
/// <param name="Page">The page it stands on.</param>
/// <param name="LastPage">The page it ends on when that is another one; null otherwise. The present chunker never crosses pages.</param>
/// <param name="Section">The headings above it, outermost first, joined by <c> &gt; </c>; null above the first heading.</param>
/// <param name="Text">A contiguous part of the page, trimmed.</param>
/// <param name="Hash">SHA-256, lower-case hex, of what is embedded: <see cref="EmbeddedText"/>.</param>
public sealed record TextChunk(int Index, int Page, int? LastPage, string? Section, string Text, string Hash)
{
    /// <summary>How many UTF-16 units at the start of <see cref="Text"/> repeat the end of the chunk before; 0 for none.</summary>
    public int OverlapLength { get; init; }

    /// <summary>What is embedded before the text, so that a part taken out of its document still says what it is about: the
    /// document's title and the heading above. Null: nothing, because the text itself begins with it.</summary>
    public string? Context { get; init; }

    /// <summary>Tokens of what is embedded, as the chunker's counter counts them.</summary>
    public int Tokens { get; init; }
}

/// <summary>How large chunks become.</summary>
public sealed record ChunkOptions
{
    /// <summary>Tokens a chunk with its context aims at and does not exceed. Default 100; never more than the model reads.</summary>
    /// <remarks>Smaller ones find topics better, larger ones single documents; docs/adr/0009-ranking.md has the figures.</remarks>
    public int TargetTokens { get; init; } = 100;

    /// <summary>Tokens of whole sentences, at most two of them, repeated from the chunk before. Default 0, which repeats nothing:
    /// the context of a chunk says what it is about, and repeating more cost an eighth of the work without finding better.</summary>
    public int OverlapTokens { get; init; }
}
