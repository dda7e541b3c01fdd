using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Connectors.Bodies;

/// <summary>Which names.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PatternsBody
{
    private const int MaxPatterns = 1_000;
    private const int MaxLength = 1_000;

    /// <summary>Endings of names without the dot, such as <c>pdf</c>; the same as the pattern <c>*.pdf</c>.</summary>
    public IReadOnlyList<string?>? Extensions { get; init; }

    /// <summary><c>*.pdf</c> fits names at any depth, <c>archive/**</c> paths from the root, <c>cache/</c> directories; <c>*</c> and <c>?</c> stay within a
    /// name, <c>**</c> crosses directories.</summary>
    public IReadOnlyList<string?>? Patterns { get; init; }

    /// <summary>As they are kept; <see cref="Fault"/> found none.</summary>
    internal IReadOnlyList<string> ToList() =>
        [.. (Patterns ?? []).Concat((Extensions ?? []).Select(extension => $"*.{extension!.TrimStart('*').TrimStart('.')}")).Select(pattern => pattern!).Distinct(StringComparer.Ordinal)];

    /// <summary>What is wrong, other than what a pattern says; null when nothing is.</summary>
    internal string? Fault(string member)
    {
        List<string?> all = [.. Extensions ?? [], .. Patterns ?? []];
        return all.Count > MaxPatterns ? $"{member} holds at most {MaxPatterns} patterns and extensions."
            : all.Exists(pattern => pattern is null or "") ? $"{member} holds an empty pattern or extension."
            : all.Exists(pattern => pattern!.Length > MaxLength) ? $"A pattern of {member} has at most {MaxLength} characters."
            : null;
    }

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
