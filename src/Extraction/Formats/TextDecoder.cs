using System.Text;
using System.Text.Unicode;

namespace ScaiDrive.Extraction;

/// <summary>Tells text from binary and finds the encoding of text: byte order mark, UTF-8, UTF-16 or UTF-32 by their zeros, else Windows-1252.</summary>
internal static class TextDecoder
{
    // More control characters than this share, and it is not text in any encoding known here.
    private const double MaxControlShare = 0.005;

    private static readonly Encoding Western = CreateWestern();

    private static Encoding CreateWestern()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(1252);
    }

    /// <summary>True when the bytes are text in <paramref name="encoding"/>.</summary>
    /// <param name="head">The first bytes; a character may be cut at their end.</param>
    /// <param name="encoding">The encoding found; UTF-8 when the answer is false.</param>
    internal static bool LooksLikeText(ReadOnlySpan<byte> head, out Encoding encoding)
    {
        encoding = Encoding.UTF8;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return !HasControls(head[3..]);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]))
            return Choose(Encoding.UTF32, out encoding);
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]))
            return Choose(new UTF32Encoding(bigEndian: true, byteOrderMark: true), out encoding);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return Choose(Encoding.Unicode, out encoding);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return Choose(Encoding.BigEndianUnicode, out encoding);
        if (head.Contains((byte)0))
            return Utf16WithoutMark(head) is { } wide && Choose(wide, out encoding);
        if (HasControls(head))
            return false;
        encoding = IsUtf8(head) ? Encoding.UTF8 : Western;
        return true;
    }

    /// <summary>Decodes a whole text, mark removed.</summary>
    internal static string Decode(ReadOnlySpan<byte> content)
    {
        // The head alone could be ASCII while a later part is not UTF-8.
        if (!LooksLikeText(content, out var encoding))
            encoding = IsUtf8(content) ? Encoding.UTF8 : Western;
        var text = encoding.GetString(content);
        return text.StartsWith('\uFEFF') ? text[1..] : text;
    }

    private static bool Choose(Encoding chosen, out Encoding encoding)
    {
        encoding = chosen;
        return true;
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
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B or 0x08) || value == 0x7F)
                controls++;
        }
        return controls > bytes.Length * MaxControlShare;
    }

    // Text in most scripts has one zero high byte for spaces and line ends at the least; the other byte of a pair is hardly ever zero.
    private static UnicodeEncoding? Utf16WithoutMark(ReadOnlySpan<byte> head)
    {
        int even = 0, odd = 0, pairs = head.Length / 2, odder = 0;
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
            var (low, high) = (head[i], head[i + 1]);
            if ((high == 0 && low < 0x20 && low is not (9 or 10 or 13)) || (low == 0 && high < 0x20 && high is not (9 or 10 or 13)))
                odder++;
        }
        if (pairs == 0 || odder > pairs * MaxControlShare)
            return null;
        return odd > pairs / 20 && even * 20 < odd ? new UnicodeEncoding(bigEndian: false, byteOrderMark: false)
            : even > pairs / 20 && odd * 20 < even ? new UnicodeEncoding(bigEndian: true, byteOrderMark: false)
            : null;
    }
}
