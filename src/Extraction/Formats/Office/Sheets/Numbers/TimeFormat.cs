using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Dates, times of day and durations.</summary>
internal static class TimeFormat
{
    private const int MaxFractionDigits = 7;
    private const int BuddhistEra = 543;

    internal static string Show(double value, FormatSection section, bool from1904)
    {
        var decimals = Math.Min(MaxFractionDigits, section.Tokens.FirstOrDefault(static token => token.Kind == TokenKind.SecondFraction).Text?.Length ?? 0);
        var elapsed = section.Tokens.Any(static token => token.Kind >= TokenKind.ElapsedHours);
        if (value < 0 && elapsed)
            return "-" + Show(-value, section, from1904: false);
        if (SerialDate.From(value, from1904 && !elapsed, decimals) is not { } date)
            return GeneralNumber.Show(value);

        var twelve = section.Has(TokenKind.HalfDay);
        var text = new StringBuilder();
        foreach (var (kind, run) in section.Tokens)
        {
            text.Append(kind switch
            {
                TokenKind.Year => run.Length > 2 ? Digits(date.Year, 4) : Digits(date.Year % 100, 2),
                TokenKind.BuddhistYear => run.Length > 2 ? Digits(date.Year + BuddhistEra, 4) : Digits((date.Year + BuddhistEra) % 100, 2),
                TokenKind.Month => Month(date.Month, run.Length, section.Language.DateTimeFormat),
                TokenKind.Minute => Digits(date.Time.Minutes, run.Length),
                TokenKind.Day => Digits(date.Day, run.Length),
                TokenKind.Weekday => run.Length == 3 ? section.Language.DateTimeFormat.GetAbbreviatedDayName(date.Weekday) : section.Language.DateTimeFormat.GetDayName(date.Weekday),
                TokenKind.Hour => Digits(twelve ? (date.Time.Hours + 11) % 12 + 1 : date.Time.Hours, run.Length),
                TokenKind.Second => Digits(date.Time.Seconds, run.Length),
                TokenKind.SecondFraction => "." + Digits(date.Time.Ticks % TimeSpan.TicksPerSecond / (long)Math.Pow(10, MaxFractionDigits - decimals), decimals),
                TokenKind.HalfDay => HalfDay(run, date.Time.Hours < 12),
                TokenKind.ElapsedHours => Digits(Elapsed(value, date, TimeSpan.TicksPerHour), run.Length),
                TokenKind.ElapsedMinutes => Digits(Elapsed(value, date, TimeSpan.TicksPerMinute), run.Length),
                TokenKind.ElapsedSeconds => Digits(Elapsed(value, date, TimeSpan.TicksPerSecond), run.Length),
                TokenKind.Text or TokenKind.General => "",
                _ => run,
            });
        }
        return text.ToString().Trim();
    }

    // Whole units since the start, counted in the rounded time so that 0:59:59.9 does not become 0:60:00.
    private static long Elapsed(double value, SerialDate date, long unit)
    {
        var days = (long)Math.Floor(value);
        if (date.Time == TimeSpan.Zero && value - days > 0.5)
            days++;
        return (days * TimeSpan.TicksPerDay + date.Time.Ticks) / unit;
    }

    private static string Month(int month, int width, DateTimeFormatInfo names) => width switch
    {
        <= 2 => Digits(month, width),
        3 => names.GetAbbreviatedMonthName(month),
        5 => names.GetMonthName(month)[..1],
        _ => names.GetMonthName(month),
    };

    private static string HalfDay(string code, bool morning)
    {
        var slash = code.IndexOf('/', StringComparison.Ordinal);
        return slash == 2 ? (morning ? "AM" : "PM") : morning ? code[..slash] : code[(slash + 1)..];
    }

    private static string Digits(long number, int width) => number.ToString(CultureInfo.InvariantCulture).PadLeft(Math.Min(width, 20), '0');
}
