using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Shows a cell's number as its format code says (ECMA-376 part 1, 18.8.30 and 18.8.31), in English.</summary>
/// <remarks>Covers sections, digits, thousands, scaling, percent, exponents, fractions, dates, durations, literals and currencies. Colours and widths are dropped.</remarks>
internal static class NumberFormat
{
    private static readonly Dictionary<int, string> BuiltIn = new()
    {
        [0] = "General",
        [1] = "0",
        [2] = "0.00",
        [3] = "#,##0",
        [4] = "#,##0.00",
        [5] = "$#,##0;($#,##0)",
        [6] = "$#,##0;($#,##0)",
        [7] = "$#,##0.00;($#,##0.00)",
        [8] = "$#,##0.00;($#,##0.00)",
        [9] = "0%",
        [10] = "0.00%",
        [11] = "0.00E+00",
        [12] = "# ?/?",
        [13] = "# ??/??",
        [14] = "m/d/yy",
        [15] = "d-mmm-yy",
        [16] = "d-mmm",
        [17] = "mmm-yy",
        [18] = "h:mm AM/PM",
        [19] = "h:mm:ss AM/PM",
        [20] = "h:mm",
        [21] = "h:mm:ss",
        [22] = "m/d/yy h:mm",
        [37] = "#,##0;(#,##0)",
        [38] = "#,##0;(#,##0)",
        [39] = "#,##0.00;(#,##0.00)",
        [40] = "#,##0.00;(#,##0.00)",
        [41] = "#,##0;(#,##0);\"-\"",
        [42] = "$#,##0;($#,##0);\"-\"",
        [43] = "#,##0.00;(#,##0.00);\"-\"",
        [44] = "$#,##0.00;($#,##0.00);\"-\"",
        [45] = "mm:ss",
        [46] = "[h]:mm:ss",
        [47] = "mm:ss.0",
        [48] = "##0.0E+0",
        [49] = "@",
    };

    /// <summary>The code of a built-in format; <c>General</c> for numbers nobody defined.</summary>
    internal static string CodeOf(int id) => BuiltIn.GetValueOrDefault(id, "General");

    /// <summary>The number as shown.</summary>
    /// <param name="value">The stored number; dates count days.</param>
    /// <param name="code">The whole format code, sections parted by semicolons.</param>
    /// <param name="from1904">True when day 0 is 1 January 1904.</param>
    internal static string Show(double value, string code, bool from1904)
    {
        var sections = Split(code);
        var section = Choose(sections, value, out var number);
        if (section.Length == 0)
            return code.Contains(';', StringComparison.Ordinal) ? "" : General(value);
        if (section.Trim().Equals("General", StringComparison.OrdinalIgnoreCase) || section == "@")
            return General(number);
        var tokens = Tokens(section);
        return tokens.Exists(static token => token.IsDate) ? ShowDate(value, tokens, from1904) : ShowNumber(number, tokens);
    }

    /// <summary>Up to 11 significant digits, as a cell shows without a format; far sizes with an exponent.</summary>
    internal static string General(double value)
    {
        if (value == 0)
            return "0";
        var size = Math.Abs(value);
        return size is >= 1e11 or < 1e-9
            ? value.ToString(size >= 1e11 && size < 1e15 && value == Math.Floor(value) ? "0" : "0.#####E+00", CultureInfo.InvariantCulture)
            : value.ToString("G11", CultureInfo.InvariantCulture) is var text && text.Contains('E', StringComparison.Ordinal)
                ? value.ToString("0.##########", CultureInfo.InvariantCulture) : text;
    }

    private static string Choose(List<string> sections, double value, out double number)
    {
        number = value;
        // Conditions such as [<=99] decide by themselves; the last section without one takes the rest.
        if (sections.Exists(static section => Condition(section) is not null))
        {
            foreach (var section in sections)
            {
                if (Condition(section) is not var (operation, bound) || Holds(operation, value, bound))
                    return section;
            }
            return sections[^1];
        }
        if (value < 0 && sections.Count > 1)
        {
            number = -value;
            return sections[1];
        }
        return value == 0 && sections.Count > 2 ? sections[2] : sections[0];
    }

    private static (string Operation, double Bound)? Condition(string section)
    {
        for (var open = section.IndexOf('[', StringComparison.Ordinal); open >= 0; open = section.IndexOf('[', open + 1))
        {
            var close = section.IndexOf(']', open);
            if (close < 0)
                break;
            var inside = section.AsSpan(open + 1, close - open - 1);
            var sign = inside.IndexOfAnyExcept("<>=");
            if (sign > 0 && double.TryParse(inside[sign..], CultureInfo.InvariantCulture, out var bound))
                return (inside[..sign].ToString(), bound);
        }
        return null;
    }

    private static bool Holds(string operation, double value, double bound) => operation switch
    {
        "<" => value < bound,
        "<=" => value <= bound,
        ">" => value > bound,
        ">=" => value >= bound,
        "<>" => value != bound,
        _ => value == bound,
    };

    private static List<string> Split(string code)
    {
        var sections = new List<string>();
        var (start, quoted) = (0, false);
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '"')
                quoted = !quoted;
            else if (code[i] is '\\' && !quoted)
                i++;
            else if (code[i] == ';' && !quoted)
            {
                sections.Add(code[start..i]);
                start = i + 1;
            }
        }
        sections.Add(code[start..]);
        return sections;
    }

    /// <summary>A piece of a section: a literal, or a run of one placeholder character.</summary>
    private readonly record struct Token(char Kind, string Text)
    {
        internal bool IsDate => Kind is 'y' or 'm' or 'd' or 'h' or 's' or 'a' or 'e';
    }

    private const char Literal = '\'';

    private static List<Token> Tokens(string section)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < section.Length;)
        {
            var character = section[i];
            switch (character)
            {
                case '"':
                    var end = section.IndexOf('"', i + 1);
                    end = end < 0 ? section.Length : end;
                    tokens.Add(new(Literal, section[(i + 1)..end]));
                    i = end + 1;
                    continue;
                case '\\' when i + 1 < section.Length:
                    tokens.Add(new(Literal, section[(i + 1)..(i + 2)]));
                    i += 2;
                    continue;
                case '_' when i + 1 < section.Length: // as wide as the next character
                    tokens.Add(new(Literal, " "));
                    i += 2;
                    continue;
                case '*' when i + 1 < section.Length: // fills the cell with the next character
                    i += 2;
                    continue;
                case '[':
                    var close = section.IndexOf(']', i);
                    close = close < 0 ? section.Length - 1 : close;
                    AddBracket(section[(i + 1)..close], tokens);
                    i = close + 1;
                    continue;
                case 'A' or 'a' when Matches(section, i, "AM/PM") || Matches(section, i, "A/P"):
                    var length = Matches(section, i, "AM/PM") ? 5 : 3;
                    tokens.Add(new('a', section.Substring(i, length)));
                    i += length;
                    continue;
                case 'E' or 'e' when i + 1 < section.Length && section[i + 1] is '+' or '-':
                    tokens.Add(new('E', section.Substring(i, 2)));
                    i += 2;
                    continue;
            }

            var kind = char.ToLowerInvariant(character);
            if (kind is 'y' or 'm' or 'd' or 'h' or 's')
            {
                var run = i;
                while (run < section.Length && char.ToLowerInvariant(section[run]) == kind)
                    run++;
                tokens.Add(new(kind, section[i..run]));
                i = run;
            }
            else
            {
                tokens.Add(new(character is '0' or '#' or '?' or '.' or ',' or '%' or '/' or '@' ? character : Literal, character.ToString()));
                i++;
            }
        }
        return tokens;
    }

    private static void AddBracket(string inside, List<Token> tokens)
    {
        if (inside.StartsWith('$'))
        {
            // [$€-407]: the sign, then a locale that does not matter here.
            var dash = inside.IndexOf('-', StringComparison.Ordinal);
            tokens.Add(new(Literal, inside[1..(dash < 0 ? inside.Length : dash)]));
        }
        else if (inside.Length > 0 && inside.All(static character => char.ToLowerInvariant(character) is 'h' or 'm' or 's'))
        {
            tokens.Add(new(char.ToLowerInvariant(inside[0]), $"[{inside}]"));
        }
    }

    private static bool Matches(string text, int at, string word) => string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static string ShowDate(double value, List<Token> tokens, bool from1904)
    {
        if (ToDate(value, from1904) is not { } date)
            return General(value);
        var fraction = FractionDigits(tokens);
        date = Round(date, fraction);
        var twelve = tokens.Exists(static token => token.Kind == 'a');
        var text = new StringBuilder();
        for (var i = 0; i < tokens.Count; i++)
        {
            var (kind, run) = tokens[i];
            var elapsed = run.StartsWith('[');
            text.Append(kind switch
            {
                'y' => run.Length > 2 ? date.ToString("yyyy", CultureInfo.InvariantCulture) : date.ToString("yy", CultureInfo.InvariantCulture),
                'm' when elapsed => Math.Floor(value * 1440 + 1e-6).ToString("0", CultureInfo.InvariantCulture),
                'm' when IsMinute(tokens, i) => Digits(date.Minute, run.Length),
                'm' => run.Length switch { 1 or 2 => Digits(date.Month, run.Length), 3 => date.ToString("MMM", CultureInfo.InvariantCulture), 5 => date.ToString("MMM", CultureInfo.InvariantCulture)[..1], _ => date.ToString("MMMM", CultureInfo.InvariantCulture) },
                'd' => run.Length switch { 1 or 2 => Digits(date.Day, run.Length), 3 => date.ToString("ddd", CultureInfo.InvariantCulture), _ => date.ToString("dddd", CultureInfo.InvariantCulture) },
                'h' when elapsed => Math.Floor(value * 24 + 1e-9).ToString("0", CultureInfo.InvariantCulture),
                'h' => Digits(twelve ? (date.Hour + 11) % 12 + 1 : date.Hour, run.Length),
                's' when elapsed => Math.Floor(value * 86400 + 1e-6).ToString("0", CultureInfo.InvariantCulture),
                's' => Digits(date.Second, run.Length),
                'a' => run.Length == 5 ? (date.Hour < 12 ? "AM" : "PM") : (date.Hour < 12 ? "A" : "P"),
                '.' when fraction > 0 && i + 1 < tokens.Count && tokens[i + 1].Kind == '0' => date.ToString("." + new string('f', fraction), CultureInfo.InvariantCulture),
                '0' when fraction > 0 => "",
                '@' => "",
                _ => run,
            });
        }
        return text.ToString().Trim();
    }

    private static string Digits(int number, int width) => number.ToString(width > 1 ? "00" : "0", CultureInfo.InvariantCulture);

    // An m beside hours or seconds counts minutes.
    private static bool IsMinute(List<Token> tokens, int at)
    {
        for (var i = at - 1; i >= 0; i--)
        {
            if (tokens[i].IsDate)
            {
                if (tokens[i].Kind == 'h')
                    return true;
                break;
            }
        }
        for (var i = at + 1; i < tokens.Count; i++)
        {
            if (tokens[i].IsDate)
                return tokens[i].Kind == 's';
        }
        return false;
    }

    private static int FractionDigits(List<Token> tokens)
    {
        var point = tokens.FindIndex(static token => token.Kind == '.');
        return point < 0 ? 0 : Math.Min(3, tokens.Skip(point + 1).TakeWhile(static token => token.Kind == '0').Count());
    }

    private static DateTime Round(DateTime date, int digits)
    {
        var unit = TimeSpan.TicksPerSecond / (long)Math.Pow(10, digits);
        return date.Ticks > DateTime.MaxValue.Ticks - unit ? date : new((date.Ticks + unit / 2) / unit * unit);
    }

    /// <summary>The moment a serial number names; null outside the years a sheet knows.</summary>
    internal static DateTime? ToDate(double value, bool from1904)
    {
        if (double.IsNaN(value) || value < 0 || value >= 2958466)
            return null;
        // Day 60 of the 1900 system is a 29 February 1900 that never was.
        var origin = from1904 ? new DateTime(1904, 1, 1) : value < 60 ? new DateTime(1899, 12, 31) : new DateTime(1899, 12, 30);
        return origin.AddTicks((long)Math.Round(value * TimeSpan.TicksPerDay));
    }

    private static string ShowNumber(double value, List<Token> tokens)
    {
        var first = tokens.FindIndex(static token => token.Kind is '0' or '#' or '?');
        if (first < 0)
            return (value < 0 ? "-" : "") + string.Concat(tokens.Select(token => token.Kind == '@' ? General(value) : token.Text)).Trim();
        var last = tokens.FindLastIndex(static token => token.Kind is '0' or '#' or '?');
        var percent = tokens.Count(static token => token.Kind == '%');
        if (tokens.Exists(static token => token.Kind == '/'))
            return ShowFraction(value, tokens, first);

        var exponent = tokens.FindIndex(static token => token.Kind == 'E');
        var point = tokens.FindIndex(static token => token.Kind == '.');
        var digitsEnd = exponent >= 0 ? exponent : tokens.Count;
        var decimals = point >= 0 ? Count(point + 1, digitsEnd) : (Fixed: 0, Any: 0);
        var whole = Count(0, point >= 0 ? point : digitsEnd);
        var thousands = tokens.FindIndex(first, static token => token.Kind == ',') is var comma && comma >= 0 && comma < last && comma < (point >= 0 ? point : digitsEnd);
        // Commas right after the last digit divide by a thousand each.
        var scale = tokens.Skip(last + 1).TakeWhile(static token => token.Kind == ',').Count();
        var number = value * Math.Pow(100, percent) / Math.Pow(1000, scale);

        var pattern = new StringBuilder();
        pattern.Append(thousands ? "#,##" : "").Append(whole.Fixed > 0 ? new string('0', whole.Fixed) : "#");
        if (decimals.Any > 0)
            pattern.Append('.').Append('0', decimals.Fixed).Append('#', decimals.Any - decimals.Fixed);
        if (exponent >= 0)
            pattern.Append(tokens[exponent].Text[1] == '+' ? "E+" : "E-").Append('0', Math.Max(1, tokens.Skip(exponent + 1).Count(static token => token.Kind is '0' or '#' or '?')));
        var digits = (exponent < 0 && Math.Abs(number) < 7e27 ? Math.Round((decimal)number, Math.Min(28, decimals.Any), MidpointRounding.AwayFromZero).ToString(pattern.ToString(), CultureInfo.InvariantCulture)
            : number.ToString(pattern.ToString(), CultureInfo.InvariantCulture)) is { Length: > 0 } shown ? shown : "";

        var text = new StringBuilder();
        var negative = digits.StartsWith('-');
        if (negative)
        {
            text.Append('-');
            digits = digits[1..];
        }
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i == first)
                text.Append(digits);
            if (tokens[i].Kind is Literal or '%' && (i < first || i > last || tokens[i].Kind == '%' || decimals.Any + whole.Any == 0))
                text.Append(tokens[i].Text);
            else if (tokens[i].Kind is Literal && !string.IsNullOrWhiteSpace(tokens[i].Text) && i < last)
                return Interleave(negative, digits, tokens);
        }
        return text.ToString().Trim();

        (int Fixed, int Any) Count(int from, int to)
        {
            var run = tokens.Skip(from).Take(to - from).Where(static token => token.Kind is '0' or '#' or '?').ToList();
            return (run.Count(static token => token.Kind == '0'), run.Count);
        }
    }

    // Literals between digits, as in telephone numbers: 000-0000. Filled from the right.
    private static string Interleave(bool negative, string digits, List<Token> tokens)
    {
        var next = digits.Length - 1;
        var text = new StringBuilder();
        var firstDigit = tokens.FindIndex(static token => token.Kind is '0' or '#' or '?');
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            var (kind, run) = tokens[i];
            if (kind is '0' or '#' or '?')
            {
                if (next >= 0)
                    text.Insert(0, digits[next--]);
                if (i == firstDigit && next >= 0)
                {
                    text.Insert(0, digits[..(next + 1)]);
                    next = -1;
                }
            }
            else if (kind is Literal or '%')
            {
                text.Insert(0, run);
            }
        }
        return (negative ? "-" : "") + text.ToString().Trim();
    }

    // # ?/? and # ??/??: the best fraction whose denominator has as many digits as the code, or the fixed one it names.
    private static string ShowFraction(double value, List<Token> tokens, int first)
    {
        var slash = tokens.FindIndex(static token => token.Kind == '/');
        var after = string.Concat(tokens.Skip(slash + 1).Select(static token => token.Text)).Trim();
        var size = Math.Abs(value);
        var hasWhole = tokens.Skip(first).Take(slash - first).Any(static token => token.Kind == Literal);
        var whole = hasWhole ? Math.Floor(size) : 0;
        var rest = size - whole;
        var (bestTop, bestBottom, bestError) = (0L, 1L, double.MaxValue);
        var isFixed = int.TryParse(after, CultureInfo.InvariantCulture, out var named) && named > 0;
        var limit = isFixed ? named : (int)Math.Pow(10, Math.Clamp(after.Length, 1, 4)) - 1;
        for (var bottom = isFixed ? named : 1; bottom <= limit; bottom++)
        {
            var top = (long)Math.Round(rest * bottom);
            var error = Math.Abs(rest - (double)top / bottom);
            if (error < bestError - 1e-12)
                (bestTop, bestBottom, bestError) = (top, bottom, error);
        }
        if (bestTop == bestBottom && hasWhole)
            (whole, bestTop) = (whole + 1, 0);
        var fraction = bestTop == 0 && hasWhole ? "" : string.Create(CultureInfo.InvariantCulture, $"{bestTop}/{bestBottom}");
        var number = hasWhole && (whole > 0 || fraction.Length == 0) ? whole.ToString("0", CultureInfo.InvariantCulture) : "";
        return (value < 0 ? "-" : "") + $"{number} {fraction}".Trim();
    }
}
