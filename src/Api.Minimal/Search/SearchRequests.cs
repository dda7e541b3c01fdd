using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>Limits that every search shares.</summary>
internal static class SearchLimits
{
    internal const int QueryLength = 1000;
    internal const int MaxLimit = 100;
    internal const int DefaultLimit = 50;
    internal const int MaxPassages = 50;
    internal const int DefaultPassages = 20;

    /// <summary>Deeper paging than this is not what a ranking is for.</summary>
    internal const int MaxOffset = 10_000;

    internal const double DefaultAlpha = 0.7;

    internal const int MinContextTokens = 100;
    internal const int MaxContextTokens = 32_000;
    internal const int DefaultContextTokens = 2_000;
    internal const int MaxContextChunks = 50;
    internal const int DefaultContextChunks = 10;
}

/// <summary>What the documentation of the API says about parameters that several searches have.</summary>
internal static class SearchTexts
{
    internal const string Query = "Words; \"a phrase\" in quotes; begin* for words that begin so.";
    internal const string ShareId = "Only files of this share.";
    internal const string FileTypes = "MIME types or patterns such as image/*; a file that matches one of them is found.";
    internal const string PathPrefix = "Only files whose path begins so, case-sensitive; a trailing / keeps it to one folder.";
    internal const string ModifiedAfter = "Only files modified then or later (RFC 3339).";
    internal const string ModifiedBefore = "Only files modified before (RFC 3339).";
    internal const string FolderId = "Only files of this folder.";
    internal const string Recursive = "Whether folders below folder_id count.";
    internal const string Offset = "Hits to pass over.";
    internal const string Alpha = "0 is words only, 1 is meaning only. Values between are weights on a curve: the default 0.7 gives meaning three tenths of the score.";
}

/// <summary>The query and the filters that every search takes.</summary>
internal abstract record FilterBody
{
    [Required, StringLength(SearchLimits.QueryLength), Description(SearchTexts.Query)]
    public string? Query { get; init; }

    [Description(SearchTexts.ShareId)]
    public string? ShareId { get; init; }

    [Description(SearchTexts.FileTypes)]
    public IReadOnlyList<string>? FileTypes { get; init; }

    [Description(SearchTexts.PathPrefix)]
    public string? PathPrefix { get; init; }

    [Description(SearchTexts.ModifiedAfter)]
    public DateTimeOffset? ModifiedAfter { get; init; }

    [Description(SearchTexts.ModifiedBefore)]
    public DateTimeOffset? ModifiedBefore { get; init; }
}

/// <summary>Body of a search by word.</summary>
internal sealed record KeywordBody : FilterBody
{
    /// <summary>One MIME pattern, such as <c>image/*</c>.</summary>
    public string? MimeType { get; init; }

    [Description(SearchTexts.FolderId)]
    public string? FolderId { get; init; }

    [Description(SearchTexts.Recursive)]
    public bool? Recursive { get; init; }

    [Range(1, SearchLimits.MaxLimit)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)]
    public int? Offset { get; init; }
}

/// <summary>Body of a search by meaning.</summary>
internal sealed record SemanticBody : FilterBody
{
    [Range(1, SearchLimits.MaxPassages)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)]
    public int? Offset { get; init; }
}

/// <summary>Body of a search by word and meaning.</summary>
internal sealed record HybridBody : FilterBody
{
    [Range(1, SearchLimits.MaxLimit)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset), Description(SearchTexts.Offset)]
    public int? Offset { get; init; }

    [Range(0.0, 1.0), Description(SearchTexts.Alpha)]
    public double? Alpha { get; init; }
}

/// <summary>Body of a request for context.</summary>
internal sealed record ContextBody : FilterBody
{
    /// <summary>Tokens of the whole context; never exceeded. Default 2000.</summary>
    [Range(SearchLimits.MinContextTokens, SearchLimits.MaxContextTokens)]
    public int? MaxTokens { get; init; }

    /// <summary>Chunks of text the context is made of, at most. Default 10.</summary>
    [Range(1, SearchLimits.MaxContextChunks)]
    public int? MaxChunks { get; init; }

    [Range(0.0, 1.0), Description(SearchTexts.Alpha)]
    public double? Alpha { get; init; }
}
