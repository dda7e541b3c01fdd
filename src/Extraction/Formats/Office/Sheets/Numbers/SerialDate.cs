namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>The moment that a number in a cell names, as a sheet counts: with a 29 February 1900 that never was, and a day 0 before 1 January 1900.</summary>
internal readonly record struct SerialDate(int Year, int Month, int Day, DayOfWeek Weekday, TimeSpan Time)
{
    /// <summary>One past 31 December 9999, the last day a sheet knows.</summary>
    private const double End = 2958466;
    private const int DaysTo1904 = 1462;

    /// <summary>Null outside the years a sheet knows.</summary>
    /// <param name="value">Days; the fraction is the time of day.</param>
    /// <param name="from1904">True when day 0 is 1 January 1904.</param>
    /// <param name="decimals">Digits that seconds are rounded to.</param>
    internal static SerialDate? From(double value, bool from1904, int decimals)
    {
        if (from1904)
            value += DaysTo1904;
        if (value is not (>= 0 and < End))
            return null;
        var unit = TimeSpan.TicksPerSecond / (long)Math.Pow(10, decimals);
        var ticks = (long)Math.Round(value * TimeSpan.TicksPerDay / unit) * unit;
        var day = (int)Math.Min(ticks / TimeSpan.TicksPerDay, (long)End - 1);
        var time = new TimeSpan(ticks % TimeSpan.TicksPerDay);
        var weekday = (DayOfWeek)((day + 6) % 7);
        return day switch
        {
            0 => new(1900, 1, 0, weekday, time),
            60 => new(1900, 2, 29, weekday, time),
            _ => FromDate(new DateTime(1899, 12, day < 60 ? 31 : 30).AddDays(day), weekday, time),
        };
    }

    /// <summary>The number of a moment, for dates that are written out.</summary>
    internal static double ToSerial(DateTime moment, bool from1904)
    {
        var days = (moment - new DateTime(1899, 12, 30)).TotalDays;
        return from1904 ? days - DaysTo1904 : days < 61 ? days - 1 : days;
    }

    private static SerialDate FromDate(DateTime date, DayOfWeek weekday, TimeSpan time) => new(date.Year, date.Month, date.Day, weekday, time);
}
