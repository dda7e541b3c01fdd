using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Digits, thousands, scaling, percent and exponents, with literals wherever they stand between the digits.</summary>
internal sealed class DecimalFormat
{
    // Beyond this a decimal does not hold the number; a double has no more digits anyway.
    private const double MaxExact = 7e27;
    private const int MaxDecimals = 28;

    private readonly IReadOnlyList<FormatToken> _tokens;
    private readonly int _point, _exponent, _lastWhole;
    private readonly int _wholePlaces, _decimals;
    private readonly bool _grouped;
    private readonly StringBuilder _text = new();

    private DecimalFormat(IReadOnlyList<FormatToken> tokens)
    {
        _tokens = tokens;
        _exponent = Find(TokenKind.Exponent, tokens.Count);
        _point = Find(TokenKind.Point, _exponent);
        for (var i = 0; i < _exponent; i++)
        {
            if (tokens[i].Kind != TokenKind.Digit)
                continue;
            if (i < _point)
                (_wholePlaces, _lastWhole) = (_wholePlaces + 1, i);
            else
                _decimals++;
        }
        // A comma between places groups by thousands; one right after the last place of the number divides by a thousand.
        var first = Find(TokenKind.Digit, tokens.Count);
        for (var i = first; i < _lastWhole; i++)
            _grouped |= tokens[i].Kind == TokenKind.Comma;
    }

    internal static string Show(double value, IReadOnlyList<FormatToken> tokens) => new DecimalFormat(tokens).Show(value);

    private string Show(double value)
    {
        if (_wholePlaces + _decimals == 0)
            return ShowWithoutPlaces(value);
        var size = Math.Abs(value) * Math.Pow(100, _tokens.Count(static token => token.Kind == TokenKind.Percent)) / Math.Pow(1000, ScalingCommas());
        var power = 0;
        if (_exponent < _tokens.Count)
            (size, power) = Normalise(size);
        var (whole, decimals) = Digits(size);
        AppendPlaces(whole, decimals, power);
        var shown = _text.ToString().Trim();
        return value < 0 ? "-" + shown : shown;
    }

    private string ShowWithoutPlaces(double value)
    {
        foreach (var token in _tokens)
            _text.Append(token.Kind is TokenKind.General or TokenKind.Text ? GeneralNumber.Show(Math.Abs(value)) : token.Text);
        return (value < 0 ? "-" : "") + _text.ToString().Trim();
    }

    private int ScalingCommas()
    {
        var last = _exponent - 1;
        while (last >= 0 && _tokens[last].Kind != TokenKind.Digit)
            last--;
        var scale = CommasAfter(last);
        return _point < _exponent && _lastWhole < _point && last > _point ? scale + CommasAfter(_lastWhole) : scale;

        int CommasAfter(int at)
        {
            var count = 0;
            while (at + 1 + count < _tokens.Count && _tokens[at + 1 + count].Kind == TokenKind.Comma)
                count++;
            return count;
        }
    }

    // With several places before the point the exponent is a multiple of their number: ##0.0E+0 is engineers' notation.
    private (double Mantissa, int Power) Normalise(double size)
    {
        if (size == 0)
            return (0, 0);
        var step = Math.Max(1, _wholePlaces);
        var power = (int)Math.Floor(Math.Log10(size));
        power = (int)Math.Floor((double)power / step) * step;
        var mantissa = size / Math.Pow(10, power);
        return Math.Round(mantissa, Math.Min(15, _decimals)) >= Math.Pow(10, step) ? (mantissa / Math.Pow(10, step), power + step) : (mantissa, power);
    }

    private (string Whole, string Decimals) Digits(double size)
    {
        var places = Math.Min(_decimals, MaxDecimals);
        var digits = size < MaxExact
            ? Math.Round((decimal)size, places, MidpointRounding.AwayFromZero).ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : size.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? digits : digits[..point];
        return (whole == "0" ? "" : whole, point < 0 ? "" : digits[(point + 1)..]);
    }

    private void AppendPlaces(string whole, string decimals, int power)
    {
        var (wholeLeft, decimalPlace, started) = (_wholePlaces, 0, false);
        var significant = decimals.AsSpan().TrimEnd('0').Length;
        for (var i = 0; i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            switch (token.Kind)
            {
                case TokenKind.Digit when i > _exponent:
                    break;
                case TokenKind.Digit when i < _point:
                    AppendWhole(token.Text[0], whole, wholeLeft, ref started);
                    wholeLeft--;
                    break;
                case TokenKind.Digit:
                    if (decimalPlace < significant)
                        _text.Append(decimals[decimalPlace]);
                    else if (token.Text != "#")
                        _text.Append(token.Text == "0" ? '0' : ' ');
                    decimalPlace++;
                    break;
                case TokenKind.Point:
                    if (_wholePlaces == 0)
                        _text.Append(whole);
                    _text.Append('.');
                    break;
                case TokenKind.Exponent:
                    AppendPower(token.Text, power);
                    break;
                case TokenKind.Comma:
                    break;
                default:
                    _text.Append(token.Text);
                    break;
            }
        }
    }

    // Places fill from the right; the first one takes all digits that are left over.
    private void AppendWhole(char place, string whole, int left, ref bool started)
    {
        if (!started && whole.Length > left)
        {
            for (var position = whole.Length; position > left; position--)
                AppendDigit(whole[^position], position);
        }
        started = true;
        if (whole.Length >= left)
            AppendDigit(whole[^left], left);
        else if (place == '0')
            AppendDigit('0', left);
        else if (place == '?')
            _text.Append(' ');
    }

    private void AppendDigit(char digit, int position)
    {
        _text.Append(digit);
        if (_grouped && position > 1 && position % 3 == 1)
            _text.Append(',');
    }

    private void AppendPower(string sign, int power)
    {
        _text.Append('E').Append(power < 0 ? "-" : sign[1] == '+' ? "+" : "");
        var zeros = 0;
        for (var i = _exponent + 1; i < _tokens.Count; i++)
            zeros += _tokens[i] is { Kind: TokenKind.Digit, Text: "0" } ? 1 : 0;
        _text.Append(Math.Abs(power).ToString(CultureInfo.InvariantCulture).PadLeft(zeros, '0'));
    }

    private int Find(TokenKind kind, int end)
    {
        for (var i = 0; i < end; i++)
        {
            if (_tokens[i].Kind == kind)
                return i;
        }
        return end;
    }
}
