using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>A stretch of a snippet, plain text.</summary>
/// <param name="Text">Never markup: whoever shows it encodes it.</param>
/// <param name="IsMatch">Whether it is what was looked for.</param>
public sealed record SnippetPart(string Text, bool IsMatch)
{
    /// <summary>Cuts a snippet at its highlights. Ranges that overlap or lie outside are brought into line, so the parts always
    /// join to the snippet again.</summary>
    internal static IReadOnlyList<SnippetPart> Split(string? snippet, IReadOnlyList<TextRange> highlights)
    {
        if (string.IsNullOrEmpty(snippet))
            return [];
        List<SnippetPart> parts = [];
        var at = 0;
        foreach (var range in highlights.OrderBy(h => h.Offset))
        {
            var from = Math.Clamp(range.Offset, at, snippet.Length);
            var to = Math.Clamp(range.Offset + range.Length, from, snippet.Length);
            if (to == from)
                continue;
            if (from > at)
                parts.Add(new SnippetPart(snippet[at..from], false));
            parts.Add(new SnippetPart(snippet[from..to], true));
            at = to;
        }

        if (at < snippet.Length)
            parts.Add(new SnippetPart(snippet[at..], false));
        return parts;
    }
}
