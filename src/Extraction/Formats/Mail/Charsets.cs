using System.Buffers;
using System.Text;
using System.Text.Unicode;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Turns bytes of mail into text by the charset they are labelled with, and by looking at them where the label is missing or wrong.</summary>
internal static class Charsets
{
    private const int Japanese = 50220, Utf8CodePage = 65001, Ascii = 20127;

    private static readonly SearchValues<byte> NotAscii = SearchValues.Create([.. Enumerable.Range(0x80, 0x80).Select(static value => (byte)value)]);

    // Labels that mailers write and the framework does not know.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["utf8"] = "utf-8",
        ["utf-8-mac"] = "utf-8",
        ["unicode-1-1-utf-8"] = "utf-8",
        ["cp-850"] = "ibm850",
        ["cp1252"] = "windows-1252",
        ["win-1252"] = "windows-1252",
        ["cp1250"] = "windows-1250",
        ["cp1251"] = "windows-1251",
        ["win-1251"] = "windows-1251",
        ["cp932"] = "shift_jis",
        ["ms932"] = "shift_jis",
        ["windows-31j"] = "shift_jis",
        ["cp936"] = "gbk",
        ["x-gbk"] = "gbk",
        ["gb2312"] = "gbk",
        ["gb_2312-80"] = "gbk",
        ["gb18030-0"] = "gb18030",
        ["cp949"] = "ks_c_5601-1987",
        ["windows-949"] = "ks_c_5601-1987",
        ["ms949"] = "ks_c_5601-1987",
        ["cp950"] = "big5",
        ["big5-hkscs"] = "big5",
        ["x-big5"] = "big5",
        ["8859_1"] = "iso-8859-1",
        ["iso8859_1"] = "iso-8859-1",
        ["iso_8859_1"] = "iso-8859-1",
        ["iso-8859-8-e"] = "iso-8859-8",
        ["iso-8859-6-i"] = "iso-8859-6",
        ["x-roman8"] = "iso-8859-1",
        ["iso-8859-10"] = "iso-8859-4",
        ["iso-8859-16"] = "iso-8859-2",
        ["iso-8859-14"] = "iso-8859-1",
        ["ansi_x3.110-1983"] = "iso-8859-1",
        ["iso-2022-jp-2"] = "iso-2022-jp",
        ["iso-2022-jp-1"] = "iso-2022-jp",
        ["x-sjis"] = "shift_jis",
        ["sjis"] = "shift_jis",
        ["macroman"] = "macintosh",
        ["x-mac-roman"] = "macintosh",
        ["tis-620"] = "windows-874",
        ["iso-8859-11"] = "windows-874",
    };

    /// <summary>The encoding of a label; null when there is none or nobody knows it.</summary>
    internal static Encoding? Find(string? label)
    {
        if (string.IsNullOrWhiteSpace(label))
            return null;
        label = label.Trim().Trim('"', '\'', ' ');
        if (Aliases.TryGetValue(label, out var known))
            label = known;
        // The C1 codes of Latin-1 mean nothing in mail: what is labelled so is mostly Windows-1252, which holds all of it (as in the WHATWG's table of labels).
        if (label.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase) || label.Equals("latin1", StringComparison.OrdinalIgnoreCase))
            label = "windows-1252";
        return CodePages.Find(label);
    }

    /// <summary>The text of bytes labelled with a charset.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, string? label)
    {
        if (label is not null && label.Trim('"', ' ').StartsWith("utf-7", StringComparison.OrdinalIgnoreCase))
            return Utf7.Decode(bytes);
        var encoding = Find(label);
        var ascii = !bytes.ContainsAny(NotAscii);
        if (encoding is null or { CodePage: Ascii })
            return ascii && bytes.IndexOf("\u001B$"u8) >= 0 ? CodePages.Find(Japanese)!.GetString(bytes) : TextDecoder.Decode(bytes);
        if (encoding.CodePage == Utf8CodePage && !Utf8.IsValid(bytes))
            return TextDecoder.Decode(bytes);
        var text = encoding.GetString(bytes);
        return text.StartsWith('\uFEFF') ? text[1..] : text;
    }
}

/// <summary>UTF-7 (RFC 2152), which the framework no longer offers: some old mails are written in it.</summary>
internal static class Utf7
{
    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        var (inside, bits, have) = (false, 0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            if (!inside)
            {
                if (value != '+')
                    text.Append((char)value);
                else if (i + 1 < bytes.Length && bytes[i + 1] == '-')
                    text.Append((char)bytes[i++]);
                else
                    (inside, bits, have) = (true, 0, 0);
                continue;
            }
            if (Base64Stream.Value(value) is >= 0 and var six)
            {
                bits = (bits << 6 | six) & 0xFFFFFF;
                have += 6;
                if (have >= 16)
                {
                    have -= 16;
                    text.Append((char)(bits >> have & 0xFFFF));
                }
                continue;
            }
            inside = false;
            if (value != '-')
                text.Append((char)value);
        }
        return text.ToString();
    }
}
