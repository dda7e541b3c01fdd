using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Cuts one section of a format code into tokens (ECMA-376 part 1, 18.8.31). Colours and widths are dropped.</summary>
internal sealed class SectionParser(string section)
{
    private readonly List<FormatToken> _tokens = [];
    private FormatCondition? _condition;
    private CultureInfo _language = CultureInfo.InvariantCulture;
    private int _at;

    internal FormatSection Parse()
    {
        while (_at < section.Length)
            ParseOne();
        SettleMinutes();
        SettleSecondFractions();
        return new(_tokens, _condition, _language);
    }

    private void ParseOne()
    {
        var character = section[_at];
        switch (character)
        {
            case '"':
                var end = section.IndexOf('"', _at + 1);
                end = end < 0 ? section.Length : end;
                Add(TokenKind.Literal, section[(_at + 1)..end], end + 1 - _at);
                break;
            case '\\' or '!' when _at + 1 < section.Length:
                Add(TokenKind.Literal, section[(_at + 1)..(_at + 2)], 2);
                break;
            case '_' when _at + 1 < section.Length: // a space as wide as the next character
                Add(TokenKind.Literal, " ", 2);
                break;
            case '*' when _at + 1 < section.Length: // fills the cell with the next character; one of them shows that there was room
                Add(TokenKind.Literal, section[(_at + 1)..(_at + 2)], 2);
                break;
            case '[':
                ParseBracket();
                break;
            case '0' or '#' or '?':
                Add(TokenKind.Digit, 1);
                break;
            case '.':
                Add(TokenKind.Point, 1);
                break;
            case ',':
                Add(TokenKind.Comma, 1);
                break;
            case '%':
                Add(TokenKind.Percent, 1);
                break;
            case '/':
                Add(TokenKind.Slash, 1);
                break;
            case '@':
                Add(TokenKind.Text, 1);
                break;
            default:
                ParseLetter(character);
                break;
        }
    }

    private void ParseLetter(char character)
    {
        if (Matches("General"))
            Add(TokenKind.General, 7);
        else if (Matches("AM/PM"))
            Add(TokenKind.HalfDay, 5);
        else if (Matches("A/P"))
            Add(TokenKind.HalfDay, 3);
        else if (Matches("E+") || Matches("E-"))
            Add(TokenKind.Exponent, 2);
        else
            ParseRun(character);
    }

    private void ParseRun(char character)
    {
        var length = RunLength(character);
        switch (char.ToLowerInvariant(character))
        {
            case 'y':
                Add(TokenKind.Year, length);
                break;
            case 'e': // the year of an era; shown as the year itself
                Add(TokenKind.Year, "yyyy", length);
                break;
            case 'b':
                Add(TokenKind.BuddhistYear, length);
                break;
            case 'g': // the name of an era
                _at += length;
                break;
            case 'm':
                Add(TokenKind.Month, length);
                break;
            case 'd' when length > 2:
                Add(TokenKind.Weekday, length);
                break;
            case 'a' when length > 2: // weekdays in East Asian codes
                Add(TokenKind.Weekday, length);
                break;
            case 'd':
                Add(TokenKind.Day, length);
                break;
            case 'h':
                Add(TokenKind.Hour, length);
                break;
            case 's':
                Add(TokenKind.Second, length);
                break;
            default:
                Add(TokenKind.Literal, 1);
                break;
        }
    }

    private void ParseBracket()
    {
        var close = section.IndexOf(']', _at);
        var inside = section[(_at + 1)..(close < 0 ? section.Length : close)];
        _at = close < 0 ? section.Length : close + 1;
        if (inside.StartsWith('$'))
        {
            // [$€-407]: a currency sign, then the number of a language.
            var dash = inside.LastIndexOf('-');
            if (dash > 1 || dash < 0)
                _tokens.Add(new(TokenKind.Literal, inside[1..(dash < 0 ? inside.Length : dash)]));
            if (dash > 0)
                _language = LanguageOf(inside.AsSpan(dash + 1));
        }
        else if (inside.AsSpan().IndexOfAnyExcept("<>=") is > 0 and var sign
            && double.TryParse(inside.AsSpan(sign), CultureInfo.InvariantCulture, out var bound))
        {
            _condition = new(inside[..sign], bound);
        }
        else if (inside.Length > 0 && inside.AsSpan().IndexOfAnyExcept(inside[0]) < 0)
        {
            var kind = char.ToLowerInvariant(inside[0]) switch
            {
                'h' => TokenKind.ElapsedHours,
                'm' => TokenKind.ElapsedMinutes,
                's' => TokenKind.ElapsedSeconds,
                _ => TokenKind.Literal,
            };
            if (kind != TokenKind.Literal)
                _tokens.Add(new(kind, inside));
        }
    }

    // The low word is a language number of Windows; above it stand calendar and digits. 0xF400 and 0xF800 mean "as the system does".
    private static CultureInfo LanguageOf(ReadOnlySpan<char> number) =>
        !uint.TryParse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var language) || (language & 0xFFFF) is 0 or 0xF400 or 0xF800
            ? CultureInfo.InvariantCulture
            : CalendarWords.Of(language & 0xFFFF);

    // An m beside hours or seconds counts minutes.
    private void SettleMinutes()
    {
        var times = Enumerable.Range(0, _tokens.Count).Where(i => _tokens[i].IsTime && _tokens[i].Kind != TokenKind.HalfDay).ToList();
        for (var i = 0; i < times.Count; i++)
        {
            var token = _tokens[times[i]];
            if (token is not { Kind: TokenKind.Month, Text.Length: <= 2 })
                continue;
            var before = i > 0 ? _tokens[times[i - 1]].Kind : default;
            var after = i + 1 < times.Count ? _tokens[times[i + 1]].Kind : default;
            if (before is TokenKind.Hour or TokenKind.ElapsedHours || after is TokenKind.Second or TokenKind.ElapsedSeconds)
                _tokens[times[i]] = token with { Kind = TokenKind.Minute };
        }
    }

    // ss.000: what looks like decimals counts parts of a second.
    private void SettleSecondFractions()
    {
        for (var i = 1; i + 1 < _tokens.Count; i++)
        {
            if (_tokens[i].Kind != TokenKind.Point || _tokens[i - 1].Kind is not (TokenKind.Second or TokenKind.ElapsedSeconds))
                continue;
            var digits = _tokens.Skip(i + 1).TakeWhile(static token => token is { Kind: TokenKind.Digit, Text: "0" }).Count();
            if (digits == 0)
                continue;
            _tokens.RemoveRange(i, digits + 1);
            _tokens.Insert(i, new(TokenKind.SecondFraction, new('0', digits)));
        }
    }

    private int RunLength(char character)
    {
        var end = _at;
        while (end < section.Length && char.ToLowerInvariant(section[end]) == char.ToLowerInvariant(character))
            end++;
        return end - _at;
    }

    private bool Matches(string word) => string.Compare(section, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private void Add(TokenKind kind, int length) => Add(kind, section.Substring(_at, length), length);

    private void Add(TokenKind kind, string text, int length)
    {
        _tokens.Add(new(kind, text));
        _at += length;
    }
}
