using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Headers and footers of printed sheets (ECMA-376 part 1, 18.3.1.46): left, middle and right part become lines, codes that set type vanish.</summary>
internal static class MarginText
{
    /// <param name="coded">As stored, such as <c>&amp;L&amp;"Arial"&amp;12Page &amp;P&amp;RDraft</c>.</param>
    /// <param name="sheetName">Shown for <c>&amp;A</c>.</param>
    /// <param name="fileName">Shown for <c>&amp;F</c>.</param>
    internal static string Decode(string coded, string sheetName, string fileName)
    {
        var text = new StringBuilder();
        for (var i = 0; i < coded.Length; i++)
        {
            if (coded[i] != '&' || i + 1 == coded.Length)
            {
                text.Append(coded[i]);
                continue;
            }
            i = AppendCode(coded, i + 1, text, sheetName, fileName);
        }
        return text.ToString().Trim();
    }

    // Page numbers, dates and times are those of a print-out, not of the document: nothing stands for them.
    private static int AppendCode(string coded, int at, StringBuilder text, string sheetName, string fileName)
    {
        switch (coded[at])
        {
            case '&':
                text.Append('&');
                break;
            case 'L' or 'C' or 'R' or 'l' or 'c' or 'r':
                text.Append('\n');
                break;
            case 'A' or 'a':
                text.Append(sheetName);
                break;
            case 'F' or 'f':
                text.Append(fileName);
                break;
            case '"':
                var quote = coded.IndexOf('"', at + 1);
                return quote < 0 ? coded.Length : quote;
            case 'K' or 'k': // six hexadecimal digits, or a number in the theme, a sign and three digits of tint
                return Math.Min(coded.Length - 1, at + 6);
            case >= '0' and <= '9':
                while (at + 1 < coded.Length && char.IsAsciiDigit(coded[at + 1]))
                    at++;
                break;
        }
        return at;
    }
}
