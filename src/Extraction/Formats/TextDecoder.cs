using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ScaiDrive.Extraction.Formats.Office;
using UtfUnknown;

namespace ScaiDrive.Extraction;

/// <summary>Tells text from binary and finds the encoding of text: a byte order mark, UTF-8, UTF-16 or UTF-32 by their zeros, else by how frequent letters are in the languages written in each.</summary>
internal static class TextDecoder
{
    // More control characters than this share, and it is not text in any encoding known here.
    private const double MaxControlShare = 0.005;

    // Enough to know a language by; one long file of one encoding says no more.
    private const int SampleSize = 64 * 1024, SampleBefore = 256;

    private static readonly Encoding Western = CodePages.Find(1252) ?? Encoding.Latin1;

    /// <summary>True when the bytes are text in <paramref name="encoding"/>.</summary>
    /// <param name="head">The first bytes; a character may be cut at their end.</param>
    /// <param name="encoding">The encoding found; UTF-8 when the answer is false.</param>
    internal static bool LooksLikeText(ReadOnlySpan<byte> head, out Encoding encoding)
    {
        encoding = Encoding.UTF8;
        if (Marked(head) is { } marked)
        {
            encoding = marked;
            return marked is not UTF8Encoding || !HasControls(head[3..]);
        }
        if (head.Contains((byte)0))
            return Wide(head) is { } wide && Choose(wide, out encoding);
        if (!head.Contains((byte)' ') && Ebcdic(head) is { } mainframe)
            return Choose(mainframe, out encoding);
        if (HasControls(head))
            return false;
        encoding = Narrow(head);
        return true;
    }

    /// <summary>Decodes a whole text, mark removed.</summary>
    internal static string Decode(ReadOnlySpan<byte> content)
    {
        // The head alone could be ASCII while a later part is not UTF-8.
        if (!LooksLikeText(content, out var encoding))
            encoding = Narrow(content);
        var text = encoding.GetString(content);
        return (text.StartsWith('\uFEFF') ? text[1..] : text).Replace('\u0085', '\n');
    }

    /// <summary>True when the bytes themselves leave no doubt: a mark, zeros as in UTF-16, or letters that only UTF-8 writes so.</summary>
    internal static bool IsCertain(ReadOnlySpan<byte> content) =>
        Marked(content) is not null || (content.Contains((byte)0) && Wide(content) is not null) || (content.ContainsAnyExceptInRange((byte)0, (byte)0x7F) && IsUtf8(content));

    private static bool Choose(Encoding chosen, out Encoding encoding)
    {
        encoding = chosen;
        return true;
    }

    private static Encoding? Marked(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8,
        [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
        [0, 0, 0xFE, 0xFF, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        [0xFF, 0xFE, ..] => Encoding.Unicode,
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
        _ => null,
    };

    // One byte for each ASCII character.
    private static Encoding Narrow(ReadOnlySpan<byte> content)
    {
        const byte escape = 0x1B;
        var high = content.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        var shifted = content.IndexOf(escape); // the encodings of ISO 2022 are 7-bit: valid UTF-8, and something else
        if (high < 0 && shifted < 0 && content.IndexOf("~{"u8) < 0 || high >= 0 && IsUtf8(content))
            return Encoding.UTF8;
        var start = Math.Max(0, (high >= 0 ? high : Math.Max(0, shifted)) - SampleBefore);
        var sample = content.Slice(start, Math.Min(SampleSize, content.Length - start)).ToArray();
        var found = CharsetDetector.DetectFromBytes(sample).Detected?.Encoding;
        return found switch
        {
            null => high < 0 ? Encoding.UTF8 : Western,
            // The currency sign is hardly ever written; where it stands, the Euro of the newer table is meant. And what claims to be Latin 1 is Windows-1252.
            { CodePage: 28591 or 20127 } => sample.Contains((byte)0xA4) ? CodePages.Find(28605) ?? Western : high < 0 ? Encoding.UTF8 : Western,
            { IsSingleByte: true } => MacintoshInstead(found, sample),
            _ => found,
        };
    }

    // The frequencies say nothing of Mac OS Roman. Read in another table its letters become capitals and signs inside of words.
    private static Encoding MacintoshInstead(Encoding found, byte[] sample)
    {
        if (found.CodePage is not (1250 or 1252 or 28592 or 28605 or 28603) || CodePages.Find(10000) is not { } macintosh)
            return found;
        return Oddities(found.GetString(sample)) > 2 * Oddities(macintosh.GetString(sample)) ? macintosh : found;
    }

    private static int Oddities(string text)
    {
        var odd = 0;
        for (var i = 1; i + 1 < text.Length; i++)
        {
            if (text[i] < 0x80)
                continue;
            if (char.IsUpper(text[i]) ? char.IsLower(text[i - 1]) : !char.IsLetter(text[i]) && char.IsLetter(text[i - 1]) && char.IsLetter(text[i + 1]) && text[i] != '’' || char.IsControl(text[i]))
                odd++;
        }
        return odd;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return true;
        // A head may end inside a character of up to four bytes.
        for (var cut = 1; cut <= 3 && cut < bytes.Length; cut++)
        {
            if (bytes[^cut] >= 0xC0)
                return Utf8.IsValid(bytes[..^cut]);
        }
        return false;
    }

    private static bool HasControls(ReadOnlySpan<byte> bytes)
    {
        var controls = 0;
        foreach (var value in bytes)
        {
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B or 0x08 or 0x0E or 0x0F) || value == 0x7F)
                controls++;
        }
        return controls > bytes.Length * MaxControlShare;
    }

    // Text in any script has line ends or spaces, whose high byte is zero; read in the right order nearly all of it means something.
    private static Encoding? Wide(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length & ~3, SampleSize)];
        int even = 0, odd = 0;
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }
        Encoding[] candidates = even > 0 && odd > 0
            ? [new UTF32Encoding(bigEndian: false, byteOrderMark: false), new UTF32Encoding(bigEndian: true, byteOrderMark: false)]
            : [odd > 0 ? new UnicodeEncoding(bigEndian: false, byteOrderMark: false) : new UnicodeEncoding(bigEndian: true, byteOrderMark: false)];
        foreach (var candidate in candidates)
        {
            if (head.Length >= 4 && Meaningless(candidate.GetString(head)) <= head.Length / 2 * MaxControlShare)
                return candidate;
        }
        return null;
    }

    private static int Meaningless(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate || rune.Value == 0xFFFD
                || (Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r' or '\f')))
                count++;
        }
        return count;
    }

    // Text of mainframes: letters, digits, spaces (0x40) and line ends (0x15, 0x25) lie where ASCII has controls and nothing.
    private static Encoding? Ebcdic(ReadOnlySpan<byte> bytes)
    {
        int known = 0, spaces = 0;
        foreach (var value in bytes)
        {
            spaces += value == 0x40 ? 1 : 0;
            known += value is 0x40 or 0x15 or 0x25 or 0x0D or 0x4B or 0x6B or 0x60 or 0x7D or (>= 0x81 and <= 0x89) or (>= 0x91 and <= 0x99) or (>= 0xA2 and <= 0xA9)
                or (>= 0xC1 and <= 0xC9) or (>= 0xD1 and <= 0xD9) or (>= 0xE2 and <= 0xE9) or (>= 0xF0 and <= 0xF9) ? 1 : 0;
        }
        return bytes.Length >= 32 && spaces > bytes.Length / 20 && known > bytes.Length * 0.9 ? CodePages.Find(500) : null;
    }
}
