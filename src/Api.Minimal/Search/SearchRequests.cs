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
}

/// <summary>Body of a search by word.</summary>
internal sealed record KeywordBody
{
    [Required, StringLength(SearchLimits.QueryLength)]
    public string? Query { get; init; }

    public string? ShareId { get; init; }

    /// <summary>One MIME pattern, such as <c>image/*</c>.</summary>
    public string? MimeType { get; init; }

    /// <summary>MIME patterns; a file that matches one of them is found.</summary>
    public IReadOnlyList<string>? FileTypes { get; init; }

    /// <summary>Only files below this path.</summary>
    public string? PathPrefix { get; init; }

    [Range(1, SearchLimits.MaxLimit)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset)]
    public int? Offset { get; init; }
}

/// <summary>Body of a search by meaning.</summary>
internal sealed record SemanticBody
{
    [Required, StringLength(SearchLimits.QueryLength)]
    public string? Query { get; init; }

    public string? ShareId { get; init; }

    /// <summary>MIME patterns; a file that matches one of them is found.</summary>
    public IReadOnlyList<string>? FileTypes { get; init; }

    /// <summary>Only files below this path.</summary>
    public string? PathPrefix { get; init; }

    [Range(1, SearchLimits.MaxPassages)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset)]
    public int? Offset { get; init; }
}

/// <summary>Body of a search by word and meaning.</summary>
internal sealed record HybridBody
{
    [Required, StringLength(SearchLimits.QueryLength)]
    public string? Query { get; init; }

    public string? ShareId { get; init; }

    /// <summary>MIME patterns; a file that matches one of them is found.</summary>
    public IReadOnlyList<string>? FileTypes { get; init; }

    /// <summary>Only files below this path.</summary>
    public string? PathPrefix { get; init; }

    [Range(1, SearchLimits.MaxLimit)]
    public int? Limit { get; init; }

    [Range(0, SearchLimits.MaxOffset)]
    public int? Offset { get; init; }

    /// <summary>0 is words only, 1 is meaning only.</summary>
    [Range(0.0, 1.0)]
    public double? Alpha { get; init; }
}
