using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>Which names.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PatternsBody
{
    /// <summary>Endings of names without the dot, such as <c>pdf</c>; the same as the pattern <c>*.pdf</c>.</summary>
    public IReadOnlyList<string>? Extensions { get; init; }

    /// <summary><c>*.pdf</c> fits names at any depth, <c>archive/**</c> paths from the root, <c>cache/</c> directories; <c>*</c> and <c>?</c> stay within a
    /// name, <c>**</c> crosses directories.</summary>
    public IReadOnlyList<string>? Patterns { get; init; }

    internal IReadOnlyList<string> ToList() =>
        [.. (Patterns ?? []).Concat((Extensions ?? []).Select(extension => $"*.{extension.TrimStart('*').TrimStart('.')}")).Distinct(StringComparer.Ordinal)];

    /// <summary>What is asked of names alone is told as extensions.</summary>
    internal static PatternsBody Includes(IReadOnlyList<string> patterns) => new()
    {
        Extensions = [.. patterns.Where(IsExtension).Select(pattern => pattern[2..])],
        Patterns = [.. patterns.Where(pattern => !IsExtension(pattern))],
    };

    internal static PatternsBody Excludes(IReadOnlyList<string> patterns) => new() { Patterns = patterns };

    private static bool IsExtension(string pattern) =>
        pattern.Length > 2 && pattern.StartsWith("*.", StringComparison.Ordinal) && pattern.AsSpan(2).IndexOfAny("*?/") < 0;
}
