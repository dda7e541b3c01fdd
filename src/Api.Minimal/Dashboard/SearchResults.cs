using System.Globalization;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>The ways to search that the page offers.</summary>
internal static class SearchModes
{
    internal const string Hybrid = "hybrid";
    internal const string Keyword = "keyword";
    internal const string Semantic = "semantic";

    internal static IReadOnlyList<(string Mode, string Label)> All { get; } = [(Hybrid, "Both"), (Keyword, "Words"), (Semantic, "Meaning")];

    /// <summary>A mode that exists; hybrid for anything else.</summary>
    internal static string Known(string? mode) => mode is Keyword or Semantic ? mode : Hybrid;
}

/// <summary>What the page shows for one search.</summary>
public sealed record SearchResults
{
    /// <summary>Hits on a page: 10.</summary>
    public const int PageSize = 10;

    /// <summary>As typed.</summary>
    public required string Query { get; init; }

    /// <summary><c>hybrid</c>, <c>keyword</c> or <c>semantic</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Hits passed over.</summary>
    public required int Offset { get; init; }

    /// <summary>Best first.</summary>
    public IReadOnlyList<PageHit> Hits { get; init; } = [];

    /// <summary>Files that match, on all pages.</summary>
    public long Total { get; init; }

    /// <summary>Whether there is a next page.</summary>
    public bool HasMore { get; init; }

    /// <summary>Why the answer is less than it could be, for people.</summary>
    public string? Degraded { get; init; }

    /// <summary>Why there is no answer, for people.</summary>
    public string? Problem { get; init; }

    /// <summary>Address of another page of the same search.</summary>
    public string Link(int offset) => string.Create(
        CultureInfo.InvariantCulture, $"/?q={Uri.EscapeDataString(Query)}&mode={Mode}&offset={offset}");
}

/// <summary>One found file.</summary>
/// <param name="File">The file as it is now.</param>
/// <param name="Score">Higher is better.</param>
/// <param name="Page">Page of the passage.</param>
/// <param name="Section">Headings above the passage.</param>
/// <param name="Snippet">The passage in parts, plain text.</param>
public sealed record PageHit(DriveFile File, double Score, int? Page, string? Section, IReadOnlyList<SnippetPart> Snippet);
