using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>Text of one page and what is known of it.</summary>
/// <param name="Text">Lines end in <c>\n</c>, paragraphs in an empty line; in the engine's reading order.</param>
/// <param name="Confidence">Mean over the characters, 0..100; 0 without text.</param>
/// <param name="WordHeight">Median height of the words' boxes in pixels; 0 without text.</param>
internal sealed record RecognizedText(string Text, double Confidence, int WordHeight);

/// <summary>Puts a page together from Tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.</summary>
internal sealed class TesseractTable(long maxCharacters)
{
    private const int Columns = 12;
    private const string Page = "1", Word = "5";

    private readonly StringBuilder _text = new();
    private readonly List<int> _heights = [];
    private (string Block, string Paragraph, string Line) _last;
    private double _confidence;
    private int _weight;

    /// <summary>Reads up to the row that starts the next page.</summary>
    /// <returns>Null when the table ends before: the engine died.</returns>
    internal static RecognizedText? ReadPage(TextReader table, long maxCharacters)
    {
        var page = new TesseractTable(maxCharacters);
        while (table.ReadLine() is { } row)
        {
            if (row.StartsWith(Page + "\t", StringComparison.Ordinal))
                return page.End();
            page.Add(row);
        }
        return null;
    }

    private void Add(string row)
    {
        if (row.Split('\t', Columns) is not [Word, _, var block, var paragraph, var line, _, _, _, _, var height, var sure, var word]
            || string.IsNullOrWhiteSpace(word) || _text.Length + word.Length >= maxCharacters)
            return;
        var here = (block, paragraph, line);
        if (_text.Length > 0)
            _text.Append(here == _last ? Joint(_text[^1], word[0]) : here.block == _last.Block && here.paragraph == _last.Paragraph ? "\n" : "\n\n");
        _last = here;
        _text.Append(word);
        if (int.TryParse(height, CultureInfo.InvariantCulture, out var pixels))
            _heights.Add(pixels);
        if (double.TryParse(sure, CultureInfo.InvariantCulture, out var value) && value >= 0)
        {
            _confidence += value * word.Length;
            _weight += word.Length;
        }
    }

    private RecognizedText End()
    {
        _heights.Sort();
        return new(_text.ToString(), _weight > 0 ? _confidence / _weight : 0, _heights.Count > 0 ? _heights[_heights.Count / 2] : 0);
    }

    // The engine finds words in scripts that write none; a space there would tear what people search for.
    private static string Joint(char before, char after) => WritesNoSpaces(before) && WritesNoSpaces(after) ? "" : " ";

    private static bool WritesNoSpaces(char character) => character is
        (>= '\u2E80' and < '\uA000')      // radicals, kana, ideographs and their punctuation
        or (>= '\uF900' and < '\uFB00')   // compatibility ideographs
        or (>= '\uFF00' and < '\uFFF0')   // full-width forms
        or (>= '\u0E00' and < '\u0F00')   // Thai, Lao
        or (>= '\u1000' and < '\u10A0')   // Burmese
        or (>= '\u1780' and < '\u1800');  // Khmer
}
