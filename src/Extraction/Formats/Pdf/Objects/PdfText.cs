using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Text strings and dates (ISO 32000-2, section 7.9).</summary>
internal static class PdfText
{
    // Where PDFDocEncoding differs from Latin-1 (annex D.2): 0x18 to 0x1F, and 0x80 to 0xA0.
    private const string Accents = "\u02D8\u02C7\u02C6\u02D9\u02DD\u02DB\u02DA\u02DC";
    private const string Marks = "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203A\u2212\u2030\u201E\u201C\u201D\u2018\u2019\u201A\u2122\uFB01\uFB02\u0141\u0152\u0160\u0178\u017D\u0131\u0142\u0153\u0161\u017E\uFFFD\u20AC";

    /// <summary>UTF-16 or UTF-8 after a byte order mark, else PDFDocEncoding.</summary>
    internal static string Decode(byte[] bytes) => bytes switch
    {
        [0xFE, 0xFF, ..] => WithoutLanguage(Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2))),
        [0xFF, 0xFE, ..] => WithoutLanguage(Encoding.Unicode.GetString(bytes.AsSpan(2))),
        [0xEF, 0xBB, 0xBF, ..] => WithoutLanguage(Encoding.UTF8.GetString(bytes.AsSpan(3))),
        _ => string.Create(bytes.Length, bytes, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = source[i] switch
                {
                    >= 0x18 and <= 0x1F and var code => Accents[code - 0x18],
                    >= 0x80 and <= 0xA0 and var code => Marks[code - 0x80],
                    var code => (char)code,
                };
            }
        }),
    };

    /// <summary><c>D:YYYYMMDDHHmmSSOHH'mm'</c>, cut off anywhere after the year.</summary>
    internal static DateTimeOffset? Date(string? text)
    {
        if (text is null)
            return null;
        var digits = text.AsSpan().Trim();
        if (digits.StartsWith("D:", StringComparison.Ordinal))
            digits = digits[2..];
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        var zone = length < 0 ? "" : digits[length..].ToString();
        digits = length < 0 ? digits : digits[..length];
        if (digits.Length < 4)
            return null;
        const string first = "00000101000000";
        var whole = string.Concat(digits[..Math.Min(digits.Length, 14)], first.AsSpan(Math.Min(digits.Length, 14)));
        if (!DateTime.TryParseExact(whole, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        try
        {
            return new DateTimeOffset(time, Offset(zone)).ToUniversalTime();
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // at the edges of the calendar
        }
    }

    private static TimeSpan Offset(string zone)
    {
        if (zone.Length < 3 || zone[0] is not ('+' or '-') || !int.TryParse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture, out var hours) || hours > 13)
            return TimeSpan.Zero;
        var rest = zone.AsSpan(3).TrimStart('\'').TrimStart(':');
        _ = int.TryParse(rest[..Math.Min(2, rest.Length)], CultureInfo.InvariantCulture, out var minutes);
        var offset = new TimeSpan(hours, Math.Clamp(minutes, 0, 59), 0);
        return zone[0] == '-' ? -offset : offset;
    }

    // An escape, a language code, another escape: may stand anywhere in the text (section 7.9.2.2).
    private static string WithoutLanguage(string text)
    {
        if (!text.Contains('\u001B', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf('\u001B', at) is >= 0 and var from && text.IndexOf('\u001B', from + 1) is >= 0 and var to)
        {
            plain.Append(text, at, from - at);
            at = to + 1;
        }
        return plain.Append(text, at, text.Length - at).ToString();
    }
}
