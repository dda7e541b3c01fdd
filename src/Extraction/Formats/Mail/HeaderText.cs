using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Makes the value of a field readable: encoded words (RFC 2047), also where they stand against the rules, and raw 8-bit text.</summary>
internal static class HeaderText
{
    /// <summary>The text on one line, white space at its ends taken off.</summary>
    internal static string Decode(ReadOnlySpan<byte> value, string? charset = null)
    {
        var text = value.IndexOf("=?"u8) < 0 ? Charsets.Decode(value, charset) : DecodeWords(Charsets.Decode(value, charset));
        return OnOneLine(text);
    }

    /// <summary>Resolves encoded words in text. Words that follow each other are decoded together: a character may be split between them.</summary>
    internal static string DecodeWords(string text)
    {
        var decoded = new StringBuilder(text.Length);
        var pending = new List<byte>();
        string? charset = null;
        var position = 0;
        while (position < text.Length)
        {
            if (text[position] == '=' && Word.At(text, position) is { } word)
            {
                if (charset is not null && !word.Charset.Equals(charset, StringComparison.OrdinalIgnoreCase))
                    Flush();
                charset = word.Charset;
                pending.AddRange(word.Bytes);
                position = word.End;
                continue;
            }
            if (charset is not null && SpaceBeforeWord(text, position) is { } next)
            {
                position = next;
                continue;
            }
            Flush();
            decoded.Append(text[position++]);
        }
        Flush();
        return decoded.ToString();

        void Flush()
        {
            if (charset is not null)
                decoded.Append(Charsets.Decode(pending.ToArray(), charset));
            pending.Clear();
            charset = null;
        }
    }

    // White space between two encoded words is none.
    private static int? SpaceBeforeWord(string text, int position)
    {
        var next = position;
        while (next < text.Length && text[next] is ' ' or '\t' or '\r' or '\n')
            next++;
        return next > position && next < text.Length && text[next] == '=' && Word.At(text, next) is not null ? next : null;
    }

    private static string OnOneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is not (' ' or '\t' or '\r' or '\n' or '\0'))
                line.Append(character);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }
        return line.ToString().Trim();
    }

    private sealed record Word(string Charset, byte[] Bytes, int End)
    {
        // Real words are shorter than 76 characters; those of careless mailers are not.
        private const int MaxLength = 16 * 1024, MaxCharset = 60;

        internal static Word? At(string text, int start)
        {
            if (start + 1 >= text.Length || text[start + 1] != '?')
                return null;
            var window = text.AsSpan(start + 2, Math.Min(text.Length - start - 2, MaxLength));
            var first = window[..Math.Min(window.Length, MaxCharset)].IndexOf('?');
            if (first <= 0 || first + 2 >= window.Length || window[first + 2] != '?')
                return null;
            var content = window[(first + 3)..];
            var end = content.IndexOf("?=");
            if (end < 0)
                return null;
            // "=?utf-8?Q?=41?=": the end of the word may look like the start of its text.
            if (end == 0 && content.Length > 2 && char.IsAsciiHexDigit(content[2]) && content[2..].IndexOf("?=") is >= 0 and var later)
                end = later + 2;
            var encoded = content[..end];
            byte[]? bytes = (window[first + 1] | 0x20) switch
            {
                'b' => Base64(encoded),
                'q' => Quoted(encoded),
                _ => null,
            };
            var charset = window[..first];
            var language = charset.IndexOf('*'); // RFC 2231, section 5
            return bytes is null ? null : new((language < 0 ? charset : charset[..language]).ToString(), bytes, start + 2 + first + 3 + end + 2);
        }

        private static byte[] Base64(ReadOnlySpan<char> text)
        {
            using var decoded = new MemoryStream();
            using (var stream = new Base64Stream(new MemoryStream(Encoding.Latin1.GetBytes(text.ToArray()))))
                stream.CopyTo(decoded);
            return decoded.ToArray();
        }

        private static byte[] Quoted(ReadOnlySpan<char> text)
        {
            var bytes = new List<byte>(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '=' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
                {
                    bytes.Add(Convert.ToByte(text.Slice(i + 1, 2).ToString(), 16));
                    i += 2;
                }
                else if (text[i] < 0x80)
                {
                    bytes.Add(text[i] == '_' ? (byte)' ' : (byte)text[i]);
                }
                else
                {
                    bytes.AddRange(Encoding.UTF8.GetBytes([text[i]]));
                }
            }
            return [.. bytes];
        }
    }
}
