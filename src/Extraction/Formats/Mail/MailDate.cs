using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>The date of a mail (RFC 5322 section 3.3), old forms and zones by name included.</summary>
internal static class MailDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    internal static DateTimeOffset? Parse(string? text)
    {
        if (text is null)
            return null;
        var words = text.Split([' ', ',', '\t', '-'], StringSplitOptions.RemoveEmptyEntries);
        int? day = null, month = null, year = null;
        TimeSpan? time = null;
        foreach (var word in words)
        {
            if (word.Contains(':', StringComparison.Ordinal))
                time ??= Time(word);
            else if (month is null && word.Length >= 3 && char.IsAsciiLetter(word[0]) && Array.IndexOf(Months, word[..3].ToLower(CultureInfo.InvariantCulture)) is >= 0 and var index)
                month = index + 1;
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                if (day is null && number <= 31)
                    day = number;
                else
                    year ??= number;
            }
        }
        if (day is not { } d || month is not { } m || year is not { } y)
            return null;
        y = y < 50 ? y + 2000 : y < 1000 ? y + 1900 : y;
        if (y is < 1970 or > 2200 || d < 1 || d > DateTime.DaysInMonth(y, m))
            return null;
        return new DateTimeOffset(y, m, d, 0, 0, 0, TimeSpan.Zero) + (time ?? TimeSpan.Zero) - Zone(text);
    }

    private static TimeSpan? Time(string word)
    {
        var parts = word.Split(':');
        Span<int> numbers = [0, 0, 0];
        for (var i = 0; i < Math.Min(parts.Length, 3); i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        return numbers[0] < 24 && numbers[1] < 60 && numbers[2] <= 60 ? new TimeSpan(numbers[0], numbers[1], numbers[2]) : null;
    }

    private static TimeSpan Zone(string text)
    {
        var sign = text.LastIndexOfAny(['+', '-']);
        if (sign >= 0 && sign > text.LastIndexOf(':') && sign + 5 <= text.Length
            && int.TryParse(text.AsSpan(sign + 1, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset % 100 < 60 && offset / 100 <= 14)
        {
            var size = new TimeSpan(offset / 100, offset % 100, 0);
            return text[sign] == '-' ? -size : size;
        }
        var hours = text.TrimEnd()[(text.TrimEnd().LastIndexOf(' ') + 1)..] switch
        {
            "EST" => -5,
            "EDT" => -4,
            "CST" => -6,
            "CDT" => -5,
            "MST" => -7,
            "MDT" => -6,
            "PST" => -8,
            "PDT" => -7,
            _ => 0,
        };
        return TimeSpan.FromHours(hours);
    }
}
