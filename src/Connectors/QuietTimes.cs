namespace ScaiDrive.Connectors;

/// <summary>Reads <see cref="QuietHours"/> against the clock.</summary>
public static class QuietTimes
{
    // Times that follow each other without a gap are one rest; a week holds no more than this of them.
    private const int MostJoined = 32;

    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>Until when a source is left alone.</summary>
    /// <param name="hours">The times of the week; may overlap.</param>
    /// <param name="now">The moment that is asked about.</param>
    /// <returns>The end of the rest that <paramref name="now"/> lies in, in UTC; null when it lies in none.</returns>
    public static DateTimeOffset? EndOfRest(IReadOnlyList<QuietHours> hours, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(hours);
        DateTimeOffset? end = null;
        for (var joined = 0; joined < MostJoined; joined++)
        {
            var next = hours.Select(one => EndOf(one, end ?? now)).Max();
            if (next is null || next <= (end ?? now))
                return end;
            end = next;
        }

        return end;
    }

    /// <summary>What cannot work about a time; null when nothing is.</summary>
    public static string? FaultOf(QuietHours hours)
    {
        ArgumentNullException.ThrowIfNull(hours);
        return hours.Days.FirstOrDefault(day => !Days.Contains(day, StringComparer.Ordinal)) is { } unknown
            ? $"'{unknown}' is no day. Days are mon, tue, wed, thu, fri, sat, sun."
            : TimeZoneInfo.TryFindSystemTimeZoneById(hours.TimeZone, out _) ? null
            : $"There is no time zone '{hours.TimeZone}'. Use an IANA name such as Europe/Berlin.";
    }

    private static DateTimeOffset? EndOf(QuietHours hours, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(hours.TimeZone);
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        // A night that began yesterday may still last.
        foreach (var date in new[] { local.Date, local.Date.AddDays(-1) })
        {
            if (hours.Days.Count > 0 && !hours.Days.Contains(Days[(int)date.DayOfWeek], StringComparer.Ordinal))
                continue;
            var begin = date + hours.From.ToTimeSpan();
            var end = date.AddDays(hours.To <= hours.From ? 1 : 0) + hours.To.ToTimeSpan();
            if (begin <= local && local < end)
                return ToUtc(end, zone);
        }

        return null;
    }

    // A time that daylight saving jumps over ends the rest at the jump; of one that comes twice the second counts.
    private static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Min() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
