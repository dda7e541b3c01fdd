using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>JSON, notebooks included: the text as it stands, with the escapes of its strings resolved (RFC 8259, 7).</summary>
internal static class JsonReader
{
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        pages.Add(Unescape(PlainTextReader.ReadText(document, pages)), []);
        return ReadResult.TextOnly;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
            }
            else if (text[++i] == 'u' && i + 4 < text.Length && ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                i += 4;
            }
            else
            {
                plain.Append(text[i] switch { 'n' or 'r' => '\n', 't' => '\t', 'b' or 'f' => ' ', var other => other });
            }
        }
        return plain.ToString();
    }
}
