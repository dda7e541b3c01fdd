namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>A format code, read once, that shows cells as it says (ECMA-376 part 1, 18.8.30 and 18.8.31). Words it does not hold itself are English.</summary>
internal sealed class NumberFormat
{
    private readonly List<FormatSection> _sections;
    private readonly bool _conditional;

    private NumberFormat(string code)
    {
        _sections = FormatSection.ParseAll(code);
        _conditional = _sections.Exists(static section => section.Condition is not null);
    }

    internal static NumberFormat General { get; } = new("General");

    /// <summary>Reads a format code; whatever stands in it gives some format.</summary>
    internal static NumberFormat Parse(string code) => code.Length == 0 ? General : new(code);

    /// <summary>The number as shown.</summary>
    /// <param name="value">The stored number; dates count days.</param>
    /// <param name="from1904">True when day 0 is 1 January 1904.</param>
    internal string Show(double value, bool from1904 = false)
    {
        if (!double.IsFinite(value))
            return "";
        var section = Choose(value, out var number);
        if (section.Tokens.Count == 0)
            return _sections.Count > 1 ? "" : GeneralNumber.Show(value);
        if (section.IsTime)
            return TimeFormat.Show(value, section, from1904);
        return section.Has(TokenKind.Slash) && section.Has(TokenKind.Digit) ? FractionFormat.Show(number, section.Tokens) : DecimalFormat.Show(number, section.Tokens);
    }

    /// <summary>A text as shown: the last section may put words around it.</summary>
    internal string Show(string text)
    {
        var section = _sections[^1];
        return section.Has(TokenKind.Text) && (_sections.Count is 1 or 4)
            ? string.Concat(section.Tokens.Select(token => token.Kind == TokenKind.Text ? text : token.Text)).Trim() : text;
    }

    // The number comes back without its sign where the section stands for negative numbers alone.
    private FormatSection Choose(double value, out double number)
    {
        number = value;
        if (_conditional)
        {
            foreach (var section in _sections)
            {
                if (section.Condition is { } condition && !condition.Holds(value))
                    continue;
                number = section.Condition is { TakesNegativesOnly: true } ? -value : value;
                return section;
            }
            return _sections[^1];
        }
        if (value < 0 && _sections.Count > 1)
        {
            number = -value;
            return _sections[1];
        }
        return value == 0 && _sections.Count > 2 ? _sections[2] : _sections[0];
    }
}
