using System.Buffers;
using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Decodes HTML: a byte order mark, then valid UTF-8, then what the document declares, then what the bytes look like.</summary>
internal static class HtmlEncoding
{
    // Browsers look for a declaration in the first kilobyte; real pages put it later.
    private const int DeclarationWithin = 8192;

    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(" \t\r\n\"'/>;?");

    internal static string Decode(byte[] content)
    {
        if (TextDecoder.IsCertain(content))
            return TextDecoder.Decode(content);
        return Declared(content) is { } declared ? declared.GetString(content) : TextDecoder.Decode(content);
    }

    private static Encoding? Declared(ReadOnlySpan<byte> content)
    {
        var head = Encoding.Latin1.GetString(content[..Math.Min(content.Length, DeclarationWithin)]);
        var name = After(head, "charset") ?? (head.AsSpan().TrimStart().StartsWith("<?xml", StringComparison.Ordinal) ? After(head, "encoding") : null);
        // Pages in which a declaration can be read byte by byte are not in UTF-16, whatever they say; and valid UTF-8 was seen before.
        return name is not null && CodePages.Find(name) is { CodePage: not 65001 } found && found.GetByteCount("a") == 1 ? found : null;
    }

    // The value of the first attribute, or part of one, with this name.
    private static string? After(string head, string name)
    {
        for (var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = head.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var rest = head.AsSpan(at + name.Length).TrimStart();
            if (rest.IsEmpty || rest[0] != '=')
                continue;
            rest = rest[1..].TrimStart().TrimStart("\"'");
            var end = rest.IndexOfAny(ValueEnds);
            return (end < 0 ? rest : rest[..end]).ToString();
        }
        return null;
    }
}
