using ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>How a workbook's cells show their numbers: format codes by number, and which code each cell style uses.</summary>
internal sealed class CellFormats
{
    // A workbook holds 65,490 styles at most; more are somebody's attempt to fill the memory.
    private const int MaxStyles = 1 << 17;

    private readonly Dictionary<int, string> _codes = [];
    private readonly Dictionary<int, NumberFormat> _formats = [];
    private readonly List<int> _styles = [];

    /// <summary>True when day 0 is 1 January 1904.</summary>
    internal bool From1904 { get; set; }

    /// <summary>False when the program that wrote the file spoke another language: see <see cref="BuiltInFormats"/>.</summary>
    internal bool English { get; set; } = true;

    /// <summary>A format code that the workbook itself gives a number.</summary>
    internal void Define(int id, string code)
    {
        if (_codes.Count < MaxStyles)
            _codes[id] = code;
    }

    /// <summary>The next cell style shows numbers by this format.</summary>
    internal void AddStyle(int formatId)
    {
        if (_styles.Count < MaxStyles)
            _styles.Add(formatId);
    }

    internal string Show(double value, int style) => Find(style).Show(value, From1904);

    internal string Show(string text, int style) => text.Length == 0 ? text : Find(style).Show(text);

    /// <summary>A number by the format itself, as files before styles have it.</summary>
    internal string ShowByFormat(double value, int format) => FindFormat(format).Show(value, From1904);

    private NumberFormat Find(int style) => style >= 0 && style < _styles.Count ? FindFormat(_styles[style]) : NumberFormat.General;

    private NumberFormat FindFormat(int id)
    {
        if (!_formats.TryGetValue(id, out var format))
        {
            format = NumberFormat.Parse(_codes.TryGetValue(id, out var code) ? code : BuiltInFormats.CodeOf(id, English));
            _formats[id] = format;
        }
        return format;
    }
}
