using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Gives empty elements of XHTML (<c>&lt;title/&gt;</c>) the end tag that HTML wants: without it a title or script would swallow the whole page.</summary>
internal static class EmptyElements
{
    private static readonly HashSet<string> WithoutEnd = new(StringComparer.OrdinalIgnoreCase)
        { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr" };

    private static readonly System.Buffers.SearchValues<char> TagEnds = System.Buffers.SearchValues.Create(" \t\r\n/>");

    internal static string Close(string text)
    {
        if (!IsXml(text))
            return text;
        var closed = new StringBuilder(text.Length);
        var position = 0;
        while (text.IndexOf("/>", position, StringComparison.Ordinal) is >= 0 and var end)
        {
            // The tag that ends here: attribute values may hold a bare ">", never a bare "<".
            var open = text.LastIndexOf('<', end, end - position + 1);
            var name = open < 0 ? "" : text.AsSpan(open + 1, end - open - 1);
            name = name.IndexOfAny(TagEnds) is >= 0 and var stop ? name[..stop] : name;
            if (name.IsEmpty || !char.IsLetter(name[0]) || WithoutEnd.Contains(name.ToString()))
                closed.Append(text, position, end + 2 - position);
            else
                closed.Append(text, position, end - position).Append("></").Append(name).Append('>');
            position = end + 2;
        }
        return position == 0 ? text : closed.Append(text, position, text.Length - position).ToString();
    }

    private static bool IsXml(string text)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 2048)).TrimStart();
        return start.StartsWith("<?xml", StringComparison.Ordinal) || start.Contains("http://www.w3.org/1999/xhtml", StringComparison.Ordinal);
    }
}
