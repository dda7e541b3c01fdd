using System.Net;
using System.Text;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Takes the tags out of text that is not well-formed enough to be parsed.</summary>
internal static class TagStripper
{
    private static readonly (string Start, string End)[] Hidden = [("<!--", "-->"), ("<?", "?>"), ("<!DOCTYPE", ">"), ("<style", "</style>"), ("<script", "</script>")];

    /// <summary>Characters outside of angle brackets, entities of HTML resolved. Linear in the length whatever the input.</summary>
    internal static string Strip(string text)
    {
        var plain = new StringBuilder(text.Length);
        var ends = new Dictionary<string, int>(); // where an end was looked for and found, so that nothing is searched twice
        var position = 0;
        while (position < text.Length)
        {
            var open = text.IndexOf('<', position);
            plain.Append(WebUtility.HtmlDecode(text[position..(open < 0 ? text.Length : open)]));
            if (open < 0)
                break;
            if (text.AsSpan(open).StartsWith("<![CDATA[", StringComparison.Ordinal) && Find("]]>", open) is >= 0 and var data)
            {
                plain.Append(text.AsSpan(open + 9, data - open - 9));
                position = data + 3;
                continue;
            }
            var (start, end) = Hidden.FirstOrDefault(hidden => text.AsSpan(open).StartsWith(hidden.Start, StringComparison.OrdinalIgnoreCase));
            if (start == "<!DOCTYPE" && Find(">", open) is >= 0 and var first && text.AsSpan(open, first - open).Contains('['))
                end = "]>";
            var close = Find(end ?? ">", open);
            if (close < 0 && end is not null)
                (close, end) = (Find(">", open), ">");
            if (close < 0)
            {
                plain.Append(text.AsSpan(open));
                break;
            }
            plain.Append(' ');
            position = close + (end ?? ">").Length;
        }
        return plain.ToString();

        int Find(string what, int from)
        {
            if (ends.TryGetValue(what, out var known) && (known < 0 || known >= from))
                return known;
            return ends[what] = text.IndexOf(what, from, StringComparison.OrdinalIgnoreCase);
        }
    }
}
