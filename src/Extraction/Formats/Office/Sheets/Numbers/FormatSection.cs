using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>One section of a format code, cut into tokens.</summary>
/// <param name="Tokens">In order; a section of nothing has none.</param>
/// <param name="Condition">Such as <c>[&lt;=99]</c>, or null.</param>
/// <param name="Language">Whose names of months and weekdays are shown.</param>
internal sealed record FormatSection(IReadOnlyList<FormatToken> Tokens, FormatCondition? Condition, CultureInfo Language)
{
    private const int MaxLength = 1024;

    internal bool IsTime { get; } = Tokens.Any(static token => token.IsTime);

    internal bool Has(TokenKind kind) => Tokens.Any(token => token.Kind == kind);

    /// <summary>Cuts a format code at its semicolons.</summary>
    internal static List<FormatSection> ParseAll(string code)
    {
        // Excel takes up to 255 characters; a longer code is somebody's attempt to keep us busy.
        if (code.Length > MaxLength)
            code = code[..MaxLength];
        var sections = new List<FormatSection>();
        var (start, quoted) = (0, false);
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '"')
            {
                quoted = !quoted;
            }
            else if (code[i] is '\\' && !quoted)
            {
                i++;
            }
            else if (code[i] == ';' && !quoted)
            {
                sections.Add(new SectionParser(code[start..i]).Parse());
                start = i + 1;
            }
        }
        sections.Add(new SectionParser(code[start..]).Parse());
        return sections;
    }
}

/// <summary>When a section applies.</summary>
internal readonly record struct FormatCondition(string Operation, double Bound)
{
    internal bool Holds(double value) => Operation switch
    {
        "<" => value < Bound,
        "<=" => value <= Bound,
        ">" => value > Bound,
        ">=" => value >= Bound,
        "<>" => value != Bound,
        _ => value == Bound,
    };

    /// <summary>True when only numbers below zero come here: their sign is then the section's own affair.</summary>
    internal bool TakesNegativesOnly => Operation switch
    {
        "<" => Bound <= 0,
        "<=" or "=" => Bound < 0,
        _ => false,
    };
}
