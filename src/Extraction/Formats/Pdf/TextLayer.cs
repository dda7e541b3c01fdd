using System.Globalization;
using System.Text;
using ScaiDrive.Extraction.Formats.Pdf.Layout;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>The text layer by Poppler: one run of <c>pdftotext</c> gives the words of all pages with their boxes in the order of the content.</summary>
internal sealed class TextLayer(SourceDocument document)
{
    // A document that needs one page after the other by position needs the next ones too; so more and more are asked for at a time.
    private const int MostAhead = 32;

    private readonly Dictionary<int, string> _byPosition = [];
    private int _lastByPosition;
    private int _ahead = 1;

    /// <summary>Hands on the text of one page after the other.</summary>
    /// <param name="pages">Told of the progress.</param>
    /// <param name="begin">Called while the tool starts: what else there is to read costs no time then. Its answer takes number and text of each page until it says false.</param>
    /// <returns>How many pages there were.</returns>
    internal int Read(PageSink pages, Func<Func<int, string, bool>> begin)
    {
        var number = 0;
        _ = ExternalTool.Run("pdftotext", ["-q", "-enc", "UTF-8", "-raw", "-bbox", document.Path, "-"], document, null, output =>
        {
            var take = begin();
            WordBoxes.Read(output, () => pages.Room, words =>
            {
                pages.Progress();
                number++;
                return take(number, Arrange(number, words));
            });
        });
        return number;
    }

    private string Arrange(int number, List<Word> words)
    {
        var text = words.Count == 0 ? "" : PageLayout.IsRightToLeft(words) ? null : PageLayout.Arrange(words);
        if (text is not null)
            return text;
        if (!_byPosition.ContainsKey(number))
        {
            _ahead = number == _lastByPosition + 1 ? Math.Min(2 * _ahead, MostAhead) : 1;
            ReadByPosition(number, number + _ahead - 1);
        }
        _lastByPosition = number;
        return _byPosition.Remove(number, out text) ? text : string.Join(' ', words.Select(static word => word.Text));
    }

    // Poppler's own analysis of the page: blocks by position, and the order of letters by their script.
    private void ReadByPosition(int first, int last)
    {
        _byPosition.Clear();
        _ = ExternalTool.Run("pdftotext", ["-q", "-enc", "UTF-8", "-eol", "unix", "-f", Text(first), "-l", Text(last), document.Path, "-"], document, null, output =>
        {
            using var reader = new StreamReader(output, Encoding.UTF8);
            var (page, buffer, number) = (new StringBuilder(), new char[32 * 1024], first);
            while (reader.Read(buffer) is > 0 and var count)
            {
                var rest = buffer.AsSpan(0, count);
                while (rest.IndexOf('\f') is >= 0 and var end)
                {
                    AppendReadable(page, rest[..end]);
                    _byPosition[number++] = page.ToString();
                    page.Clear();
                    rest = rest[(end + 1)..];
                }
                if (page.Length <= document.Limits.MaxTextBytes)
                    AppendReadable(page, rest);
            }
        });
    }

    // Marks of direction say nothing to a search; forms of Arabic letters stand for the letters.
    private static void AppendReadable(StringBuilder page, ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character is (>= '\u202A' and <= '\u202E') or '\u200E' or '\u200F')
                continue;
            if (character is (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFC'))
                page.Append(character.ToString().Normalize(NormalizationForm.FormKC));
            else
                page.Append(character);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
