using System.Buffers.Text;
using System.Net;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Layout;

/// <summary>A word and its box in points, y downwards.</summary>
internal readonly record struct Word(string Text, float Left, float Top, float Right, float Bottom)
{
    internal float Width => Right - Left;

    internal float Height => Bottom - Top;
}

/// <summary>Reads what <c>pdftotext -bbox</c> writes: a line for each word, an element for each page.</summary>
internal static class WordBoxes
{
    // No page that people read has more; bounds the memory of one page.
    private const int MostWords = 500_000;
    private const int LongestLine = 1 << 20;

    /// <summary>Hands on the words of each page in the order of its content; false from <paramref name="page"/> stops.</summary>
    internal static void Read(Stream output, Func<long> room, Func<List<Word>, bool> page)
    {
        var buffer = new byte[128 * 1024];
        var words = new List<Word>();
        var (kept, characters) = (0, 0L);
        while (output.Read(buffer, kept, buffer.Length - kept) is > 0 and var read)
        {
            var data = buffer.AsSpan(0, kept + read);
            while (data.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = data[..end].TrimStart((byte)' ');
                data = data[(end + 1)..];
                if (line.StartsWith("<word "u8) && words.Count < MostWords && characters <= room() && TryRead(line, out var word))
                {
                    words.Add(word);
                    characters += word.Text.Length;
                }
                else if (line.StartsWith("</page>"u8))
                {
                    if (!page(words))
                        return;
                    words.Clear();
                    characters = 0;
                }
            }
            kept = data.Length;
            if (kept == buffer.Length && kept < LongestLine)
                Array.Resize(ref buffer, kept * 2);
            else if (kept == buffer.Length)
                kept = 0;
            else
                data.CopyTo(buffer);
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out Word word)
    {
        word = default;
        Span<float> box = stackalloc float[4];
        foreach (ref var side in box)
        {
            var at = line.IndexOf("=\""u8);
            if (at < 0 || !Utf8Parser.TryParse(line[(at + 2)..], out side, out var used))
                return false;
            line = line[(at + 2 + used)..];
        }
        var start = line.IndexOf((byte)'>');
        if (start < 0)
            return false;
        var content = line[(start + 1)..];
        var end = content.LastIndexOf("</word>"u8);
        if (end >= 0)
            content = content[..end];
        if (content.IsEmpty)
            return false;
        var text = Encoding.UTF8.GetString(content);
        word = new(content.Contains((byte)'&') ? WebUtility.HtmlDecode(text) : text, box[0], box[1], box[2], box[3]);
        return float.IsFinite(word.Width) && float.IsFinite(word.Height);
    }
}
