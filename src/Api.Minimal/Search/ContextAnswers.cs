using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Search.Query.Context;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Text that answers a question, and where it is from.</summary>
internal sealed record ContextAnswerBody : Answer
{
    public required string Query { get; init; }

    /// <summary>Plain text: for each source a line such as <c>[1] /handbook.pdf, page 3, Safety</c>, then what it says. Empty when nothing was found.</summary>
    public required string Context { get; init; }

    /// <summary>In the order of their numbers, best first.</summary>
    public required IReadOnlyList<ContextSourceItem> Sources { get; init; }

    /// <summary>Tokens of the context as the local model counts them; at most what was asked for.</summary>
    public required int TotalTokens { get; init; }

    /// <summary>Whether something was left out or cut because of the token budget.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Why the passages were found by word only, or not all were compared by meaning; null when nothing is missing.</summary>
    public required string? Degraded { get; init; }

    internal static ContextAnswerBody From(string query, ContextAnswer answer) => new()
    {
        Query = query,
        Context = answer.Context,
        Sources = [.. answer.Sources.Select(ContextSourceItem.From)],
        TotalTokens = answer.TotalTokens,
        Truncated = answer.Truncated,
        Degraded = answer.Degraded,
    };
}

/// <summary>A passage in the context.</summary>
internal sealed record ContextSourceItem
{
    /// <summary>Its number in the context, from 1.</summary>
    public required int Source { get; init; }

    public required string FileId { get; init; }

    public required string FileName { get; init; }

    public required string ShareId { get; init; }

    public required string Path { get; init; }

    public required string MimeType { get; init; }

    public required int Page { get; init; }

    public required int LastPage { get; init; }

    public required string? Section { get; init; }

    /// <summary>The chunks it is made of, in order; several are neighbours.</summary>
    public required IReadOnlyList<int> ChunkIndexes { get; init; }

    /// <summary>0 to 1, higher is better; comparable within one answer.</summary>
    public required double Score { get; init; }

    public required string Content { get; init; }

    /// <summary>Tokens it takes in the context, its first line included.</summary>
    public required int Tokens { get; init; }

    /// <summary>Further files that say the same.</summary>
    public required IReadOnlyList<ContextFileItem> OtherFiles { get; init; }

    internal static ContextSourceItem From(ContextSource source) => new()
    {
        Source = source.Number,
        FileId = source.File.FileId,
        FileName = source.File.Name,
        ShareId = source.File.ShareId,
        Path = source.File.Path,
        MimeType = source.File.MimeType,
        Page = source.Page,
        LastPage = source.LastPage,
        Section = source.Section,
        ChunkIndexes = source.ChunkIndexes,
        Score = source.Score,
        Content = source.Text,
        Tokens = source.Tokens,
        OtherFiles = [.. source.OtherFiles.Select(file => new ContextFileItem(file.FileId, file.Name, file.ShareId, file.Path))],
    };
}

/// <summary>A file that says the same as a source.</summary>
internal sealed record ContextFileItem(string FileId, string FileName, string ShareId, string Path);
