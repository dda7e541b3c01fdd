using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Fractions: <c># ?/?</c> shows the best one with so many digits, <c># ?/16</c> the nearest sixteenth.</summary>
internal static class FractionFormat
{
    private const int MaxDigits = 7;

    internal static string Show(double value, IReadOnlyList<FormatToken> tokens)
    {
        var slash = IndexOf(tokens, TokenKind.Slash);
        var first = IndexOf(tokens, TokenKind.Digit);
        var end = DenominatorEnd(tokens, slash);
        var denominator = string.Concat(tokens.Skip(slash + 1).Take(end - slash - 1).Select(static token => token.Text));
        var hasWhole = tokens.Skip(first).Take(slash - first).SkipWhile(static token => token.Kind == TokenKind.Digit)
            .SkipWhile(static token => token.Kind != TokenKind.Digit).Any();

        var size = Math.Abs(value);
        if (size >= long.MaxValue / 2)
            return GeneralNumber.Show(value);
        var whole = hasWhole ? (long)Math.Floor(size) : 0;
        var (top, bottom) = Approximate(size - whole, denominator);
        if (hasWhole && top == bottom)
            (whole, top) = (whole + 1, 0);

        var fraction = hasWhole && top == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{top}/{bottom}");
        var number = hasWhole && (whole > 0 || top == 0) ? whole.ToString(CultureInfo.InvariantCulture) : "";
        var shown = Literals(tokens, 0, first) + $"{number} {fraction}".Trim() + Literals(tokens, end, tokens.Count);
        return (value < 0 ? "-" : "") + shown.Trim();
    }

    private static (long Top, long Bottom) Approximate(double rest, string denominator)
    {
        // A named denominator may hold zeros, which are places elsewhere: # ?/10.
        if (denominator.AsSpan().IndexOfAnyInRange('1', '9') >= 0
            && long.TryParse(denominator, NumberStyles.None, CultureInfo.InvariantCulture, out var named) && named < 1_000_000_000)
        {
            return ((long)Math.Round(rest * named, MidpointRounding.AwayFromZero), named);
        }
        return Best(rest, (long)Math.Pow(10, Math.Clamp(denominator.Length, 1, MaxDigits)) - 1);
    }

    // Continued fraction: each step inverts what is left over; the last one goes as far as the limit lets it.
    private static (long Top, long Bottom) Best(double value, long limit)
    {
        var (top, bottom, lastTop, lastBottom) = (1L, 0L, 0L, 1L);
        var left = value;
        for (var step = 0; step < 40; step++)
        {
            var whole = (long)Math.Min(left, limit * 2.0);
            var (nextTop, nextBottom) = (whole * top + lastTop, whole * bottom + lastBottom);
            if (nextBottom > limit)
            {
                var part = (limit - lastBottom) / bottom;
                var (semiTop, semiBottom) = (part * top + lastTop, part * bottom + lastBottom);
                return Math.Abs(value - (double)semiTop / semiBottom) < Math.Abs(value - (double)top / bottom) ? (semiTop, semiBottom) : (top, bottom);
            }
            (top, bottom, lastTop, lastBottom) = (nextTop, nextBottom, top, bottom);
            if (left - whole < 1e-9)
                break;
            left = 1 / (left - whole);
        }
        return (top, bottom);
    }

    private static int DenominatorEnd(IReadOnlyList<FormatToken> tokens, int slash)
    {
        var end = slash + 1;
        while (end < tokens.Count && (tokens[end].Kind == TokenKind.Digit || tokens[end] is { Kind: TokenKind.Literal, Text: [>= '0' and <= '9'] }))
            end++;
        return end;
    }

    private static string Literals(IReadOnlyList<FormatToken> tokens, int start, int end) =>
        string.Concat(tokens.Skip(start).Take(end - start).Where(static token => token.Kind == TokenKind.Literal).Select(static token => token.Text));

    private static int IndexOf(IReadOnlyList<FormatToken> tokens, TokenKind kind)
    {
        var index = 0;
        while (index < tokens.Count && tokens[index].Kind != kind)
            index++;
        return index;
    }
}
